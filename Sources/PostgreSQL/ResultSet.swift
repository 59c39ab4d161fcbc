/// What one statement gave: its rows, and how many rows it touched.
public struct ResultSet: Sendable {
    /// Rows inserted, updated, deleted or selected.
    public let affected: Int
    let columns: [String: Int]
    let width: Int
    /// All cells one after the other; `ends[i]` is where cell i ends, negative (its complement) for NULL.
    let bytes: [UInt8]
    let ends: [Int]

    init(affected: Int, columns: [String: Int] = [:], width: Int = 0, bytes: [UInt8] = [], ends: [Int] = []) {
        self.affected = affected
        self.columns = columns
        self.width = width
        self.bytes = bytes
        self.ends = ends
    }

    public var rows: [Row] { (0..<count).map { Row(result: self, index: $0) } }

    public var count: Int { width == 0 ? 0 : ends.count / width }

    public var first: Row? { count == 0 ? nil : Row(result: self, index: 0) }
}
