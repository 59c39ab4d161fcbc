import KubernetesClient
import Synchronization

/// Where this machine serves a Service's cluster address.
///
/// Loopback addresses, which the embedded API server gives, are served as they are. Those of another cluster
/// (`10.96.0.1`) belong to no interface here, and making them so takes root; each is served instead at a loopback
/// address of the node's own, which the hosts files and environments of its pods name in its place.
final class ServiceAddresses: Sendable {
    private struct State {
        var local: [String: String] = [:]
        var taken: Set<String> = []
    }

    private let network: PodNetwork
    private let state = Mutex(State())

    init(network: PodNetwork) { self.network = network }

    /// - Returns: `nil` for headless Services, and when no address is left.
    func local(_ service: UntypedObject) -> String? {
        guard let clusterAddress = service.clusterAddress else { return nil }
        if clusterAddress.hasPrefix("127.") { return clusterAddress }
        return state.withLock { state in
            if let known = state.local[clusterAddress] { return known }
            // The same place for the same address after a restart, as long as no other came first.
            let start = Self.hash(clusterAddress)
            guard let address = network.freeServiceAddress(from: start, isTaken: state.taken.contains) else {
                return nil
            }
            state.local[clusterAddress] = address
            state.taken.insert(address)
            return address
        }
    }

    /// The low bits of an IPv4 address; of anything else some number.
    private static func hash(_ address: String) -> Int {
        let octets = address.split(separator: ".").compactMap { Int($0) }
        if octets.count == 4 { return octets[2] << 8 | octets[3] }
        return address.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0x7FFF }
    }
}

extension UntypedObject {
    /// A Service's cluster address; `nil` for headless ones.
    var clusterAddress: String? {
        self["spec", "clusterIP"]?.stringValue.flatMap { $0.isEmpty || $0 == "None" ? nil : $0 }
    }
}
