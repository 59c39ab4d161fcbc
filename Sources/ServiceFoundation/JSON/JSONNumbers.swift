#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Finds the number that a decoder did not want: Foundation's reports a fraction or an overflow where an integer is
/// wanted as if the text were not JSON, without saying where.
enum JSONNumbers {
    /// The JSON pointer of the first number that is no 64-bit integer; `nil` when the text is not JSON, or has none.
    static func pointerToNonInteger(_ json: [UInt8]) -> String? {
        guard let tree = try? JSONDecoder().decode(JSONTree.self, from: Data(json)) else { return nil }
        return find(tree)
    }

    private static func find(_ tree: JSONTree) -> String? {
        switch tree {
        case .number(let number): return Int64(exactly: number) == nil ? "" : nil
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                if let rest = find(element) { return "/\(index)" + rest }
            }
        case .object(let members):
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                if let rest = find(member) {
                    return "/" + name.replacing("~", with: "~0").replacing("/", with: "~1") + rest
                }
            }
        default: break
        }
        return nil
    }
}
