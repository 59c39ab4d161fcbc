public import KubernetesClient
public import Logging
public import ServiceLifecycle
import Synchronization

/// Keeps a ``Store`` equal to a collection of the API server, and tells what changes.
///
/// It lists page by page and then watches; a watch that ends, breaks or goes silent is begun again where it was, and
/// when the server has forgotten that version everything is listed anew, with deletions told for what has gone.
/// `managedFields` are not kept.
public final class Informer: Service {
    public let kind: ResourceKind
    public let namespace: String?
    public let store: Store

    let client: KubernetesClient
    let labelSelector: String?
    let fieldSelector: String?
    let metadataOnly: Bool
    let idleTimeout: Duration
    let transform: (@Sendable (inout UntypedObject) -> Void)?
    let logger: Logger
    let machine: Mutex<InformerMachine>
    let lastNews = Mutex(ContinuousClock.now)
    let handlers = Mutex<[@Sendable (InformerEvent) -> Void]>([])
    let synced = Signal()

    /// - Parameters:
    ///   - namespace: `nil` for all namespaces.
    ///   - metadataOnly: fetch and keep nothing but metadata.
    ///   - indexes: further ways to find objects in the store, by name.
    ///   - idleTimeout: how long a watch may be silent before it is begun anew; servers send bookmarks once a minute.
    ///   - transform: drops from an object what nobody needs before it is kept.
    public init(
        _ client: KubernetesClient, _ kind: ResourceKind, namespace: String? = nil, labelSelector: String? = nil,
        fieldSelector: String? = nil, metadataOnly: Bool = false, indexes: [String: Store.Index] = [:],
        idleTimeout: Duration = .seconds(150), pageSize: Int = 500,
        transform: (@Sendable (inout UntypedObject) -> Void)? = nil,
        logger: Logger = Logger(label: "informer")
    ) {
        self.client = client
        self.kind = kind
        self.namespace = namespace
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.metadataOnly = metadataOnly
        self.idleTimeout = idleTimeout
        machine = Mutex(InformerMachine(pageSize: pageSize))
        self.transform = transform
        var logger = logger
        logger[metadataKey: "kind"] = "\(kind)"
        self.logger = logger
        let owners: Store.Index = { $0.ownerReferences.map(\.uid) }
        store = Store(indexes: indexes.merging([Store.ownerIndex: owners]) { given, _ in given })
    }

    /// Calls a function with every change from now on, after an `added` for each object already there.
    ///
    /// It is called on the informer's task, in order, and must be quick: put a key in a queue.
    public func onEvent(_ handler: @escaping @Sendable (InformerEvent) -> Void) {
        handlers.withLock { handlers in
            for object in store.objects { handler(.added(object)) }
            handlers.append(handler)
        }
    }

    /// Returns once the first list is in the store.
    ///
    /// - Throws: `CancellationError`.
    public func waitUntilSynced() async throws { try await synced.wait() }

    /// Runs until cancelled or told to shut down gracefully.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.loop() }
    }
}
