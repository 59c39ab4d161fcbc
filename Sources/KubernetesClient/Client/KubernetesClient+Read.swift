import NIOHTTP1

extension KubernetesClient {
    static let metadataAccept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
    static let metadataListAccept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

    /// Reads one object.
    ///
    /// - Parameters:
    ///   - namespace: needed for namespaced kinds.
    ///   - metadataOnly: answer a `PartialObjectMetadata` without spec, data and status.
    public func get(
        _ kind: ResourceKind, _ name: String, namespace: String? = nil, subresource: String? = nil,
        metadataOnly: Bool = false
    ) async throws(KubernetesError) -> UntypedObject {
        let path = kind.path(namespace: namespace, name: name, subresource: subresource)
        return UntypedObject(
            try await sendJSON(APIRequest(.GET, path, accept: metadataOnly ? Self.metadataAccept : "application/json")))
    }

    /// Reads one object, `nil` when there is none.
    public func find(
        _ kind: ResourceKind, _ name: String, namespace: String? = nil, metadataOnly: Bool = false
    ) async throws(KubernetesError) -> UntypedObject? {
        do throws(KubernetesError) {
            return try await get(kind, name, namespace: namespace, metadataOnly: metadataOnly)
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }

    public func get<Object: KubernetesObject>(
        _ type: Object.Type = Object.self, _ name: String, namespace: String? = nil
    ) async throws(KubernetesError) -> Object {
        Object(untyped: try await get(Object.resourceKind, name, namespace: namespace))
    }

    /// Reads one page of a collection.
    ///
    /// - Parameter namespace: `nil` for all namespaces.
    /// - Throws: an error with ``KubernetesError/isGone`` when the continue token is too old.
    public func list(
        _ kind: ResourceKind, namespace: String? = nil, options: ListOptions = ListOptions(),
        metadataOnly: Bool = false
    ) async throws(KubernetesError) -> ObjectList {
        let request = APIRequest(
            .GET, kind.path(namespace: namespace), query: options.query,
            accept: metadataOnly ? Self.metadataListAccept : "application/json")
        guard let list = ObjectList(try await sendJSON(request), itemKind: kind) else {
            throw .unexpectedAnswer("\(request.title) gave no list")
        }
        return list
    }

    /// Reads a whole collection, page by page.
    public func listAll(
        _ kind: ResourceKind, namespace: String? = nil, options: ListOptions = ListOptions(),
        metadataOnly: Bool = false
    ) async throws(KubernetesError) -> ObjectList {
        var options = options
        options.limit = options.limit ?? 500
        var all = try await list(kind, namespace: namespace, options: options, metadataOnly: metadataOnly)
        while let token = all.continueToken {
            options.continueToken = token
            options.resourceVersion = nil
            options.resourceVersionMatch = nil
            let page = try await list(kind, namespace: namespace, options: options, metadataOnly: metadataOnly)
            all.items += page.items
            all.resourceVersion = page.resourceVersion
            all.continueToken = page.continueToken
        }
        all.remainingItemCount = nil
        return all
    }

    public func listAll<Object: KubernetesObject>(
        _ type: Object.Type = Object.self, namespace: String? = nil, options: ListOptions = ListOptions()
    ) async throws(KubernetesError) -> [Object] {
        try await listAll(Object.resourceKind, namespace: namespace, options: options).items
            .map { Object(untyped: $0) }
    }
}
