import Contracts

/// Whether the listener asks who is calling, and what the answer is.
enum PeerIdentity: Sendable, Equatable {
    case notAsked
    case unknown
    case service(ServiceName)
}
