import Contracts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A company that carries parcels.
protocol Carrier: Sendable {
    /// Registers the order's parcel and returns how it is tracked. Asked again for the same order it gives the same
    /// answer; throws when the carrier cannot be asked now.
    func register(order: UUID, to address: AddressSnapshot) async throws -> Tracking
}

/// A carrier that carries nothing, for shops that deliver by hand and for trying things out.
struct MockCarrier: Carrier {
    /// The shop's public base URL, under which tracking links lie; empty when unknown.
    let publicURL: @Sendable () -> String

    func register(order: UUID, to address: AddressSnapshot) async throws -> Tracking {
        let number = "MOCK" + order.uuidString.filter { $0 != "-" }.suffix(12)
        return Tracking(carrier: "mock", number: number, url: url(order))
    }

    func url(_ order: UUID) -> String { "\(publicURL())/api/v1/orders/\(order.text)/shipments" }
}
