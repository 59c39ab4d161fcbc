public import KubernetesClient

/// A refused request: the fields of a Kubernetes `Status` with `status: Failure`.
public struct StatusError: Error, Sendable, Hashable {
    public struct Cause: Sendable, Hashable {
        public var reason: String?
        public var message: String
        public var field: String?

        public init(reason: String?, message: String, field: String? = nil) {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    public struct Details: Sendable, Hashable {
        public var name: String?
        public var group: String?
        public var kind: String?
        public var uid: String?
        public var causes: [Cause]
        public var retryAfterSeconds: Int?

        public init(
            name: String? = nil, group: String? = nil, kind: String? = nil, uid: String? = nil, causes: [Cause] = [],
            retryAfterSeconds: Int? = nil
        ) {
            self.name = name
            self.group = group
            self.kind = kind
            self.uid = uid
            self.causes = causes
            self.retryAfterSeconds = retryAfterSeconds
        }
    }

    public var code: Int
    public var reason: String?
    public var message: String
    public var details: Details?

    public init(code: Int, reason: String?, message: String, details: Details? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }

    /// The `Status` object to answer with.
    public var status: JSONValue {
        var status: JSONValue = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
            "code": JSONValue(code),
        ]
        if let reason { status["reason"] = .string(reason) }
        if let details {
            var value: JSONValue = [:]
            for (key, text) in [
                ("name", details.name), ("group", details.group), ("kind", details.kind), ("uid", details.uid),
            ] {
                if let text, !text.isEmpty { value[key] = .string(text) }
            }
            if !details.causes.isEmpty { value["causes"] = .array(details.causes.map(\.json)) }
            if let seconds = details.retryAfterSeconds { value["retryAfterSeconds"] = JSONValue(seconds) }
            status["details"] = value
        }
        return status
    }
}

extension StatusError.Cause {
    var json: JSONValue {
        var value: JSONValue = ["message": .string(message)]
        if let reason { value["reason"] = .string(reason) }
        if let field { value["field"] = .string(field) }
        return value
    }
}

extension StatusError {
    /// 422 with one cause a field.
    public static func invalid(_ definition: ResourceDefinition, name: String, _ errors: [FieldError]) -> StatusError {
        // Events answer as what they are stored as.
        invalid(kind: definition.kind, group: definition.storageGroup, name: name, errors)
    }

    public static func invalid(kind: String, group: String, name: String, _ errors: [FieldError]) -> StatusError {
        var texts: [String] = []
        for text in errors.map(\.description) where !texts.contains(text) { texts.append(text) }
        let list = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
        let qualified = group.isEmpty ? kind : "\(kind).\(group)"
        return StatusError(
            code: 422, reason: "Invalid", message: "\(qualified) \"\(name)\" is invalid: \(list)",
            details: Details(
                name: name, group: group, kind: kind,
                causes: errors.map { Cause(reason: $0.kind.rawValue, message: $0.message, field: $0.field) }))
    }

    public static func badRequest(_ message: String) -> StatusError {
        StatusError(code: 400, reason: "BadRequest", message: message)
    }

    public static func notFound(_ definition: ResourceDefinition, name: String) -> StatusError {
        StatusError(
            code: 404, reason: "NotFound", message: "\(definition.qualifiedPlural) \"\(name)\" not found",
            details: Details(name: name, group: definition.group, kind: definition.plural))
    }

    public static func alreadyExists(_ definition: ResourceDefinition, name: String) -> StatusError {
        StatusError(
            code: 409, reason: "AlreadyExists", message: "\(definition.qualifiedPlural) \"\(name)\" already exists",
            details: Details(name: name, group: definition.group, kind: definition.plural))
    }

    /// 409; `why` is what follows `Operation cannot be fulfilled on … : `.
    public static func conflict(_ definition: ResourceDefinition, name: String, _ why: String) -> StatusError {
        StatusError(
            code: 409, reason: "Conflict",
            message: "Operation cannot be fulfilled on \(definition.qualifiedPlural) \"\(name)\": \(why)",
            details: Details(name: name, group: definition.group, kind: definition.plural))
    }

    /// 500 without a reason, as Kubernetes answers errors it did not foresee.
    public static func unforeseen(_ message: String) -> StatusError {
        StatusError(code: 500, reason: nil, message: message)
    }
}
