/// The addresses a node gives to pods: `127.N.1.1` to `127.N.127.254`.
///
/// All of 127.0.0.0/8 is the machine's own on Linux, so that a pod's address needs no set-up and no rights.
public struct PodNetwork: Sendable, Hashable {
    /// The first two octets, such as `127.77`.
    public let prefix: String

    public init(prefix: String) { self.prefix = prefix }

    private static let hosts = 254
    private static let count = 127 * hosts

    /// The `index`th address, counted round.
    func address(_ index: Int) -> String {
        let index = index % Self.count
        return "\(prefix).\(1 + index / Self.hosts).\(1 + index % Self.hosts)"
    }

    /// The first address from `start` on that is neither taken nor in use.
    ///
    /// - Returns: the address and where to go on looking, `nil` when every address is taken.
    func free(from start: Int, taken: Set<String>, isInUse: (String) -> Bool) -> (address: String, next: Int)? {
        for step in 0..<Self.count {
            let address = address(start + step)
            if !taken.contains(address), !isInUse(address) { return (address, (start + step + 1) % Self.count) }
        }
        return nil
    }

    /// The first address of `127.N.128.0/17`, which is for Services, from the `start`th on that is not taken.
    func freeServiceAddress(from start: Int, isTaken: (String) -> Bool) -> String? {
        for step in 0..<(1 << 15) {
            let index = (start + step) & 0x7FFF
            guard 1...254 ~= index & 0xFF else { continue }
            let address = "\(prefix).\(128 + (index >> 8)).\(index & 0xFF)"
            if !isTaken(address) { return address }
        }
        return nil
    }
}
