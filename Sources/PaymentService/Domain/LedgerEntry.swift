import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One operation at the gateway: the intent before the call, the result after it.
struct LedgerEntry: Sendable, Equatable {
    /// Also the idempotency key of the gateway's call.
    let id: UUID
    let paymentID: UUID
    let kind: OperationKind
    let amountCents: Int64
    var status: OperationStatus
    var gatewayReference: String?
    var failureCode: String?
    var reason: String?
    var createdAt: Date
    var completedAt: Date?
}
