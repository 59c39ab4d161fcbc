/// What to list.
public struct ListOptions: Sendable, Hashable {
    /// Such as `app.kubernetes.io/instance=acme,tier in (web,api)`.
    public var labelSelector: String?
    /// Such as `metadata.name=acme`; a server knows only a few fields of each kind.
    public var fieldSelector: String?
    /// The most objects in one answer; the rest comes with ``ObjectList/continueToken``.
    public var limit: Int?
    /// Where the page begins: ``ObjectList/continueToken`` of the one before.
    public var continueToken: String?
    /// `nil` reads the newest state; `"0"` any state, from the server's cache.
    public var resourceVersion: String?
    /// `Exact` or `NotOlderThan`.
    public var resourceVersionMatch: String?
    /// Pass over `metadata.managedFields`, often half of an object, while reading the answer.
    public var omitsManagedFields: Bool

    public init(
        labelSelector: String? = nil, fieldSelector: String? = nil, limit: Int? = nil, continueToken: String? = nil,
        resourceVersion: String? = nil, resourceVersionMatch: String? = nil, omitsManagedFields: Bool = false
    ) {
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.limit = limit
        self.continueToken = continueToken
        self.resourceVersion = resourceVersion
        self.resourceVersionMatch = resourceVersionMatch
        self.omitsManagedFields = omitsManagedFields
    }

    var query: [(String, String)] {
        var query: [(String, String)] = []
        if let labelSelector { query.append(("labelSelector", labelSelector)) }
        if let fieldSelector { query.append(("fieldSelector", fieldSelector)) }
        if let limit { query.append(("limit", String(limit))) }
        if let continueToken { query.append(("continue", continueToken)) }
        if let resourceVersion { query.append(("resourceVersion", resourceVersion)) }
        if let resourceVersionMatch { query.append(("resourceVersionMatch", resourceVersionMatch)) }
        return query
    }
}

/// How to write.
public struct WriteOptions: Sendable, Hashable {
    /// What the server does with fields it does not know.
    public enum FieldValidation: String, Sendable {
        case ignore = "Ignore"
        case warn = "Warn"
        case strict = "Strict"
    }

    /// Who `managedFields` says owns what is written.
    public var fieldManager: String?
    /// Run admission and validation and answer as if written, without writing.
    public var dryRun: Bool
    /// `nil` leaves it to the server, which warns.
    public var fieldValidation: FieldValidation?

    public init(fieldManager: String? = nil, dryRun: Bool = false, fieldValidation: FieldValidation? = nil) {
        self.fieldManager = fieldManager
        self.dryRun = dryRun
        self.fieldValidation = fieldValidation
    }

    var query: [(String, String)] {
        var query: [(String, String)] = []
        if let fieldManager { query.append(("fieldManager", fieldManager)) }
        if dryRun { query.append(("dryRun", "All")) }
        if let fieldValidation { query.append(("fieldValidation", fieldValidation.rawValue)) }
        return query
    }
}

/// How to delete.
public struct DeleteOptions: Sendable, Hashable {
    /// What happens to the objects that the deleted one owns.
    public enum Propagation: String, Sendable {
        /// They go later, by garbage collection.
        case background = "Background"
        /// They go first.
        case foreground = "Foreground"
        /// They stay, without owner.
        case orphan = "Orphan"
    }

    /// Delete only this incarnation of the name; otherwise the server answers with a conflict.
    public var uid: String?
    /// Delete only this version.
    public var resourceVersion: String?
    /// `nil` leaves it to the server: in the background, for most kinds.
    public var propagation: Propagation?
    /// How long a pod has to end; `nil` takes the time it names itself.
    public var gracePeriodSeconds: Int?
    /// Answer as if deleted, without deleting.
    public var dryRun: Bool

    public init(
        uid: String? = nil, resourceVersion: String? = nil, propagation: Propagation? = nil,
        gracePeriodSeconds: Int? = nil, dryRun: Bool = false
    ) {
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.propagation = propagation
        self.gracePeriodSeconds = gracePeriodSeconds
        self.dryRun = dryRun
    }

    var body: JSONValue {
        var body: JSONValue = ["apiVersion": "v1", "kind": "DeleteOptions"]
        var preconditions: [String: String] = [:]
        preconditions["uid"] = uid
        preconditions["resourceVersion"] = resourceVersion
        if !preconditions.isEmpty { body["preconditions"] = JSONValue(preconditions) }
        body["propagationPolicy"] = propagation.map { .string($0.rawValue) }
        body["gracePeriodSeconds"] = gracePeriodSeconds.map { JSONValue($0) }
        if dryRun { body["dryRun"] = ["All"] }
        return body
    }
}
