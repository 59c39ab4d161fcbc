import Contracts
import Messaging
import Metrics
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Does what payments ask for. An operation is an intent in the ledger first, then a call to the gateway with the
/// intent's id as idempotency key, then a result: whoever finds an intent without a result can do it again, also while
/// another does it, and nothing is charged twice.
struct PaymentProcessor: Sendable {
    let runtime: ServiceRuntime
    let gateway: any PaymentGateway
    /// How long the gateway may take to answer.
    var patience: Duration = .seconds(3)
    /// Seconds before a refused void or refund is tried anew.
    var refusalDelay = 900
    let payments = PaymentStore()
    let ledger = LedgerStore()

    /// Stores a payment that a command or an operation's end has changed, with all that follows from it. Returns the id
    /// of the operation that was begun. `lead`: seconds in which the caller does the operation itself.
    @discardableResult
    func store(
        _ payment: Payment, _ actions: [PaymentAction], reason: String? = nil, lead: Int, with first: [SQL] = [],
        in transaction: PostgresTransaction
    ) async throws -> UUID? {
        var statements = first + [payments.update(payment)]
        var begun: UUID?
        var publishes = false
        for action in actions {
            switch action {
            case .begin(let kind, let cents, let late):
                let id = UUID.v7()
                begun = id
                statements.append(
                    ledger.insert(
                        id, payment: payment.id, kind: kind, cents: cents, reason: reason,
                        wait: late ? refusalDelay : 0, lead: lead))
                if lead == 0 { statements.append(LedgerStore.notification) }
            case .publish(let type, let cents):
                guard let user = payment.userID else { continue }
                publishes = true
                let data = PaymentEventData(
                    paymentID: payment.id, orderID: payment.orderID, userID: user, amountCents: cents,
                    currency: payment.currency, status: payment.status.rawValue,
                    failureCode: type == .paymentFailed ? payment.failureCode : nil)
                statements.append(try runtime.outbox.statement(type, subject: payment.orderID, data: data))
            }
        }
        if publishes { statements.append(Outbox.notification) }
        _ = try await transaction.batch(statements)
        return begun
    }

    /// Does the payment's operations until none is under way. Throws ``GatewayError`` when the gateway does not answer;
    /// the worker goes on later.
    func drive(_ payment: UUID, from known: LedgerStore.Intent? = nil) async throws {
        var intent = known
        // A payment's longest way is authorize, capture, refund; more would be a refused operation tried anew.
        for _ in 0..<4 {
            if intent == nil { intent = try await ledger.intent(of: payment, in: runtime.pool) }
            guard let current = intent else { return }
            let outcome = try await call(current.request)
            try await record(current, outcome)
            intent = nil
        }
    }

    private func call(_ request: GatewayRequest) async throws -> OperationOutcome {
        let outcome: OperationOutcome
        do {
            outcome = try await withThrowingTaskGroup(of: OperationOutcome.self) { group in
                group.addTask { try await gateway.perform(request) }
                group.addTask {
                    try await Task.sleep(for: patience)
                    throw GatewayError.timeout
                }
                defer { group.cancelAll() }
                guard let first = try await group.next() else { throw GatewayError.timeout }
                return first
            }
        } catch {
            count(request.kind, "unknown")
            throw error
        }
        switch outcome {
        case .approved: count(request.kind, "approved")
        case .declined: count(request.kind, "declined")
        }
        return outcome
    }

    /// Writes an operation's result, once.
    private func record(_ intent: LedgerStore.Intent, _ outcome: OperationOutcome) async throws {
        try await runtime.pool.transaction { transaction in
            guard var payment = try await payments.lock(intent.paymentID, in: transaction),
                try await ledger.isPending(intent.id, in: transaction)
            else { return }
            let actions = payment.finish(intent.request.kind, cents: intent.request.amount.cents, outcome)
            try await store(
                payment, actions, lead: LedgerStore.ownLead, with: [ledger.complete(intent.id, outcome)],
                in: transaction)
        }
    }

    private func count(_ kind: OperationKind, _ outcome: String) {
        Counter(
            label: "payment_gateway_operations_total", dimensions: [("kind", kind.rawValue), ("outcome", outcome)]
        ).increment()
    }
}
