/// A kind of object and where the API serves it.
///
/// Holds what a RESTMapper would have to look up (the plural, whether the kind is namespaced), so that no discovery is
/// needed for the kinds a program knows. Other kinds come from ``KubernetesClient/resources(group:version:)``.
public struct ResourceKind: Sendable, Hashable {
    /// The API group, empty for the core group.
    public var group: String
    /// Such as `v1`.
    public var version: String
    /// The name in URLs and RBAC rules, such as `deployments`.
    public var plural: String
    /// The name in objects, such as `Deployment`.
    public var kind: String
    /// Whether its objects are in namespaces.
    public var isNamespaced: Bool

    public init(group: String, version: String, plural: String, kind: String, isNamespaced: Bool = true) {
        self.group = group
        self.version = version
        self.plural = plural
        self.kind = kind
        self.isNamespaced = isNamespaced
    }

    /// What an object of this kind has in `apiVersion`: `apps/v1`, `v1`.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// `/api/v1` or `/apis/apps/v1`.
    public var basePath: String { group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)" }

    /// The path of a collection (no name) or object below the server's address.
    ///
    /// - Parameter namespace: `nil` for all namespaces; not used for kinds without namespaces.
    public func path(namespace: String?, name: String? = nil, subresource: String? = nil) -> String {
        var path = basePath
        if isNamespaced, let namespace { path += "/namespaces/\(PercentEncoding.pathSegment(namespace))" }
        path += "/\(plural)"
        if let name { path += "/\(PercentEncoding.pathSegment(name))" }
        if let subresource { path += "/\(subresource)" }
        return path
    }
}

extension ResourceKind: CustomStringConvertible {
    /// `deployments.apps`, `pods`.
    public var description: String { group.isEmpty ? plural : "\(plural).\(group)" }
}
