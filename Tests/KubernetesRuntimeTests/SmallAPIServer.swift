import KubernetesClient
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The part of an API server that informers, leases and events need, over real sockets, with faults on demand:
/// connections cut, versions forgotten, watches gone silent, requests without answer.
final class SmallAPIServer: Sendable {
    struct Watcher {
        var collection: String
        var channel: any Channel
    }

    struct State {
        var objects: [String: JSONValue] = [:]
        var version = 0
        /// Versions up to here are forgotten.
        var compacted = 0
        var history: [(version: Int, collection: String, line: String)] = []
        var watchers: [Watcher] = []
        var requests: [String] = []
        var areWatchesSilent = false
        var isHanging = false
    }

    let state = Mutex(State())
    private let channel = Mutex<(any Channel)?>(nil)

    static func start() async throws -> SmallAPIServer {
        let server = SmallAPIServer()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
                    try channel.pipeline.syncOperations.addHandler(Handler(server: server))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        server.channel.withLock { $0 = channel }
        return server
    }

    func stop() async throws { try await channel.withLock { $0 }?.close() }

    var url: String { "http://127.0.0.1:\(channel.withLock { $0 }?.localAddress?.port ?? 0)" }

    func client(requestTimeout: Duration = .seconds(5)) -> KubernetesClient {
        KubernetesClient(
            configuration: ClientConfiguration(server: url, requestTimeout: requestTimeout, maximumAttempts: 1))
    }

    // What tests do to the cluster.

    /// Stores an object without regard to its version and tells the watchers.
    func put(_ kind: ResourceKind, _ object: UntypedObject) {
        state.withLock { state in
            let collection = kind.path(namespace: object.namespace)
            _ = state.store(object.json, in: collection, name: object.name)
        }
    }

    func delete(_ kind: ResourceKind, _ name: String, namespace: String) {
        state.withLock { $0.remove(from: kind.path(namespace: namespace), name: name) }
    }

    func object(_ kind: ResourceKind, _ name: String, namespace: String) -> UntypedObject? {
        state.withLock { $0.objects[kind.path(namespace: namespace, name: name)].map { UntypedObject($0) } }
    }

    func objects(_ kind: ResourceKind, namespace: String) -> [UntypedObject] {
        let prefix = kind.path(namespace: namespace) + "/"
        return state.withLock { state in
            state.objects.filter { $0.key.hasPrefix(prefix) }.map { UntypedObject($0.value) }
        }
    }

    func cutWatches() {
        let watchers = state.withLock { state in
            defer { state.watchers = [] }
            return state.watchers
        }
        for watcher in watchers { watcher.channel.close(promise: nil) }
    }

    /// Forgets all versions so far, as etcd's compaction does.
    func compact() { state.withLock { $0.compacted = $0.version } }

    var watchCount: Int { state.withLock { $0.watchers.count } }
    var requests: [String] { state.withLock { $0.requests } }

    // What clients ask.

    struct Answer {
        var status: Int
        var body: String
    }

    static func failure(_ code: Int, _ reason: String) -> Answer {
        Answer(status: code, body: #"{"kind":"Status","code":\#(code),"reason":"\#(reason)","message":"\#(reason)"}"#)
    }

    fileprivate func handle(_ method: HTTPMethod, _ uri: String, _ body: [UInt8], _ channel: any Channel) -> Answer? {
        let parts = uri.split(separator: "?", maxSplits: 1).map(String.init)
        var query: [String: String] = [:]
        for item in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let pair = item.split(separator: "=", maxSplits: 1).map(String.init)
            query[pair[0]] = pair.count > 1 ? pair[1] : ""
        }
        let path = parts[0]
        // Collections end in a plural at an odd place: /api/v1/namespaces/n/pods, /apis/g/v/namespaces/n/leases.
        let depth = path.split(separator: "/").count - (path.hasPrefix("/apis") ? 1 : 0)
        let json = (try? JSONValue(parsing: body)) ?? .null
        return state.withLock { state -> Answer? in
            state.requests.append("\(method.rawValue) \(uri)")
            if state.isHanging { return nil }
            if depth == 5 {
                if method == .POST { return state.create(json, in: path) }
                if query["sendInitialEvents"] != nil { return Self.failure(422, "sendInitialEvents is forbidden") }
                if query["watch"] == "true" { return state.watch(path, query["resourceVersion"] ?? "0", channel) }
                return state.list(path, query)
            }
            let name = path.split(separator: "/").last.map(String.init) ?? ""
            let collection = String(path.dropLast(name.count + 1))
            guard let present = state.objects[path] else { return Self.failure(404, "NotFound") }
            switch method {
            case .GET: return Answer(status: 200, body: present.text())
            case .PUT:
                if let version = json[path: ["metadata", "resourceVersion"]],
                    version != present[path: ["metadata", "resourceVersion"]]
                {
                    return Self.failure(409, "Conflict")
                }
                return Answer(status: 200, body: state.store(json, in: collection, name: name).text())
            case .PATCH:
                var merged = present
                merged.merge(json)
                return Answer(status: 200, body: state.store(merged, in: collection, name: name).text())
            default:
                state.remove(from: collection, name: name)
                return Answer(status: 200, body: #"{"kind":"Status","status":"Success"}"#)
            }
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart

        private let server: SmallAPIServer
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(server: SmallAPIServer) { self.server = server }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = []
            case .body(let buffer): body += buffer.readableBytesView
            case .end:
                guard let head, let answer = server.handle(head.method, head.uri, body, context.channel) else { return }
                context.channel.send(answer.status, answer.body)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

extension Channel {
    fileprivate func send(_ status: Int, _ body: String) {
        beginBody(status)
        write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: body))), promise: nil)
        writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
    }

    fileprivate func beginBody(_ status: Int) {
        let head = HTTPResponseHead(
            version: .http1_1, status: .init(statusCode: status), headers: ["Content-Type": "application/json"])
        writeAndFlush(HTTPServerResponsePart.head(head), promise: nil)
    }

    fileprivate func line(_ text: String) {
        writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: text + "\n"))), promise: nil)
    }
}

extension SmallAPIServer.State {
    mutating func store(_ json: JSONValue, in collection: String, name: String) -> JSONValue {
        var json = json
        version += 1
        let path = "\(collection)/\(name)"
        let isNew = objects[path] == nil
        json[path: ["metadata", "resourceVersion"]] = .string(String(version))
        if json[path: ["metadata", "uid"]] == nil {
            json[path: ["metadata", "uid"]] = .string("uid-\(name)-\(version)")
        }
        objects[path] = json
        tell(collection, isNew ? "ADDED" : "MODIFIED", json)
        return json
    }

    mutating func remove(from collection: String, name: String) {
        guard var json = objects.removeValue(forKey: "\(collection)/\(name)") else { return }
        version += 1
        json[path: ["metadata", "resourceVersion"]] = .string(String(version))
        tell(collection, "DELETED", json)
    }

    private mutating func tell(_ collection: String, _ type: String, _ json: JSONValue) {
        let line = JSONValue.object(["type": .string(type), "object": json]).text()
        history.append((version, collection, line))
        guard !areWatchesSilent else { return }
        for watcher in watchers where watcher.collection == collection { watcher.channel.line(line) }
    }

    fileprivate mutating func create(_ json: JSONValue, in collection: String) -> SmallAPIServer.Answer {
        let name = json[path: ["metadata", "name"]]?.stringValue ?? ""
        guard objects["\(collection)/\(name)"] == nil else { return SmallAPIServer.failure(409, "AlreadyExists") }
        return .init(status: 201, body: store(json, in: collection, name: name).text())
    }

    fileprivate mutating func watch(
        _ collection: String, _ from: String, _ channel: any Channel
    ) -> SmallAPIServer.Answer? {
        let from = Int(from) ?? 0
        if from < compacted { return SmallAPIServer.failure(410, "Expired") }
        channel.beginBody(200)
        for event in history where event.collection == collection && event.version > from { channel.line(event.line) }
        watchers.append(.init(collection: collection, channel: channel))
        return nil
    }

    fileprivate func list(_ collection: String, _ query: [String: String]) -> SmallAPIServer.Answer {
        let items = objects.filter { $0.key.hasPrefix(collection + "/") }.sorted { $0.key < $1.key }.map(\.value)
        let begin = Int(query["continue"] ?? "0") ?? 0
        let end = min(items.count, begin + (Int(query["limit"] ?? "") ?? Int.max - begin))
        var metadata: JSONValue = ["resourceVersion": .string(String(version))]
        if end < items.count { metadata["continue"] = .string(String(end)) }
        let list: JSONValue = ["kind": "List", "metadata": metadata, "items": .array(Array(items[begin..<end]))]
        return .init(status: 200, body: list.text())
    }
}

extension JSONValue {
    /// RFC 7386.
    fileprivate mutating func merge(_ patch: JSONValue) {
        guard case .object(let members) = patch else {
            self = patch
            return
        }
        if objectValue == nil { self = .emptyObject }
        for (key, value) in members {
            guard !value.isNull else {
                self[key] = nil
                continue
            }
            var member = self[key] ?? .null
            member.merge(value)
            self[key] = member
        }
    }
}
