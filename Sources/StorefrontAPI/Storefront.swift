public import KubernetesClient

/// A shop: the one object a user applies.
public struct Storefront: KubernetesObject {
    public static let resourceKind = ResourceKind(
        group: "storefront.dev", version: "v1alpha1", plural: "storefronts", kind: "Storefront")

    public var untyped: UntypedObject

    public init(untyped: UntypedObject) { self.untyped = untyped }

    /// The spec with all defaults, whether or not an API server has filled them in.
    ///
    /// - Throws: `DecodingError` for a spec that an API server would not have let in.
    public func spec() throws -> StorefrontSpec {
        let filled = StorefrontSpec.schema.filled(untyped.json["spec"] ?? .emptyObject)
        return try JSONValueDecoder().decode(StorefrontSpec.self, from: filled)
    }

    public func status() throws -> StorefrontStatus { try decode(at: "status") }

    /// Everything that is wrong with the object's name and spec; empty when an API server would let it in.
    ///
    /// - Parameter old: the object before a change.
    public func problems(replacing old: Storefront? = nil) -> [SchemaProblem] {
        let schema = StorefrontSpec.schema
        return NameRule.problems(in: name)
            + schema.problems(
                in: schema.filled(untyped.json["spec"] ?? .emptyObject),
                old: old.map { schema.filled($0.untyped.json["spec"] ?? .emptyObject) }, at: "spec")
    }
}

/// What a Storefront may be called: its Services are named after it, whose names are DNS labels.
enum NameRule {
    /// `-notification` still fits a label of 63 characters.
    static let maximumLength = 50

    static let rules: [Schema.Rule] = [
        .init(
            "self.metadata.name.size() <= \(maximumLength)",
            message: "metadata.name must be at most \(maximumLength) characters long"
        ) { value, _ in
            (value[path: ["metadata", "name"]]?.stringValue ?? "").utf8.count <= maximumLength
        },
        .init(
            "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
            message: "metadata.name must begin with a letter and hold letters, digits and hyphens only"
        ) { value, _ in
            let name = value[path: ["metadata", "name"]]?.stringValue ?? ""
            let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
            let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
            guard let first = name.utf8.first, letters.contains(first), name.utf8.last != UInt8(ascii: "-") else {
                return false
            }
            return name.utf8.allSatisfy { letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "-") }
        },
    ]

    static func problems(in name: String) -> [SchemaProblem] {
        let object: JSONValue = ["metadata": ["name": .string(name)]]
        return rules.filter { !$0.holds(object, nil) }.map {
            SchemaProblem(field: "metadata.name", message: $0.message)
        }
    }
}
