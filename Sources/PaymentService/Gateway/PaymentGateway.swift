import Contracts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One call to a payment gateway. A call that is repeated with its key has one effect and one outcome.
struct GatewayRequest: Sendable, Equatable {
    let key: String
    let kind: OperationKind
    let amount: Money
    /// The means of payment, for `authorize`.
    let token: String
    /// The authorization's reference, for everything else.
    let charge: String?
}

/// A gateway on which money is held, taken and given back.
protocol PaymentGateway: Sendable {
    /// Throws ``GatewayError`` when there is no answer: then nobody knows whether the call had its effect, and it is to
    /// be repeated with the same key.
    func perform(_ request: GatewayRequest) async throws -> OperationOutcome
}

/// The gateway gave no answer.
enum GatewayError: Error, Sendable {
    case timeout
}
