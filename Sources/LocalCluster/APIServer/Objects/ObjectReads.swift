internal import APIMachinery
internal import Hummingbird
internal import KubernetesClient

extension APIHandler {
    func get(_ request: ObjectRequest) throws -> Response {
        try requireKnown(try ListOptions.revision(request.query["resourceVersion"] ?? "", forWatch: true))
        let representation = try request.representation()
        let stored = try find(request)
        if representation == .full, request.showsStoredBytes {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(stored.body.count + 64)
            stored.write(request.definition.served, to: &bytes)
            return .json(bytes)
        }
        return try request.answer(request.view(stored))
    }

    func find(_ request: ObjectRequest) throws(StatusError) -> StoredObject {
        guard let stored = store.object(request.definition.storageKey, request.namespace, request.name) else {
            throw .notFound(request.definition, name: request.name)
        }
        return stored
    }

    /// A revision of the future cannot be served.
    private func requireKnown(_ revision: Int64?) throws(StatusError) {
        guard let revision, revision > store.revision else { return }
        throw StatusError(
            code: 504, reason: "Timeout",
            message: "Timeout: Too large resource version: \(revision), current: \(store.revision)",
            details: .init(
                causes: [.init(reason: "ResourceVersionTooLarge", message: "Too large resource version")],
                retryAfterSeconds: 1))
    }

    func list(_ request: ObjectRequest) throws -> Response {
        let options = try ListOptions(request, forWatch: false)
        try requireKnown(options.revision)
        let representation = try request.representation()
        if representation == .partialObject {
            let type =
                request.definition.isCustom
                ? "*unstructured.UnstructuredList" : "*\(request.definition.packageName).\(request.definition.listKind)"
            throw StatusError(
                code: 406, reason: "NotAcceptable",
                message: "you requested PartialObjectMetadata, but the requested object is a list (\(type))")
        }
        let page = try select(request, options)
        switch representation {
        case .table:
            return .json(try Table(request).json(page.objects.map { request.view($0) }, metadata: page.metadata(false)))
        case .partialList:
            var list: JSONValue = [
                "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadataList", "metadata": page.metadata(false),
            ]
            if page.objects.isEmpty {
                list["items"] = .null
                return .json(list)
            }
            return .json(page.bytes(list) { $0.writeMetadata(to: &$1) })
        case .full, .partialObject: return .json(listBytes(request, page))
        }
    }

    /// A list is put together from the stored bytes; a built-in kind's items have no `apiVersion` and `kind`.
    func listBytes(_ request: ObjectRequest, _ page: ObjectPage) -> [UInt8] {
        let definition = request.definition
        let head: JSONValue = [
            "apiVersion": .string(definition.apiVersion), "kind": .string(definition.listKind),
            "metadata": page.metadata(definition.isCustom),
        ]
        if request.showsStoredBytes { return page.bytes(head) { $1.append(contentsOf: $0.body) } }
        return page.bytes(head) { object, bytes in
            var value = request.view(object)
            if !definition.isCustom {
                value["apiVersion"] = nil
                value["kind"] = nil
            }
            bytes.append(contentsOf: value.bytes())
        }
    }

    /// The selected objects, page by page when there is a limit.
    func select(_ request: ObjectRequest, _ options: ListOptions) throws(StatusError) -> ObjectPage {
        let key = request.definition.storageKey
        let namespace = request.definition.namespaced && !request.namespace.isEmpty ? request.namespace : nil
        var (objects, revision) = store.list(key, namespace: namespace)
        let past = options.continuation?.revision ?? (options.match == .exact ? options.revision : nil)
        if let past, past < revision {
            guard let old = store.list(key, namespace: namespace, at: past) else {
                throw .expired(continuing: options.continuation != nil)
            }
            (objects, revision) = (old, past)
        }
        var page = ObjectPage(revision: revision)
        // What may be of any age comes from Kubernetes' cache, which knows no pages.
        let limit = options.revision == 0 ? 0 : options.limit
        if let token = options.continuation { objects = objects.after(token.namespace, token.name) }
        for (index, object) in zip(objects.indices, objects) {
            guard request.selects(object, options) else { continue }
            if limit > 0, page.objects.count == limit, let last = page.objects.last {
                page.next = ContinueToken(revision: revision, after: last).text
                if options.labels.requirements.isEmpty, options.fields == nil {
                    page.remaining = objects.distance(from: index, to: objects.endIndex)
                }
                break
            }
            page.objects.append(object)
        }
        return page
    }
}

/// A part of a list.
struct ObjectPage {
    var objects: [StoredObject] = []
    var revision: Int64
    var next: String?
    var remaining: Int?

    /// A custom kind's list says so when there is no more.
    func metadata(_ saysNoMore: Bool) -> JSONValue {
        var metadata: JSONValue = ["resourceVersion": .string(String(revision))]
        if let next { metadata["continue"] = .string(next) } else if saysNoMore { metadata["continue"] = "" }
        if let remaining { metadata["remainingItemCount"] = JSONValue(remaining) }
        return metadata
    }

    /// The list with its objects.
    ///
    /// - Parameter head: what comes before `items`.
    func bytes(_ head: JSONValue, write: (StoredObject, inout [UInt8]) -> Void) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(objects.reduce(256) { $0 + $1.body.count + 128 })
        bytes.append(contentsOf: head.bytes().dropLast())
        bytes.append(contentsOf: ",\"items\":[".utf8)
        for (index, object) in objects.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(object, &bytes)
        }
        bytes.append(contentsOf: "]}\n".utf8)
        return bytes
    }
}

extension ObjectRequest {
    /// Whether the object is among those a list or watch asks for.
    func selects(_ object: StoredObject, _ options: ListOptions) -> Bool {
        guard namespace.isEmpty || object.namespace == namespace else { return false }
        guard options.labels.requirements.isEmpty || options.labels.matches(object.labels) else { return false }
        guard let fields = options.fields else { return true }
        if let name = fields.name, object.name != name { return false }
        // What a schema or another view says may differ from what is stored; names do not.
        if showsStoredBytes || fields.isAboutMetadata { return fields.matches { object.value(at: $0) } }
        return fields.matches(view(object))
    }
}

extension StatusError {
    fileprivate static func expired(continuing: Bool) -> StatusError {
        StatusError(
            code: 410, reason: "Expired",
            message: continuing
                ? "The provided continue parameter is too old to display a consistent list result. You must start a new "
                    + "list without the continue parameter."
                : "The resourceVersion for the provided list is too old.")
    }
}
