public import KubernetesClient
public import Logging
public import ServiceLifecycle
import Synchronization

/// Keeps a ``Store`` equal to a collection of the API server, and tells what changes.
///
/// It reads everything, as a stream where the server can do that or else page by page, and then watches; a watch that
/// ends, breaks or goes silent is begun again where it was, and when the server has forgotten that version everything is
/// read anew, with deletions told for what has gone. Nothing that a server or network does ends it, and pauses between
/// failures grow, so that it never hammers.
///
/// `managedFields` are not kept.
///
/// What it holds in memory is bounded by what is asked for: select by label where the server can, take `metadataOnly`
/// where the contents are not needed, and give `keeps` where only a few of many objects matter and no label tells them.
public final class Informer: Service {
    /// What it watches.
    public let kind: ResourceKind
    /// Where; `nil` for all namespaces.
    public let namespace: String?
    /// What is known of the collection.
    public let store: Store

    let client: KubernetesClient
    let labelSelector: String?
    let fieldSelector: String?
    let metadataOnly: Bool
    let idleTimeout: Duration
    let keeps: (@Sendable (UntypedObject) -> Bool)?
    let transform: (@Sendable (inout UntypedObject) -> Void)?
    let logger: Logger
    let machine: Mutex<InformerMachine>
    let lastNews = Mutex(ContinuousClock.now)
    let handlers = Mutex<[@Sendable (InformerEvent) -> Void]>([])
    let synced = Signal()

    /// - Parameters:
    ///   - client: reads and watches.
    ///   - kind: what to watch.
    ///   - namespace: `nil` for all namespaces.
    ///   - labelSelector: what the server is to select, such as `app=web`.
    ///   - fieldSelector: likewise, such as `spec.nodeName=one`.
    ///   - metadataOnly: fetch and keep nothing but metadata.
    ///   - indexes: further ways to find objects in the store, by name.
    ///   - idleTimeout: how long a watch may be silent before it is begun anew; servers send bookmarks once a minute.
    ///   - pageSize: how many objects to list at a time, from a server that does not stream lists.
    ///   - backoff: the pauses between failures.
    ///   - transform: drops from an object what nobody needs before it is kept.
    ///   - keeps: whether an object matters at all; one that does not takes no memory and is told to nobody. It is asked
    ///     again whenever the object changes, and may depend on more than the object; see ``learn(_:)``.
    ///   - logger: told of what fails.
    public init(
        _ client: KubernetesClient, _ kind: ResourceKind, namespace: String? = nil, labelSelector: String? = nil,
        fieldSelector: String? = nil, metadataOnly: Bool = false, indexes: [String: Store.Index] = [:],
        idleTimeout: Duration = .seconds(150), pageSize: Int = 500, backoff: Backoff = defaultBackoff,
        transform: (@Sendable (inout UntypedObject) -> Void)? = nil,
        keeps: (@Sendable (UntypedObject) -> Bool)? = nil,
        logger: Logger = Logger(label: "informer")
    ) {
        self.client = client
        self.kind = kind
        self.namespace = namespace
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.metadataOnly = metadataOnly
        self.idleTimeout = idleTimeout
        machine = Mutex(InformerMachine(pageSize: pageSize, backoff: backoff))
        self.keeps = keeps
        self.transform = transform
        var logger = logger
        logger[metadataKey: "kind"] = "\(kind)"
        self.logger = logger
        let owners: Store.Index = { $0.ownerReferences.map(\.uid) }
        store = Store(indexes: indexes.merging([Store.ownerIndex: owners]) { given, _ in given })
    }

    /// Half a second, doubling up to ten: an outage costs few requests, and its end is seen soon.
    public static let defaultBackoff = Backoff(initial: .milliseconds(500), maximum: .seconds(10))

    /// Calls a function with every change from now on, after an `added` for each object already there.
    ///
    /// It is called on the informer's task, in order, and must be quick: put a key in a queue.
    public func onEvent(_ handler: @escaping @Sendable (InformerEvent) -> Void) {
        handlers.withLock { handlers in
            for object in store.objects { handler(.added(object)) }
            handlers.append(handler)
        }
    }

    /// Takes note of an object that was read from the server directly, as one that began to matter after it was listed.
    /// Nobody is told.
    public func learn(_ object: UntypedObject) {
        guard let object = kept(object) else { return }
        store.change { $0.learn(object) }
    }

    /// Returns once the first list of the present run is in the store; one that has ended does not count.
    ///
    /// - Throws: `CancellationError`.
    public func waitUntilSynced() async throws { try await synced.wait() }

    /// Runs until cancelled or told to shut down gracefully.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.loop() }
    }
}
