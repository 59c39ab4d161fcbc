/// One thing that is, is not, or is not known to be as it should (`metav1.Condition`).
public struct Condition: Described {
    /// The conditions of a Storefront.
    public enum Kind: String, Sendable, CaseIterable {
        /// The summary: the shop is as the spec says.
        case ready = "Ready"
        case secretsReady = "SecretsReady"
        case databasesReady = "DatabasesReady"
        case messagingReady = "MessagingReady"
        /// Every database has its service's newest tables.
        case migrated = "Migrated"
        case servicesAvailable = "ServicesAvailable"
        /// Something is being changed.
        case progressing = "Progressing"
        case suspended = "Suspended"
    }

    public enum Status: String, Codable, Sendable, CaseIterable {
        case `true` = "True", `false` = "False", unknown = "Unknown"
    }

    public var type = ""
    public var status: Status = .unknown
    public var observedGeneration: Int64?
    /// RFC 3339: when `status` last changed.
    public var lastTransitionTime = ""
    /// A word in CamelCase, for machines.
    public var reason = ""
    /// A sentence, for people: what to do about it.
    public var message = ""

    public init() {}

    public init(_ kind: Kind, _ status: Status, reason: String, message: String) {
        type = kind.rawValue
        self.status = status
        self.reason = reason
        self.message = message
    }

    public static let schema = Schema.object(
        Self.self, "One thing that is, is not, or is not known to be as it should.",
        required: ["type", "status", "lastTransitionTime", "reason", "message"],
        [
            "type": .string(
                "What the condition speaks of.", pattern: #"^[A-Za-z]([A-Za-z0-9]*)$"#, minimumLength: 1,
                maximumLength: 316),
            "status": .choice(Status.self, "Whether it holds."),
            "observedGeneration": .integer(
                "The generation of the spec that the condition speaks of.", 0...Int.max, format: "int64"),
            "lastTransitionTime": {
                var schema = Schema(.string, "When the status last changed.")
                schema.format = "date-time"
                return schema
            }(),
            "reason": .string(
                "A word for machines.", pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$", minimumLength: 1,
                maximumLength: 1024),
            "message": .string("A sentence for people.", maximumLength: 32_768),
        ])
}
