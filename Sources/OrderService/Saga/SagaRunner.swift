import Contracts
import Logging
import Messaging
import Metrics
import PostgreSQL
import ServiceLifecycle
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Drives sagas: those it is told of at once, and by polling those that are due, among them what a process that died
/// left behind. A lease in the database keeps two runners from working on one saga; if it is lost all the same, the
/// repeated calls do no harm.
final class SagaRunner: Service {
    private enum Work: Sendable {
        /// Just created, with the lease already taken.
        case leased(OrderRecord, at: ContinuousClock.Instant)
        case look(UUID)
    }

    /// Names the lease's holder: the pod, whose next process takes over at once what this one leaves.
    let holder: String
    private let pool: PostgresPool
    private let transitions: OrderTransitions
    private let calls: SagaCalls
    private let logger: Logger
    private let concurrency: Int
    private let pollInterval: Duration
    private let work: AsyncStream<Work>
    private let inbox: AsyncStream<Work>.Continuation
    private let isStopping = Mutex(false)

    init(
        pool: PostgresPool, transitions: OrderTransitions, calls: SagaCalls, holder: String, logger: Logger,
        concurrency: Int = 32, pollInterval: Duration = .milliseconds(500)
    ) {
        self.pool = pool
        self.transitions = transitions
        self.calls = calls
        self.holder = holder
        self.logger = logger
        self.concurrency = concurrency
        self.pollInterval = pollInterval
        // What does not fit is found by polling once its lease has ended.
        (self.work, self.inbox) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(4096))
    }

    // MARK: What others tell it

    /// Starts the saga of an order that was just created with this runner's lease.
    func start(_ record: OrderRecord) { inbox.yield(.leased(record, at: .now)) }

    /// Looks whether an order's saga has something to do now.
    func signal(_ order: UUID) { inbox.yield(.look(order)) }

    // MARK: Running

    func run() async throws {
        await withGracefulShutdownHandler {
            try? await retrying { try await SagaStore().releaseAll(of: self.holder, in: self.pool) }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.dispatch() }
                group.addTask { await self.poll() }
            }
            try? await SagaStore().releaseAll(of: holder, in: pool)
        } onGracefulShutdown: {
            self.isStopping.withLock { $0 = true }
            self.inbox.finish()
        }
    }

    private var stopping: Bool { Task.isCancelled || isStopping.withLock { $0 } }

    private func retrying(_ body: () async throws -> Void) async throws {
        while !stopping {
            do {
                return try await body()
            } catch {
                logger.warning("cannot reach the sagas", metadata: ["error": "\(error)"])
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func dispatch() async {
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await item in work {
                if stopping { break }
                if running >= concurrency {
                    await group.next()
                    running -= 1
                }
                group.addTask { await self.handle(item) }
                running += 1
            }
        }
    }

    private func handle(_ item: Work) async {
        switch item {
        case .leased(let record, let since):
            if ContinuousClock.now - since < .seconds(SagaStore.leaseSeconds / 2) {
                await drive(record)
            } else {
                await drive(record.order.id)
            }
        case .look(let id): await drive(id)
        }
    }

    private func poll() async {
        await cancelWhenGracefulShutdown {
            while !self.stopping {
                var found = 0
                do {
                    let due = try await SagaStore().claimDue(for: self.holder, limit: 16, in: self.pool)
                    found = due.count
                    await withTaskGroup(of: Void.self) { group in
                        for record in due { group.addTask { await self.drive(record) } }
                    }
                } catch {
                    self.logger.warning("cannot reach the sagas", metadata: ["error": "\(error)"])
                }
                if found < 16 { try? await Task.sleep(for: self.pollInterval) }
            }
        }
    }

    /// Drives one saga as far as it goes now, unless another runner is at it.
    func drive(_ order: UUID) async {
        do {
            guard let record = try await SagaStore().claim(order, for: holder, in: pool) else { return }
            await drive(record)
        } catch {
            logger.warning("cannot reach a saga", metadata: ["order_id": "\(order.text)", "error": "\(error)"])
        }
    }

    /// Drives a leased saga as far as it goes now.
    private func drive(_ record: OrderRecord) async {
        var current: OrderRecord? = record
        while let record = current, !stopping {
            do {
                current = try await step(record)
            } catch {
                // The lease ends by itself, and the step is made again.
                logger.warning(
                    "saga step not recorded",
                    metadata: ["order_id": "\(record.order.id.text)", "error": "\(error)"])
                return
            }
        }
    }

    /// Makes one call and records what came of it; `nil` when there is nothing more to do now.
    func step(_ record: OrderRecord) async throws -> OrderRecord? {
        try await Correlation.$id.withValue(record.correlationID) {
            let order = record.order
            guard order.process.saga.isDue(at: .stamp), let (event, facts) = await calls.event(for: record) else {
                try await pool.execute(SagaStore().release(order.id, of: holder))
                return nil
            }
            if event == .unavailable {
                logger.notice(
                    "saga call had no answer",
                    metadata: [
                        "order_id": "\(order.id.text)", "step": "\(order.process.saga.step.rawValue)",
                        "attempt": "\(order.process.saga.attempts + 1)",
                    ])
            }
            let after = try await pool.transaction { transaction in
                try await transitions.apply(event, facts: facts, to: order.id, holder: holder, in: transaction)
            }
            guard let after else { return nil }
            if after.order.process.saga.step == .done { recordEnd(of: after.order) }
            return after.order.process.saga.isDue(at: .stamp) ? after : nil
        }
    }

    private func recordEnd(of order: Order) {
        let dimensions = [("status", order.process.status.rawValue)]
        Counter(label: "sagas_ended", dimensions: dimensions).increment()
        Metrics.Timer(label: "saga_duration", dimensions: dimensions)
            .recordNanoseconds(Int64(max(0, Date().timeIntervalSince(order.createdAt)) * 1e9))
    }
}
