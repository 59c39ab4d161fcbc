import Contracts
import Logging
import PostgreSQL
import ServiceFoundation
import ServiceLifecycle

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Does operations that events and refunds have begun, as soon as their transaction is committed, and those that were
/// left behind by a crash or a gateway without an answer.
struct OperationWorker: Service {
    let runtime: ServiceRuntime
    let processor: PaymentProcessor
    /// How many operations are under way at a time.
    var concurrency = 6
    /// How long it waits for news before it looks for itself.
    var interval: Duration = .seconds(1)

    func run() async throws {
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    let listener = PostgresListener(
                        runtime.pool.configuration, channel: LedgerStore.channel, logger: runtime.logger)
                    await listener.run { _ in signal.yield() }
                }
                group.addTask {
                    while !Task.isCancelled {
                        signal.yield()
                        try? await Task.sleep(for: interval)
                    }
                }
                for await _ in signals where !Task.isCancelled {
                    while !Task.isCancelled, await sweep() > 0 {}
                }
                group.cancelAll()
            }
        }
    }

    /// Does the operations that are due; returns how many there were.
    func sweep() async -> Int {
        do {
            let due = try await processor.ledger.takeDue(limit: concurrency, in: runtime.pool)
            await withTaskGroup(of: Void.self) { group in
                for payment in due { group.addTask { await drive(payment) } }
            }
            return due.count
        } catch {
            if !Task.isCancelled {
                runtime.logger.warning("cannot look for payment operations", metadata: ["error": "\(error)"])
            }
            return 0
        }
    }

    private func drive(_ payment: UUID) async {
        do {
            try await processor.drive(payment)
        } catch {
            // It stays in the ledger and is due again later.
            runtime.logger.warning(
                "a payment operation is not done yet", metadata: ["payment": "\(payment.text)", "error": "\(error)"])
        }
    }
}
