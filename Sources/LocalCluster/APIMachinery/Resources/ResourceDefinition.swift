/// One served resource of one API version: its names, what can be done with it and how its objects look.
public struct ResourceDefinition: Sendable {
    /// Where the scale subresource reads and writes (`.spec.replicas` notation).
    public struct Scale: Sendable, Hashable {
        public var specReplicasPath: String
        public var statusReplicasPath: String
        public var labelSelectorPath: String?
    }

    /// A column that `kubectl get` prints.
    public struct PrinterColumn: Sendable, Hashable {
        public var name: String
        public var type: String
        public var format: String
        public var description: String
        public var priority: Int
        public var jsonPath: String
    }

    /// The API group, `""` for the core group.
    public var group: String
    public var version: String
    public var kind: String
    public var listKind: String
    public var plural: String
    public var singular: String
    public var shortNames: [String] = []
    public var categories: [String] = []
    public var namespaced: Bool
    public var verbs: [String] = ResourceDefinition.allVerbs
    public var hasStatus = false
    public var scale: Scale?
    /// Whether `metadata.generation` is kept (kinds with a spec).
    public var hasGeneration = false
    public var isCustom = false
    /// The group under which objects are stored; differs from ``group`` only for `events.k8s.io`, a view of core events.
    public var storageGroup: String
    /// The version in which objects are stored.
    public var storageVersion: String
    /// The subresources served beside status and scale, such as `pods/log` or `serviceaccounts/token`.
    public var extraSubresources: [ExtraSubresource] = []
    /// The additional printer columns of a custom kind; empty means a plain Age column.
    public var printerColumns: [PrinterColumn] = []
    /// The JSON paths (`.spec.host`) of a custom kind by which lists can be selected.
    public var selectableFields: [String] = []
    /// What answers about a deprecated version of a custom kind warn of.
    public var deprecationWarning: String?
    public var schema: Schema
    /// The schemas of all versions of a custom kind, this one's too.
    var schemas: [String: Schema] = [:]
    /// The CEL rules of a custom kind's schema, compiled; a failure refuses every write.
    var rules: Result<ValidationRules, CELFaults>?

    /// A subresource with a kind of its own.
    public struct ExtraSubresource: Sendable, Hashable {
        public var name: String
        public var group: String
        public var version: String
        public var kind: String
        public var verbs: [String]
    }

    public static let allVerbs = [
        "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch",
    ]

    /// `v1` or `apps/v1`.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// The Go package of the group, as some messages name it.
    public var packageName: String { Self.packageName(group) }

    public static func packageName(_ group: String) -> String {
        group.isEmpty ? "core" : String(group.prefix { $0 != "." })
    }

    /// `pods` or `deployments.apps`, as messages and CRD names write it.
    public var qualifiedPlural: String { group.isEmpty ? plural : "\(plural).\(group)" }

    /// `Pod` or `Deployment.apps`, as messages of invalid objects write it.
    public var qualifiedKind: String { group.isEmpty ? kind : "\(kind).\(group)" }
}
