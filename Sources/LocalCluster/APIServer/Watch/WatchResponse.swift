internal import APIMachinery
internal import Hummingbird
internal import KubernetesClient
internal import NIOCore

extension APIHandler {
    func watch(_ request: ObjectRequest) throws -> Response {
        let options = try ListOptions(request, forWatch: true)
        let form = WatchForm(request: request, options: options, representation: try request.representation())
        if form.representation == .table { _ = try Table(request) }
        let namespace = request.namespace.isEmpty ? nil : request.namespace
        let start: ObjectStore.WatchStart =
            switch (options.sendInitialEvents, options.revision) {
            case (true, _): .existing
            case (false, nil), (false, 0): .now
            case (nil, nil), (nil, 0): .existing
            case (_, let revision?): .after(revision)
            }
        let watch: ObjectStore.Watch
        do {
            watch = try store.watch(request.definition.storageKey, namespace: namespace, from: start)
        } catch let error as RevisionForgotten {
            return .json(form.line("ERROR", StatusError.tooOld(error).status))
        }
        let store = store
        // A client that went away, or the end of the time it asked for, ends the stream of signals and with it the answer.
        let channel = request.request.channel
        let seconds = options.timeoutSeconds ?? Int.random(in: 1800..<3600)
        let deadline = channel.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) { watch.continuation.finish() }
        // What the client has seen when its time is up, told shortly before, is where it can go on.
        let bookmark =
            seconds <= 2
            ? nil
            : channel.eventLoop.scheduleTask(in: .seconds(Int64(seconds - 2))) {
                store.tellProgress(watch)
            }
        channel.closeFuture.whenComplete { _ in watch.continuation.finish() }
        var response = Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-cache, private"],
            body: ResponseBody { writer in
                defer {
                    deadline.cancel()
                    bookmark?.cancel()
                    store.end(watch)
                }
                var form = form
                try await writer.write(ByteBuffer(bytes: form.beginning(watch)))
                for await signal in watch.signals {
                    let bytes = form.line(signal)
                    if !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
                }
                try await writer.finish(nil)
            })
        response.headers[.transferEncoding] = "chunked"
        return response
    }
}

/// How one watch shows what happens.
struct WatchForm: Sendable {
    let request: ObjectRequest
    let options: ListOptions
    let representation: Representation
    private let served: ServedVersion
    /// Only the first table of a watch has columns.
    private var hasShownColumns = false

    init(request: ObjectRequest, options: ListOptions, representation: Representation) {
        self.request = request
        self.options = options
        self.representation = representation
        self.served = request.definition.served
    }

    /// What is told before anything new happens.
    mutating func beginning(_ watch: ObjectStore.Watch) -> [UInt8] {
        var bytes: [UInt8] = []
        for object in watch.existing where request.selects(object, options) {
            bytes += line("ADDED", object, isInitial: true)
        }
        for event in watch.past { bytes += line(.event(event)) }
        if options.sendInitialEvents == true, options.allowBookmarks {
            bytes += bookmark(watch.revision, endsInitialEvents: true)
        }
        return bytes
    }

    /// Nothing when the watch does not select the object.
    mutating func line(_ signal: WatchSignal) -> [UInt8] {
        switch signal {
        case .progress(let revision): return options.allowBookmarks ? bookmark(revision) : []
        case .event(let event):
            // A watch from a revision of the future waits for it.
            if let revision = options.revision, event.revision <= revision, options.sendInitialEvents != true {
                return []
            }
            let was = event.previous.map { request.selects($0, options) } ?? false
            let isSelected = !event.isDeletion && request.selects(event.object, options)
            switch (was, isSelected) {
            case (true, true): return line("MODIFIED", event.object)
            case (false, true): return line("ADDED", event.object)
            case (false, false): return []
            case (true, false):
                // An object that leaves the selection is shown as it was last in it.
                guard !event.isDeletion, let previous = event.previous else { return line("DELETED", event.object) }
                return line("DELETED", StoredObject(previous.value(), revision: event.revision))
            }
        }
    }

    private mutating func line(_ type: String, _ object: StoredObject, isInitial: Bool = false) -> [UInt8] {
        if representation == .full, !request.definition.isEventView, !(request.definition.isCustom && isInitial) {
            var bytes = Array("{\"type\":\"\(type)\",\"object\":".utf8)
            object.write(served, to: &bytes)
            bytes.append(contentsOf: "}\n".utf8)
            return bytes
        }
        let value = request.view(object)
        switch representation {
        case .full, .partialList: return line(type, value)
        case .partialObject: return line(type, value.partialMetadata)
        case .table:
            guard let table = try? Table(request) else { return [] }
            defer { hasShownColumns = true }
            return line(
                type,
                table.json(
                    [value], metadata: ["resourceVersion": .string(String(object.revision))],
                    withColumns: !hasShownColumns))
        }
    }

    func line(_ type: String, _ object: JSONValue) -> [UInt8] {
        let event: JSONValue = ["type": .string(type), "object": object]
        return event.bytes() + [UInt8(ascii: "\n")]
    }

    private mutating func bookmark(_ revision: Int64, endsInitialEvents: Bool = false) -> [UInt8] {
        var metadata: JSONValue = ["resourceVersion": .string(String(revision))]
        if endsInitialEvents { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        let partial: JSONValue = [
            "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": metadata,
        ]
        switch representation {
        case .partialObject, .partialList: return line("BOOKMARK", partial)
        case .table:
            guard let table = try? Table(request) else { return [] }
            defer { hasShownColumns = true }
            return line("BOOKMARK", table.bookmark(partial, withColumns: !hasShownColumns))
        case .full:
            let definition = request.definition
            return line(
                "BOOKMARK",
                ["apiVersion": .string(definition.apiVersion), "kind": .string(definition.kind), "metadata": metadata])
        }
    }
}

extension StatusError {
    static func tooOld(_ error: RevisionForgotten) -> StatusError {
        StatusError(
            code: 410, reason: "Expired", message: "too old resource version: \(error.asked) (\(error.oldest))")
    }
}
