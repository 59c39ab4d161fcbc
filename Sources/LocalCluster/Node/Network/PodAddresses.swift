import Synchronization

/// Gives pods their addresses: an old one again where it is free, else the next that nobody listens on.
final class PodAddresses: Sendable {
    private struct State {
        var taken: Set<String> = []
        var next = 0
    }

    private let network: PodNetwork
    private let state = Mutex(State())

    init(network: PodNetwork) { self.network = network }

    /// - Parameter former: the address the pod had before the agent was restarted.
    func take(former: String?) throws -> String {
        let inUse = SocketTable.current.listening
        return try state.withLock { state in
            if let former, former.hasPrefix(network.prefix + "."), !state.taken.contains(former),
                !inUse.contains(former)
            {
                state.taken.insert(former)
                return former
            }
            guard let (address, next) = network.free(from: state.next, taken: state.taken, isInUse: inUse.contains)
            else {
                throw NodeError(.noAddress, "every pod address of \(network.prefix).0.0/17 is taken")
            }
            state.taken.insert(address)
            state.next = next
            return address
        }
    }

    func release(_ address: String) { state.withLock { _ = $0.taken.remove(address) } }
}
