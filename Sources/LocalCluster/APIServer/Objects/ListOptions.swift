internal import APIMachinery
internal import KubernetesClient

/// The parameters of a list or watch, checked as Kubernetes checks them.
struct ListOptions: Sendable {
    enum Match: String, Sendable { case exact = "Exact", notOlderThan = "NotOlderThan" }

    var labels = LabelSelector()
    var fields: FieldSelector?
    var limit = 0
    var continuation: ContinueToken?
    /// `nil` when none is given; 0 means any.
    var revision: Int64?
    var match: Match?
    var sendInitialEvents: Bool?
    var allowBookmarks = false
    var timeoutSeconds: Int?

    init(_ request: ObjectRequest, forWatch: Bool) throws(StatusError) {
        let query = request.query
        for name in ["limit", "timeoutSeconds"] {
            guard let text = query[name], Int(text) == nil else { continue }
            throw .badRequest("strconv.ParseInt: parsing \(JSONValue.string(text).text()): invalid syntax")
        }
        if let text = query["labelSelector"], !text.isEmpty { labels = try LabelSelector(parsing: text) }
        if let text = query["fieldSelector"], !text.isEmpty {
            fields = try FieldSelector(parsing: text, for: request.definition)
        }
        // The old way to watch one object has its name in the path.
        if forWatch, !request.name.isEmpty {
            var selector = fields ?? FieldSelector()
            selector.require(name: request.name)
            fields = selector
        }
        limit = query["limit"].flatMap { Int($0) } ?? 0
        allowBookmarks = query.flag("allowWatchBookmarks")
        timeoutSeconds = query["timeoutSeconds"].flatMap { Int($0) }
        if let text = query["sendInitialEvents"] { sendInitialEvents = !["false", "0"].contains(text.lowercased()) }
        let revisionText = query["resourceVersion"] ?? ""
        let token = query["continue"] ?? ""
        let matchText = query["resourceVersionMatch"] ?? ""
        let errors =
            forWatch
            ? Self.watchErrors(match: matchText, token: token, sendInitialEvents: sendInitialEvents)
            : Self.listErrors(
                match: matchText, revision: revisionText, token: token, sendInitialEvents: sendInitialEvents)
        if !errors.isEmpty { throw .invalidOptions("ListOptions", errors) }
        match = Match(rawValue: matchText)
        if !token.isEmpty, !forWatch {
            continuation = try ContinueToken(parsing: token)
            guard revisionText.isEmpty || revisionText == "0" else {
                throw .badRequest("specifying resource version is not allowed when using continue")
            }
        } else {
            revision = try Self.revision(revisionText, forWatch: forWatch)
        }
    }

    /// The number in a `resourceVersion` parameter.
    static func revision(_ text: String, forWatch: Bool) throws(StatusError) -> Int64? {
        if text.isEmpty { return nil }
        if let revision = UInt64(text) { return Int64(clamping: revision) }
        let quoted = JSONValue.string(text).text()
        let message = "resourceVersion: Invalid value: \(quoted): strconv.ParseUint: parsing \(quoted): invalid syntax"
        throw forWatch ? .unforeseen(message) : .badRequest("invalid resource version: " + message)
    }

    private static func listErrors(
        match: String, revision: String, token: String, sendInitialEvents: Bool?
    ) -> [FieldError] {
        if sendInitialEvents != nil {
            return [.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list")]
        }
        if match.isEmpty { return [] }
        var errors: [FieldError] = []
        if revision.isEmpty {
            errors.append(
                .forbidden(
                    "resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"))
        }
        if !token.isEmpty {
            errors.append(
                .forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"))
        }
        if Match(rawValue: match) == nil {
            errors.append(.notSupported("resourceVersionMatch", .string(match), ["Exact", "NotOlderThan", ""]))
        }
        if match == "Exact", revision == "0" {
            errors.append(
                .forbidden(
                    "resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""))
        }
        return errors
    }

    private static func watchErrors(match: String, token: String, sendInitialEvents: Bool?) -> [FieldError] {
        if !token.isEmpty {
            return [.forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided")]
        }
        guard sendInitialEvents != nil else {
            if match.isEmpty { return [] }
            let forbidden = FieldError.forbidden(
                "resourceVersionMatch",
                "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")
            if match == "NotOlderThan" { return [forbidden] }
            return [forbidden, .notSupported("resourceVersionMatch", .string(match), ["NotOlderThan"])]
        }
        var errors: [FieldError] = []
        if match != "NotOlderThan" {
            errors.append(
                .forbidden(
                    "resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
            if !match.isEmpty {
                errors.append(.notSupported("resourceVersionMatch", .string(match), ["NotOlderThan"]))
            }
        }
        return errors
    }
}

/// Where a list goes on: after which object, as of which revision.
struct ContinueToken: Sendable, Hashable {
    var revision: Int64
    var namespace: String
    var name: String

    init(revision: Int64, after object: StoredObject) {
        self.revision = revision
        self.namespace = object.namespace
        self.name = object.name
    }

    init(parsing text: String) throws(StatusError) {
        func invalid(_ why: String) -> StatusError {
            .badRequest("invalid continue token: continue key is not valid: \(why)")
        }
        guard let bytes = [UInt8](base64URL: text) else { throw invalid("illegal base64 data") }
        let value: JSONValue
        do { value = try JSONValue(parsing: bytes) } catch { throw invalid(error.message) }
        let version = value["v"]?.stringValue ?? ""
        guard version == "meta.k8s.io/v1" else {
            throw invalid("server does not recognize this encoded version \"\(version)\"")
        }
        guard let revision = value["rv"]?.integerValue, revision > 0, let name = value["name"]?.stringValue else {
            throw invalid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)")
        }
        self.revision = revision
        self.namespace = value["namespace"]?.stringValue ?? ""
        self.name = name
    }

    var text: String {
        let value: JSONValue = [
            "v": "meta.k8s.io/v1", "rv": .integer(revision), "namespace": .string(namespace), "name": .string(name),
        ]
        return value.bytes().base64URL
    }
}
