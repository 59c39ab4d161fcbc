public import KubernetesClient

/// How Go prints values: some of Kubernetes' messages show them so.
extension JSONValue {
    /// As `%v` prints it: `map[a:1 b:[x y]]`.
    public var goText: String {
        switch self {
        case .null: "<nil>"
        case .string(let text): text
        case .array(let elements): "[\(elements.map(\.goText).joined(separator: " "))]"
        case .object(let members): "map[\(Self.sorted(members) { "\($0):\($1.goText)" }.joined(separator: " "))]"
        default: text()
        }
    }

    /// As `%#v` prints it: `map[string]interface {}{"a":1}`.
    var goSyntax: String {
        switch self {
        case .null: "interface {}(nil)"
        case .array(let elements): "[]interface {}{\(elements.map(\.goSyntax).joined(separator: ", "))}"
        case .object(let members):
            "map[string]interface {}{"
                + Self.sorted(members) { "\(JSONValue.string($0).text()):\($1.goSyntax)" }.joined(separator: ", ") + "}"
        default: text()
        }
    }

    /// The Go type and, in short, the Go kind that a decoded document has it in.
    var goType: (name: String, kind: String) {
        switch self {
        case .null: ("<nil>", "invalid")
        case .bool: ("bool", "bool")
        case .integer: ("int64", "int64")
        case .number: ("float64", "float64")
        case .string: ("string", "string")
        case .array: ("[]interface {}", "slice")
        case .object: ("map[string]interface {}", "map")
        }
    }

    private static func sorted(
        _ members: [String: JSONValue], _ text: (String, JSONValue) -> String
    ) -> [String] {
        members.sorted { $0.key < $1.key }.map { text($0.key, $0.value) }
    }
}
