import Foundation
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
        let inUse = Self.listening()
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

    /// The IPv4 addresses of this machine on which somebody listens, from /proc/net/tcp.
    private static func listening() -> Set<String> {
        guard let text = try? String(contentsOfFile: "/proc/net/tcp", encoding: .utf8) else { return [] }
        var addresses: Set<String> = []
        for line in text.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ")
            // State 0A is LISTEN; the address is in the machine's byte order, here little-endian.
            guard fields.count > 3, fields[3] == "0A", let value = UInt32(fields[1].prefix(8), radix: 16) else {
                continue
            }
            addresses.insert((0..<4).map { String(value >> ($0 * 8) & 0xFF) }.joined(separator: "."))
        }
        return addresses
    }
}
