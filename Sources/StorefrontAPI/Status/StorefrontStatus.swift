/// What was observed of a shop.
public struct StorefrontStatus: Described {
    /// The generation of the spec that the conditions speak of.
    public var observedGeneration: Int64?
    /// The release that all services run.
    public var version: String?
    public var url: String?
    public var conditions: [Condition] = []
    public var services: [ServiceStatus] = []

    public init() {}

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        observedGeneration = try container.decodeIfPresent(Int64.self, forKey: .observedGeneration)
        version = try container.decodeIfPresent(String.self, forKey: .version)
        url = try container.decodeIfPresent(String.self, forKey: .url)
        conditions = try container.decodeIfPresent([Condition].self, forKey: .conditions) ?? []
        services = try container.decodeIfPresent([ServiceStatus].self, forKey: .services) ?? []
    }

    public subscript(_ type: Condition.Kind) -> Condition? { conditions.first { $0.type == type.rawValue } }

    public static let schema: Schema = {
        var schema = Schema.object(
            Self.self, "What was observed of the shop.",
            [
                "observedGeneration": .integer(
                    "The generation of the spec that the conditions speak of.", 0...Int.max, format: "int64"),
                "version": .string("The release that all services run."),
                "url": .string("Where the shop is.", maximumLength: 2048),
                "conditions": .array(Condition.schema, keys: ["type"], "What is and what is not as it should be."),
                "services": .array(ServiceStatus.schema, keys: ["name"], "Each service.", maximumCount: 16),
            ])
        schema.withoutDefaults()
        return schema
    }()
}

extension Schema {
    /// A status has no defaults: what is absent was not observed.
    fileprivate mutating func withoutDefaults() {
        guard case .object(var properties) = kind else { return }
        for (name, property) in properties {
            var property = property
            property.defaultValue = nil
            property.minimum = nil
            property.maximum = nil
            if case .array(var element, let keys) = property.kind {
                element.withoutDefaults()
                property.kind = .array(element, keys: keys)
            }
            properties[name] = property
        }
        kind = .object(properties)
    }
}
