import FaultProxy
import KubernetesClient
import KubernetesRuntime
import Testing

/// A controller behind a failing network, whose work can be judged from outside: it keeps a child of each source with
/// the source's value. Sources are written, and children followed, without the network between.
final class Mirror: Sendable {
    let cluster: TestCluster
    let proxy: FaultProxy
    let informer: Informer
    let controllers: ControllerSet
    private let client: KubernetesClient
    private let state = Shared(State())

    private struct State {
        var sources: [String: Int] = [:]
        var lastValue = 0
        var calls = 0
        var callsInProgress = 0
        /// The values that each child has had, in order, as the server tells.
        var histories: [String: [Int]] = [:]
    }

    /// Short pauses, so that a test need not wait for long ones: 25 times shorter than those of production.
    static let backoff = Backoff(initial: .milliseconds(20), maximum: .milliseconds(400))

    init(
        _ cluster: TestCluster, _ proxy: FaultProxy, idleTimeout: Duration = .seconds(30), pageSize: Int = 500,
        requestTimeout: Duration = .seconds(5), token: FileOrBytes? = nil
    ) {
        self.cluster = cluster
        self.proxy = proxy
        let client = cluster.client(proxy, requestTimeout: requestTimeout, token: token)
        self.client = client
        let sources = Informer(
            client, .configMap, namespace: "default", labelSelector: "role=source", idleTimeout: idleTimeout,
            pageSize: pageSize, backoff: Self.backoff, logger: TestCluster.quiet)
        informer = sources
        let children = Informer(
            client, .configMap, namespace: "default", labelSelector: "role=child", idleTimeout: idleTimeout,
            pageSize: pageSize, backoff: Self.backoff, logger: TestCluster.quiet)
        let calls = state
        let controller = Controller(
            "mirror", for: sources,
            watching: [
                Watched(children) { [ObjectKey(namespace: "default", name: String($0.object.name.dropFirst(6)))] }
            ],
            backoff: Self.backoff, logger: TestCluster.quiet
        ) { key in
            calls.withLock {
                $0.calls += 1
                $0.callsInProgress += 1
            }
            defer { calls.withLock { $0.callsInProgress -= 1 } }
            let name = "child-\(key.name)"
            guard let source = sources.store[key] else {
                if let child = children.store.get(name, namespace: "default") {
                    try await client.deleteIfPresent(.configMap, child)
                }
                return .done
            }
            var child = UntypedObject(.configMap, name: name, namespace: "default", labels: ["role": "child"])
            child["data"] = source["data"]
            if let present = children.store.get(name, namespace: "default"), present["data"] == child["data"] {
                return .done
            }
            try await client.apply(.configMap, child, fieldManager: "mirror")
            return .done
        }
        controllers = ControllerSet([controller])
    }

    /// How often the reconciler was called.
    var calls: Int { state.withLock { $0.calls } }

    /// Runs the controller beside a body, which it must outlive, then checks the state that it ended in.
    ///
    /// - Parameter sources: there from the beginning.
    func run(sources: [String] = ["a", "b", "c", "d", "e"], _ body: () async throws -> Void) async throws {
        for name in sources { try await set(name) }
        let hasEnded = Shared(false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await self.controllers.run() } catch is CancellationError {}
                hasEnded.withLock { $0 = true }
            }
            try await body()
            await settle()
            #expect(!hasEnded.withLock { $0 }, "the controller has ended by itself")
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    // MARK: The world

    /// Gives a source its next value.
    func set(_ name: String) async throws {
        let value = state.withLock { state in
            state.lastValue += 1
            state.sources[name] = state.lastValue
            return state.lastValue
        }
        var object = UntypedObject(.configMap, name: name, namespace: "default", labels: ["role": "source"])
        // Long, and of characters of two bytes, so that there is something to cut in the middle of.
        object["data"] = ["value": .string(String(value)), "text": .string(String(repeating: "ü", count: 300))]
        try await cluster.admin.apply(.configMap, object, fieldManager: "test")
    }

    func remove(_ name: String) async throws {
        state.withLock { $0.sources[name] = nil }
        try await cluster.admin.delete(.configMap, name, namespace: "default")
    }

    /// What the server is to hold after it was set back to an earlier state.
    func expect(_ sources: [String: Int]) { state.withLock { $0.sources = sources } }
    var expected: [String: Int] { state.withLock { $0.sources } }

    /// Waits until every child is what its source says, and the cache what the server says, and nothing is under way that
    /// could change that: a write that is still tried again may make a child whose source has gone meanwhile.
    func settle(sourceLocation: SourceLocation = #_sourceLocation) async {
        let end = ContinuousClock.now + .seconds(30)
        var difference: String?
        while ContinuousClock.now < end {
            let callsBefore = callsAtRest
            do {
                difference = self.difference(from: try await cluster.admin.listAll(.configMap, namespace: "default"))
            } catch {
                difference = "\(error)"
            }
            if difference == nil {
                if let callsBefore, callsBefore == callsAtRest { return }
                difference = "the controller is at work"
            }
            try? await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("no right state: \(difference ?? ""); \(proxy.counts)", sourceLocation: sourceLocation)
    }

    /// How often the reconciler was called, `nil` while it is.
    private var callsAtRest: Int? { state.withLock { $0.callsInProgress == 0 ? $0.calls : nil } }

    private func difference(from list: ObjectList) -> String? {
        var children: [String: Int] = [:]
        var sources: [String: String?] = [:]
        for object in list.items {
            if object.labels["role"] == "source" { sources[object.name] = object.resourceVersion }
            guard object.labels["role"] == "child", let value = object["data", "value"]?.stringValue else { continue }
            children[String(object.name.dropFirst(6))] = Int(value)
        }
        guard children == expected else { return "children are \(children), not \(expected)" }
        let cached = Dictionary(uniqueKeysWithValues: informer.store.objects.map { ($0.name, $0.resourceVersion) })
        return cached == sources ? nil : "the cache holds \(cached), not \(sources)"
    }

    /// Follows the children while a body runs. None may have had a value twice, or an older one after a newer.
    func following(_ body: () async throws -> Void) async throws {
        let watching = cluster.separateAdmin()
        let version = try await watching.list(.configMap, namespace: "default").resourceVersion
        let isOpen = Shared(false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let events = try await watching.watch(
                    .configMap, namespace: "default",
                    options: WatchOptions(resourceVersion: version))
                isOpen.withLock { $0 = true }
                do {
                    for try await event in events { self.note(event) }
                } catch {
                    if !Task.isCancelled { throw error }
                }
            }
            await eventually { isOpen.withLock { $0 } }
            try await body()
            await settle()
            _ = try await cluster.admin.create(
                .configMap, UntypedObject(.configMap, name: "end", namespace: "default", labels: ["role": "end"]))
            await eventually { self.state.withLock { $0.histories["end"] != nil } }
            group.cancelAll()
            try await group.waitForAll()
        }
        for (name, history) in state.withLock({ $0.histories }) where name != "end" {
            #expect(zip(history, history.dropFirst()).allSatisfy { $0 < $1 }, "\(name): \(history)")
        }
    }

    private func note(_ event: WatchEvent) {
        switch event {
        case .added(let object), .modified(let object):
            switch object.labels["role"] {
            case "child":
                let value = object["data", "value"]?.stringValue.flatMap { Int($0) } ?? -1
                state.withLock { $0.histories[object.name, default: []].append(value) }
            case "end": state.withLock { $0.histories["end"] = [] }
            default: break
            }
        case .deleted, .bookmark, .error: break
        }
    }
}
