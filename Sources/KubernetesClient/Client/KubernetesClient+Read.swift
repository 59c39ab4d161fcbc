import NIOHTTP1

extension KubernetesClient {
    // From a server that knows neither, such as an aggregated one, the whole is taken and the metadata kept.
    static let metadataAccept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
    static let metadataListAccept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"

    /// Reads one object.
    ///
    /// - Parameters:
    ///   - namespace: needed for namespaced kinds.
    ///   - metadataOnly: answer a `PartialObjectMetadata`, without spec, data, status and managed fields. No server
    ///     takes it back as the object; a reference to the object has to name its type.
    public func get(
        _ kind: ResourceKind, _ name: String, namespace: String? = nil, subresource: String? = nil,
        metadataOnly: Bool = false
    ) async throws(KubernetesError) -> UntypedObject {
        let path = kind.path(namespace: namespace, name: name, subresource: subresource)
        let request = APIRequest(.GET, path, accept: metadataOnly ? Self.metadataAccept : "application/json")
        return UntypedObject(
            try await sendJSON(request, reading: .object(metadataOnly: metadataOnly, omitsManagedFields: false)))
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

    /// Reads one object as a typed view.
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
        let json = try await sendJSON(
            request, reading: .list(metadataOnly: metadataOnly, omitsManagedFields: options.omitsManagedFields))
        guard let list = ObjectList(json, itemKind: kind) else {
            throw .unexpectedAnswer("\(request.title) gave no list")
        }
        return list
    }

    /// Reads a whole collection, page by page; all at once when its state is forgotten faster than the pages are read.
    public func listAll(
        _ kind: ResourceKind, namespace: String? = nil, options: ListOptions = ListOptions(),
        metadataOnly: Bool = false
    ) async throws(KubernetesError) -> ObjectList {
        var options = options
        options.limit = options.limit ?? 500
        var all = try await list(kind, namespace: namespace, options: options, metadataOnly: metadataOnly)
        var next = options
        next.resourceVersion = nil
        next.resourceVersionMatch = nil
        while let token = all.continueToken {
            next.continueToken = token
            let page: ObjectList
            do throws(KubernetesError) {
                page = try await list(kind, namespace: namespace, options: next, metadataOnly: metadataOnly)
            } catch {
                guard error.isGone else { throw error }
                options.limit = nil
                all = try await list(kind, namespace: namespace, options: options, metadataOnly: metadataOnly)
                continue
            }
            all.items += page.items
            all.resourceVersion = page.resourceVersion
            all.continueToken = page.continueToken
        }
        all.remainingItemCount = nil
        return all
    }

    /// Reads a whole collection as typed views, page by page.
    public func listAll<Object: KubernetesObject>(
        _ type: Object.Type = Object.self, namespace: String? = nil, options: ListOptions = ListOptions()
    ) async throws(KubernetesError) -> [Object] {
        try await listAll(Object.resourceKind, namespace: namespace, options: options).items
            .map { Object(untyped: $0) }
    }
}
