public import ServiceFoundation

/// Every call fails as if the service were down.
public struct UnreachablePeers: PeerCalling {
    public init() {}
    public func send(_ request: PeerRequest) async throws -> PeerResponse {
        throw PeerError.unreachable(request.service, "no peers in this test")
    }
}
