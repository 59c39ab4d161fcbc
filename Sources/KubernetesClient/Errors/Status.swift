/// A `metav1.Status`: what an API server says of a request that failed, and of some that succeeded.
public struct Status: Sendable, Hashable {
    /// One thing that was wrong, mostly a field of an invalid object.
    public struct Cause: Sendable, Hashable {
        /// Such as `FieldValueRequired`.
        public var reason: String
        /// A sentence for people.
        public var message: String
        /// Such as `spec.services.product.replicas`.
        public var field: String

        public init(reason: String, message: String, field: String) {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    /// The HTTP status code.
    public var code: Int
    /// A word for machines: `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Expired`, …
    public var reason: String
    /// A sentence for people.
    public var message: String
    /// What was wrong, one by one.
    public var causes: [Cause]
    /// `details.retryAfterSeconds`, or the `Retry-After` header when the body had none.
    public var retryAfterSeconds: Int?

    public init(
        code: Int, reason: String, message: String, causes: [Cause] = [], retryAfterSeconds: Int? = nil
    ) {
        self.code = code
        self.reason = reason
        self.message = message
        self.causes = causes
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// Reads a `Status` object; `nil` for any other JSON.
    public init?(_ json: JSONValue) {
        guard json["kind"]?.stringValue == "Status" else { return nil }
        self.init(
            code: json["code"]?.intValue ?? 0, reason: json["reason"]?.stringValue ?? "",
            message: json["message"]?.stringValue ?? "",
            causes: (json[path: ["details", "causes"]]?.arrayValue ?? []).map {
                Cause(
                    reason: $0["reason"]?.stringValue ?? "", message: $0["message"]?.stringValue ?? "",
                    field: $0["field"]?.stringValue ?? "")
            },
            retryAfterSeconds: json[path: ["details", "retryAfterSeconds"]]?.intValue)
    }
}
