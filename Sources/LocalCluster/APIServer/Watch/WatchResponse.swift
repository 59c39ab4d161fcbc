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
            // From this moment on, though the watch itself begins with its answer.
            case (false, nil), (false, 0): .after(store.revision)
            case (nil, nil), (nil, 0): .existing
            case (_, let revision?): .after(revision)
            }
        let (store, registry) = (store, registry)
        var response = Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-cache, private"],
            body: ResponseBody { writer in
                do {
                    var (watch, beginning) = try store.watch(
                        request.definition.storageKey, namespace: namespace, from: start)
                    defer { store.end(watch) }
                    // A kind that has gone since it was asked for has ended its watches before there was this one.
                    if !registry.serves(request.definition) { watch.queue.finish() }
                    let timers = WatchTimers(watch, store, request.request.channel, seconds: options.timeoutSeconds)
                    defer { timers.cancel() }
                    var form = form
                    while let piece = form.piece(of: &beginning) { try await writer.write(ByteBuffer(bytes: piece)) }
                    for await signals in watch.queue.batches {
                        let bytes = signals.reduce(into: []) { form.write($1, to: &$0) }
                        if !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
                    }
                } catch let error as RevisionForgotten {
                    try await writer.write(ByteBuffer(bytes: form.line("ERROR", StatusError.tooOld(error).status)))
                }
                try await writer.finish(nil)
            })
        response.headers[.transferEncoding] = "chunked"
        return response
    }
}

/// What ends a watch: its client goes away, or the time is up that it asked for.
private struct WatchTimers {
    private let scheduled: [Scheduled<Void>]

    init(_ watch: ObjectStore.Watch, _ store: ObjectStore, _ channel: any Channel, seconds: Int?) {
        channel.closeFuture.whenComplete { _ in watch.queue.finish() }
        let seconds = Int64(seconds ?? Int.random(in: 1800..<3600))
        let end = channel.eventLoop.scheduleTask(in: .seconds(seconds)) { watch.queue.finish() }
        // What the client has seen when its time is up, told shortly before, is where it can go on.
        let bookmark =
            seconds <= 2
            ? nil : channel.eventLoop.scheduleTask(in: .seconds(seconds - 2)) { store.tellProgress(watch) }
        scheduled = [end, bookmark].compactMap(\.self)
    }

    func cancel() { for task in scheduled { task.cancel() } }
}

/// How one watch shows what happens.
struct WatchForm: Sendable {
    let request: ObjectRequest
    let options: ListOptions
    let representation: Representation
    private let served: ServedVersion
    /// Only the first table of a watch has columns.
    private var hasShownColumns = false
    private var hasBegun = false

    /// How much of a beginning is told at once, in bytes; an object more at most.
    private static let pieceSize = 1 << 16

    init(request: ObjectRequest, options: ListOptions, representation: Representation) {
        self.request = request
        self.options = options
        self.representation = representation
        self.served = request.definition.served
    }

    /// Takes from what is told before anything new happens as much as is written at once; `nil` at the end.
    mutating func piece(of beginning: inout ObjectStore.WatchBeginning) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < Self.pieceSize {
            if let object = beginning.existing.popFirst() {
                if request.selects(object, options) { write("ADDED", object, isInitial: true, to: &bytes) }
            } else if let event = beginning.past.popFirst() {
                write(.event(event), to: &bytes)
            } else if !hasBegun {
                hasBegun = true
                beginning = .init(revision: beginning.revision)
                if options.sendInitialEvents == true, options.allowBookmarks {
                    bytes += bookmark(beginning.revision, endsInitialEvents: true)
                }
            } else {
                return bytes.isEmpty ? nil : bytes
            }
        }
        return bytes
    }

    /// Writes nothing when the watch does not select the object.
    mutating func write(_ signal: WatchSignal, to bytes: inout [UInt8]) {
        switch signal {
        case .progress(let revision): if options.allowBookmarks { bytes += bookmark(revision) }
        case .event(let event):
            // A watch from a revision of the future waits for it.
            if let revision = options.revision, event.revision <= revision, options.sendInitialEvents != true { return }
            let was = event.previous.map { request.selects($0, options) } ?? false
            let isSelected = !event.isDeletion && request.selects(event.object, options)
            switch (was, isSelected) {
            case (true, true): write("MODIFIED", event.object, to: &bytes)
            case (false, true): write("ADDED", event.object, to: &bytes)
            case (false, false): break
            case (true, false):
                // An object that leaves the selection is shown as it was last in it.
                let last = event.isDeletion ? nil : event.previous
                write(
                    "DELETED", last.map { StoredObject($0.value(), revision: event.revision) } ?? event.object,
                    to: &bytes)
            }
        }
    }

    private mutating func write(
        _ type: String, _ object: StoredObject, isInitial: Bool = false, to bytes: inout [UInt8]
    ) {
        let definition = request.definition
        let isStorageVersion = definition.version == definition.storageVersion
        func writeLine(_ write: (inout [UInt8]) -> Void) {
            bytes.append(contentsOf: "{\"type\":\"\(type)\",\"object\":".utf8)
            write(&bytes)
            bytes.append(contentsOf: "}\n".utf8)
        }
        switch representation {
        case .partialObject: writeLine(object.writeMetadata)
        case .full where !definition.isEventView && !(definition.isCustom && (isInitial || !isStorageVersion)):
            writeLine { object.write(served, to: &$0) }
        case .full, .partialList: bytes += line(type, request.view(object))
        case .table:
            guard let table = try? Table(request) else { return }
            bytes += line(
                type,
                table.json(
                    [request.view(object)], metadata: ["resourceVersion": .string(String(object.revision))],
                    withColumns: !hasShownColumns))
            hasShownColumns = true
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
