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

/// One row of a result; columns are read by name.
public struct Row: Sendable {
    let result: ResultSet
    let index: Int

    /// The column's value. Throws `PostgresError.Code.decoding` for a missing column, a value of another type, or NULL
    /// in a type that is not optional.
    public subscript<Value: PostgresDecodable>(_ column: String) -> Value {
        get throws { try decode(column) }
    }

    public func decode<Value: PostgresDecodable>(_ column: String, as type: Value.Type = Value.self) throws -> Value {
        guard let position = result.columns[column] else {
            throw PostgresError(.decoding, "no column \(column)")
        }
        let cell = index * result.width + position
        let end = result.ends[cell]
        if end < 0 {
            guard let null = Value.postgresNull else { throw PostgresError(.decoding, "column \(column) is NULL") }
            return null
        }
        let before = cell == 0 ? 0 : result.ends[cell - 1]
        guard let value = Value(postgresText: result.bytes[(before < 0 ? ~before : before)..<end]) else {
            throw PostgresError(.decoding, "column \(column) is not a \(Value.self)")
        }
        return value
    }
}
