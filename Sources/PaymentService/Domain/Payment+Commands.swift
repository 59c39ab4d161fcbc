import Contracts

extension Payment {
    /// Captures the authorized amount, now or as soon as it is authorized. Asking again changes nothing.
    mutating func capture() throws(PaymentRefusal) -> [PaymentAction] {
        switch status {
        case .captured, .refunded: return []
        case .failed: throw .notAuthorized
        case .voided: throw .closed
        case .pending, .authorized:
            guard goal != .cancel else { throw .closed }
            goal = .capture
            return next()
        }
    }

    /// Releases what is held and refunds what was captured, now or as soon as the operation under way has ended.
    /// Asking again changes nothing.
    mutating func cancel() -> [PaymentAction] {
        guard goal != .cancel else { return [] }
        goal = .cancel
        return next()
    }

    /// Gives back part of what was captured.
    mutating func refund(cents: Int64) throws(PaymentRefusal) -> [PaymentAction] {
        guard status == .captured else { throw .notCaptured }
        guard operation == nil else { throw .inProgress }
        guard cents > 0, cents <= refundableCents else { throw .refundTooLarge }
        return begin(.refund, cents: cents)
    }

    /// What is to be done next for the goal, when nothing is under way.
    private mutating func next(late: Bool = false) -> [PaymentAction] {
        guard operation == nil else { return [] }
        switch (status, goal) {
        case (.authorized, .capture): return begin(.capture, cents: authorizedCents, late: late)
        case (.authorized, .cancel): return begin(.void, cents: authorizedCents, late: late)
        case (.captured, .cancel): return begin(.refund, cents: refundableCents, late: late)
        // A failed capture leaves a hold on the customer's card.
        case (.failed, _) where authorizedCents > 0 && !isVoided:
            return begin(.void, cents: authorizedCents, late: late)
        default: return []
        }
    }

    private mutating func begin(_ kind: OperationKind, cents: Int64, late: Bool = false) -> [PaymentAction] {
        operation = kind
        return [.begin(kind, cents: cents, late: late)]
    }

    /// Takes note of how an operation ended. The caller makes sure that each operation ends once.
    mutating func finish(_ kind: OperationKind, cents: Int64, _ outcome: OperationOutcome) -> [PaymentAction] {
        operation = nil
        switch (kind, outcome) {
        case (.authorize, .approved(let reference)):
            status = .authorized
            authorizedCents = cents
            gatewayTransactionID = reference
            return [.publish(.paymentAuthorized, cents: cents)] + next()
        case (.authorize, .declined(let code)):
            status = .failed
            failureCode = code
            return [.publish(.paymentFailed, cents: cents)]
        case (.capture, .approved):
            status = .captured
            capturedCents = cents
            return [.publish(.paymentCaptured, cents: cents)] + next()
        case (.capture, .declined(let code)):
            status = .failed
            failureCode = code
            return [.publish(.paymentFailed, cents: cents)] + next()
        case (.void, .approved):
            isVoided = true
            guard status == .authorized else { return [] }
            status = .voided
            return [.publish(.paymentVoided, cents: cents)]
        case (.refund, .approved):
            refundedCents += cents
            if refundableCents == 0 { status = .refunded }
            return [.publish(.refundProcessed, cents: cents)] + next()
        case (.void, .declined), (.refund, .declined):
            return next(late: true)
        }
    }
}
