import Contracts
import Logging
import Metrics
import PostgreSQL
import ServiceFoundation
import ServiceLifecycle

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Sends what is queued, as soon as it is committed, and again later what could not be sent.
struct DeliveryWorker: Service {
    let runtime: ServiceRuntime
    let templates: MailTemplates
    let transports: TransportSet
    let store = NotificationStore()
    /// How many mails are under way at a time.
    var concurrency = 8
    /// Seconds after which a mail that was taken and not finished is taken again.
    ///
    /// Longer than all that are under way can take one after the other at the slowest server.
    var lease = 300
    /// How long it waits for news before it looks for itself.
    var interval: Duration = .seconds(1)

    func run() async throws {
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                let listener = PostgresListener(
                    runtime.pool.configuration, channel: NotificationStore.channel, logger: runtime.logger)
                await listener.run { _ in signal.yield() }
            }
            group.addTask {
                while !Task.isCancelled {
                    signal.yield()
                    try? await Task.sleep(for: interval)
                }
            }
            // Mails under way are finished, and noted as sent, before the worker ends.
            await withGracefulShutdownHandler {
                for await _ in signals {
                    while !Task.isShuttingDownGracefully, !Task.isCancelled, await sweep() > 0 {}
                }
            } onGracefulShutdown: {
                signal.finish()
            }
            group.cancelAll()
        }
    }

    /// Sends what is due; returns how many there were.
    func sweep() async -> Int {
        do {
            let due = try await store.takeDue(limit: concurrency, lease: lease, in: runtime.pool)
            await withTaskGroup(of: Void.self) { group in
                for record in due { group.addTask { await deliver(record) } }
            }
            return due.count
        } catch {
            if !Task.isCancelled {
                runtime.logger.warning("cannot look for notifications", metadata: ["error": "\(error)"])
            }
            return 0
        }
    }

    private func deliver(_ record: NotificationRecord) async {
        let decision: DeliveryDecision
        do {
            let outcome = await transports.send(try message(record))
            decision = DeliveryPolicy.decide(outcome, attempts: record.attempts)
        } catch {
            decision = .failed("the template cannot be rendered")
        }
        count(record, decision)
        do {
            try await store.record(record.id, decision, in: runtime.pool)
        } catch {
            runtime.logger.warning(
                "a notification's outcome could not be written",
                metadata: ["notification": "\(record.id.text)", "error": "\(error)"])
        }
    }

    private func message(_ record: NotificationRecord) throws -> MailMessage {
        let mail = try templates.render(record.template, record.payload)
        let settings = runtime.configuration.current.notification ?? NotificationConfiguration()
        return MailMessage(
            from: Mailbox(parsing: settings.from), to: Mailbox(name: record.recipientName, address: record.recipient),
            subject: record.subject, text: mail.text, html: mail.html, date: record.createdAt, id: record.id.text,
            template: record.template.rawValue)
    }

    private func count(_ record: NotificationRecord, _ decision: DeliveryDecision) {
        let outcome =
            switch decision {
            case .sent: "sent"
            case .bounced: "bounced"
            case .failed: "failed"
            case .again: "postponed"
            }
        Counter(
            label: "notification_deliveries_total",
            dimensions: [("template", record.template.rawValue), ("outcome", outcome)]
        ).increment()
        if decision != .sent {
            runtime.logger.warning(
                "a notification was not sent",
                metadata: ["notification": "\(record.id.text)", "outcome": "\(outcome)"])
        }
    }
}
