import Contracts
import HTTPTypes
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Asks the catalogue what SKUs are, cost and how many there are.
struct CatalogLookup: Sendable {
    let peers: any PeerCalling

    /// Unknown SKUs are missing. Throws problem 503 when the catalogue does not answer.
    func products(_ skus: [String]) async throws -> [SellableProduct] {
        do {
            let body = try ContractsJSON.encoder().encode(ProductLookupRequest(skus: skus))
            return try await peers.send(
                PeerRequest(
                    .product, .post, "/internal/v1/products/lookup", body: [UInt8](body), timeout: .seconds(2))
            ).decode(ProductLookupResponse.self).items
        } catch is PeerError {
            throw Problem.unavailable("catalog_unavailable", "The catalogue cannot be reached at the moment.")
        }
    }
}
