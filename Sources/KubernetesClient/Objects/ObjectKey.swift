/// What names an object of a known kind: its namespace, `nil` for kinds without, and name.
public struct ObjectKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// `nil` for kinds without namespaces; never empty.
    public var namespace: String?
    /// The name in the namespace.
    public var name: String

    public init(namespace: String?, name: String) {
        self.namespace = namespace.flatMap { $0.isEmpty ? nil : $0 }
        self.name = name
    }

    /// `namespace/name` or `name`.
    public var description: String { namespace.map { "\($0)/\(name)" } ?? name }

    public static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        (left.namespace ?? "", left.name) < (right.namespace ?? "", right.name)
    }
}
