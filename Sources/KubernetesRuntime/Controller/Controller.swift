public import KubernetesClient
public import Logging
import Metrics
public import ServiceLifecycle
import Synchronization

/// Calls a ``Reconciler`` for every object of a kind whenever it, or something watched on its behalf, changes.
///
/// The informers are run by somebody else, mostly a ``ControllerSet``; the controller begins once all of them are
/// synced.
public final class Controller: Service {
    /// Its name in metrics and logs.
    public let name: String
    private let primary: Informer
    private let watched: [Watched]
    private let filter: @Sendable (InformerEvent) -> Bool
    private let workers: Int
    private let resync: Duration?
    private let backoff: Backoff
    private let reconciler: any Reconciler
    private let logger: Logger
    private let metrics: ControllerMetrics
    private let isSubscribed = Mutex(false)
    private let work = Mutex(Work())

    private struct Work {
        /// The queue of the present run.
        var queue: WorkQueue<ObjectKey>?
        /// Primary objects that have gone and were not reconciled since: the next run would not find them in the cache.
        var gone: Set<ObjectKey> = []
    }

    /// - Parameters:
    ///   - name: the `controller` label of metrics and logs.
    ///   - primary: the objects to reconcile.
    ///   - watched: further objects, mapped to the primary ones they are about.
    ///   - filter: which changes of primary objects matter; all by default.
    ///   - workers: how many keys are reconciled at a time.
    ///   - resync: reconcile everything again this often, to repair what nobody tells of.
    ///   - backoff: the pauses between failures of one key.
    ///   - logger: told what fails.
    ///   - reconciler: called with one key after another.
    public init(
        _ name: String, for primary: Informer, watching watched: [Watched] = [],
        filter: @escaping @Sendable (InformerEvent) -> Bool = { _ in true }, workers: Int = 4,
        resync: Duration? = nil, backoff: Backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(60)),
        logger: Logger = Logger(label: "controller"), reconciler: any Reconciler
    ) {
        self.name = name
        self.primary = primary
        self.watched = watched
        self.filter = filter
        self.workers = workers
        self.resync = resync
        self.backoff = backoff
        self.reconciler = reconciler
        var logger = logger
        logger[metadataKey: "controller"] = "\(name)"
        self.logger = logger
        metrics = ControllerMetrics(controller: name, workers: workers)
    }

    /// A controller whose reconciler is a function; see the other initializer for its parameters.
    public convenience init(
        _ name: String, for primary: Informer, watching watched: [Watched] = [],
        filter: @escaping @Sendable (InformerEvent) -> Bool = { _ in true }, workers: Int = 4,
        resync: Duration? = nil, backoff: Backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(60)),
        logger: Logger = Logger(label: "controller"),
        reconcile: @escaping @Sendable (ObjectKey) async throws -> ReconcileResult
    ) {
        self.init(
            name, for: primary, watching: watched, filter: filter, workers: workers, resync: resync, backoff: backoff,
            logger: logger, reconciler: ReconcileFunction(body: reconcile))
    }

    /// The informers it needs.
    public var informers: [Informer] { [primary] + watched.map(\.informer) }

    /// Reconciles a key soon, as for news from outside the API; has no effect while the controller is not running.
    public func enqueue(_ key: ObjectKey) { work.withLock { $0.queue }?.add(key) }

    /// Runs until cancelled, or told to shut down gracefully; then reconciles in progress are finished, and those that
    /// take longer end with their task's cancellation.
    public func run() async throws {
        let queue = WorkQueue<ObjectKey>(name: name, backoff: backoff)
        work.withLock { $0.queue = queue }
        defer { work.withLock { $0.queue = nil } }
        subscribe()
        try await withTaskCancellationOrGracefulShutdownHandler {
            // Told to shut down, it does not wait for caches that may never fill.
            let isSynced = try await cancelWhenGracefulShutdown { try await self.areSynced() }
            guard isSynced else { return }
            for key in work.withLock({ $0.gone }).union(primary.store.keys) { queue.add(key) }
            logger.info("controller started", metadata: ["workers": "\(workers)"])
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await queue.runTimer() }
                if let resync { group.addTask { await self.runResync(every: resync, queue) } }
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<workers { group.addTask { await self.takeKeys(queue) } }
                }
                group.cancelAll()
            }
        } onCancelOrGracefulShutdown: {
            queue.shutDown()
        }
    }
}

private struct ReconcileFunction: Reconciler {
    let body: @Sendable (ObjectKey) async throws -> ReconcileResult

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult { try await body(key) }
}

extension Controller {
    /// Once for all runs, since an informer never forgets a handler.
    private func subscribe() {
        let isFirst = isSubscribed.withLock { isSubscribed in
            defer { isSubscribed = true }
            return !isSubscribed
        }
        guard isFirst else { return }
        primary.onEvent { [weak self] event in
            guard let self, self.filter(event) else { return }
            let key = event.object.key
            if case .deleted = event { _ = self.work.withLock { $0.gone.insert(key) } }
            self.enqueue(key)
        }
        for watched in watched {
            watched.informer.onEvent { [weak self] event in
                guard let self else { return }
                for key in watched.keys(event) { self.enqueue(key) }
                // A change of owner or label is about the former one, too.
                if case .updated(let old, _) = event {
                    for key in watched.keys(.deleted(old)) { self.enqueue(key) }
                }
            }
        }
    }

    /// Waits for all caches; `false` when that was cut short.
    private func areSynced() async throws -> Bool {
        do {
            for informer in informers { try await informer.waitUntilSynced() }
            return true
        } catch is CancellationError {
            return false
        }
    }

    private func runResync(every interval: Duration, _ queue: WorkQueue<ObjectKey>) async {
        while true {
            // Spread a little, so that several controllers do not do it at one moment.
            do { try await Task.sleep(for: interval * .random(in: 0.9...1.1)) } catch { return }
            for key in primary.store.keys { queue.add(key) }
        }
    }

    private func takeKeys(_ queue: WorkQueue<ObjectKey>) async {
        while let key = await queue.next() {
            metrics.activeWorkers.increment()
            await reconcile(key, queue)
            metrics.activeWorkers.decrement()
            queue.done(key)
        }
    }

    private func reconcile(_ key: ObjectKey, _ queue: WorkQueue<ObjectKey>) async {
        let begin = ContinuousClock.now
        let hadGone = work.withLock { $0.gone.remove(key) } != nil
        do {
            let result = try await reconciler.reconcile(key)
            queue.forget(key)
            switch result {
            case .done: metrics.success.increment()
            case .requeue(let delay):
                metrics.requeueAfter.increment()
                queue.add(key, after: delay)
            }
        } catch {
            if hadGone { _ = work.withLock { $0.gone.insert(key) } }
            if Task.isCancelled { return }
            let pause = queue.retry(key)
            metrics.failed.increment()
            metrics.errors.increment()
            let metadata: Logger.Metadata = ["object": "\(key)", "error": "\(error)", "again_in": "\(pause)"]
            // Another writer was first: the cache catches up, and nobody needs to know.
            if (error as? KubernetesError)?.isConflict == true {
                logger.debug("reconcile met a newer object", metadata: metadata)
            } else {
                logger.error("reconcile failed", metadata: metadata)
            }
        }
        metrics.time.record((.now - begin).seconds)
    }
}
