import NIOHTTP1

extension KubernetesClient {
    /// Creates an object in the namespace it names.
    ///
    /// - Parameter subresource: such as `eviction` or `token`, then `object.name` names the parent.
    /// - Returns: the object as the server stored it.
    @discardableResult
    public func create(
        _ kind: ResourceKind, _ object: UntypedObject, subresource: String? = nil,
        options: WriteOptions = WriteOptions()
    ) async throws(KubernetesError) -> UntypedObject {
        let path = kind.path(
            namespace: object.namespace, name: subresource == nil ? nil : object.name, subresource: subresource)
        return try await write(.POST, path, object.json, options.query)
    }

    /// Replaces an object; with a `resourceVersion` in it only that version.
    @discardableResult
    public func replace(
        _ kind: ResourceKind, _ object: UntypedObject, subresource: String? = nil,
        options: WriteOptions = WriteOptions()
    ) async throws(KubernetesError) -> UntypedObject {
        let path = kind.path(namespace: object.namespace, name: object.name, subresource: subresource)
        // The version makes sure that it happens once: sent again after it has, it is a conflict.
        return try await write(
            .PUT, path, object.json, options.query, isIdempotent: object.resourceVersion?.isEmpty == false)
    }

    /// Replaces an object's status and nothing else of it.
    @discardableResult
    public func replaceStatus(
        _ kind: ResourceKind, _ object: UntypedObject, options: WriteOptions = WriteOptions()
    ) async throws(KubernetesError) -> UntypedObject {
        try await replace(kind, object, subresource: "status", options: options)
    }

    /// Changes an object by a patch.
    ///
    /// - Returns: the object as the server stored it.
    @discardableResult
    public func patch(
        _ kind: ResourceKind, _ name: String, namespace: String? = nil, _ patch: Patch, subresource: String? = nil,
        options: WriteOptions = WriteOptions()
    ) async throws(KubernetesError) -> UntypedObject {
        let path = kind.path(namespace: namespace, name: name, subresource: subresource)
        var query = patch.query
        query += options.query.filter { item in !query.contains { $0.0 == item.0 } }
        return try await write(
            .PATCH, path, patch.body, query, contentType: patch.contentType, isIdempotent: patch.isIdempotent)
    }

    /// Server-side apply: makes the fields in `object` so, owned by `fieldManager`, and removes those it owned and are
    /// no longer in it. Creates the object when there is none.
    ///
    /// - Parameter force: take fields over from other managers instead of failing with a conflict.
    @discardableResult
    public func apply(
        _ kind: ResourceKind, _ object: UntypedObject, fieldManager: String, force: Bool = true,
        subresource: String? = nil, dryRun: Bool = false
    ) async throws(KubernetesError) -> UntypedObject {
        try await patch(
            kind, object.name, namespace: object.namespace,
            .apply(object.json, fieldManager: fieldManager, force: force), subresource: subresource,
            options: WriteOptions(dryRun: dryRun))
    }

    /// Deletes an object.
    ///
    /// - Returns: the object when it still exists, waiting for finalizers; `nil` when it is gone.
    /// - Throws: an error with ``KubernetesError/isNotFound`` when there was none, and
    ///   ``KubernetesError/isConflict`` when a precondition of the options does not hold.
    @discardableResult
    public func delete(
        _ kind: ResourceKind, _ name: String, namespace: String? = nil, options: DeleteOptions = DeleteOptions()
    ) async throws(KubernetesError) -> UntypedObject? {
        let answer = try await sendJSON(
            APIRequest(
                .DELETE, kind.path(namespace: namespace, name: name), body: options.body.bytes(),
                isIdempotent: options.uid != nil || options.resourceVersion != nil))
        return Status(answer) == nil ? UntypedObject(answer) : nil
    }

    /// Deletes all objects of a collection that the selectors choose.
    public func deleteCollection(
        _ kind: ResourceKind, namespace: String? = nil, selecting: ListOptions = ListOptions(),
        options: DeleteOptions = DeleteOptions()
    ) async throws(KubernetesError) {
        _ = try await send(
            APIRequest(
                .DELETE, kind.path(namespace: namespace), query: selecting.query, body: options.body.bytes()))
    }

    private func write(
        _ method: HTTPMethod, _ path: String, _ body: JSONValue, _ query: [(String, String)],
        contentType: String = "application/json", isIdempotent: Bool = false
    ) async throws(KubernetesError) -> UntypedObject {
        UntypedObject(
            try await sendJSON(
                APIRequest(
                    method, path, query: query, contentType: contentType, body: body.bytes(),
                    isIdempotent: isIdempotent)))
    }
}
