/// A change to an object, in one of the ways the API knows.
public enum Patch: Sendable, Hashable {
    /// RFC 7386: members replace, `null` removes, arrays are replaced whole.
    case merge(JSONValue)
    /// RFC 6902: an array of operations.
    case json([JSONValue])
    /// Kubernetes' own, merging lists by key; built-in kinds only.
    case strategicMerge(JSONValue)
    /// Server-side apply: `object` is everything the manager wants; see ``KubernetesClient/apply(_:_:fieldManager:force:subresource:dryRun:)``.
    case apply(JSONValue, fieldManager: String, force: Bool)

    var contentType: String {
        switch self {
        case .merge: "application/merge-patch+json"
        case .json: "application/json-patch+json"
        case .strategicMerge: "application/strategic-merge-patch+json"
        case .apply: "application/apply-patch+yaml"
        }
    }

    var body: JSONValue {
        switch self {
        case .merge(let json), .strategicMerge(let json), .apply(let json, _, _): json
        case .json(let operations): .array(operations)
        }
    }

    var query: [(String, String)] {
        guard case .apply(_, let fieldManager, let force) = self else { return [] }
        return [("fieldManager", fieldManager), ("force", force ? "true" : "false")]
    }

    /// Whether it may be sent again when it is not known if it was carried out. An apply states what is wanted, now as
    /// before; another patch might undo what somebody did since, unless it is for one version only.
    var isIdempotent: Bool {
        switch self {
        case .apply: true
        case .merge(let json), .strategicMerge(let json): json[path: ["metadata", "resourceVersion"]] != nil
        case .json: false
        }
    }
}
