internal import APIMachinery
internal import HTTPTypes

/// What a path and method ask for, in the words of authorization.
enum RequestTarget: Sendable, Hashable {
    case resource(ResourceTarget)
    /// Everything that is not about objects: discovery, health, OpenAPI.
    case nonResource(path: String, verb: String)

    init(method: HTTPRequest.Method, path: String, query: QueryParameters) {
        let segments = path.split(separator: "/").map { $0.percentDecoded() }
        if let target = ResourceTarget(method: method, segments: segments, query: query) {
            self = .resource(target)
        } else {
            self = .nonResource(path: path, verb: method.rawValue.lowercased())
        }
    }
}

/// A request about objects.
struct ResourceTarget: Sendable, Hashable {
    var verb: String
    var group: String
    var version = ""
    var resource: String
    var subresource: String
    var namespace = ""
    /// Empty for a collection.
    var name: String

    init(verb: String, group: String, resource: String, subresource: String, name: String) {
        self.verb = verb
        self.group = group
        self.resource = resource
        self.subresource = subresource
        self.name = name
    }

    fileprivate init?(method: HTTPRequest.Method, segments: [String], query: QueryParameters) {
        var rest: ArraySlice<String>
        switch segments.first {
        case "api" where segments.count > 2:
            group = ""
            version = segments[1]
            rest = segments[2...]
        case "apis" where segments.count > 3:
            group = segments[1]
            version = segments[2]
            rest = segments[3...]
        default: return nil
        }
        // The old way to ask for a watch.
        let isOldWatch = rest.first == "watch" && rest.count > 1
        if isOldWatch { rest = rest.dropFirst() }
        if rest.first == "namespaces", rest.count > 2, !["status", "finalize"].contains(rest[rest.startIndex + 2]) {
            namespace = rest[rest.startIndex + 1]
            rest = rest.dropFirst(2)
        }
        let parts = Array(rest)
        resource = parts[0]
        name = parts.count > 1 ? parts[1] : ""
        subresource = parts.count > 2 ? parts[2] : ""
        if resource == "namespaces", group.isEmpty { namespace = name }
        switch method {
        case .get where isOldWatch: verb = "watch"
        case .get, .head: verb = !name.isEmpty ? "get" : query.flag("watch") ? "watch" : "list"
        case .post: verb = "create"
        case .put: verb = "update"
        case .patch: verb = "patch"
        case .delete: verb = name.isEmpty ? "deletecollection" : "delete"
        default: verb = method.rawValue.lowercased()
        }
        // A list of exactly one object is authorized by that object's name.
        if name.isEmpty, let selector = query["fieldSelector"], selector.hasPrefix("metadata.name="),
            !selector.contains(",")
        {
            selectedName = selector.drop { $0 != "=" }.drop { $0 == "=" }.description
        }
    }

    /// The one name that a list or watch is restricted to.
    var selectedName: String?

    /// `pods` or `pods/log`.
    var fullResource: String { subresource.isEmpty ? resource : "\(resource)/\(subresource)" }
}
