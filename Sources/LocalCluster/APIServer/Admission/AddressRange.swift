/// A range of IPv4 addresses: `127.77.128.0/17`.
struct AddressRange: Sendable, Hashable {
    private let base: UInt32
    private let count: UInt32

    init?(_ text: String) {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let base = Self.number(parts[0]), let bits = UInt32(parts[1]), (8...30).contains(bits)
        else { return nil }
        self.count = 1 << (32 - bits)
        self.base = base & ~(count - 1)
    }

    func contains(_ address: String) -> Bool {
        guard let number = Self.number(address) else { return false }
        return number > base && number < base + count - 1
    }

    /// The first address that is free, beginning with the one that `key` hashes to; neither the first nor the last of
    /// the range.
    func first(for key: String, where isFree: (String) -> Bool) -> String? {
        let usable = count - 2
        let start = UInt32(stableHash(key) % UInt64(usable))
        for step in 0..<usable {
            let address = Self.text(base + 1 + (start + step) % usable)
            if isFree(address) { return address }
        }
        return nil
    }

    private static func number(_ text: some StringProtocol) -> UInt32? {
        let octets = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard octets.count == 4 else { return nil }
        return octets.reduce(UInt32?.some(0)) { sum, octet in
            guard let sum, let octet else { return nil }
            return sum << 8 | UInt32(octet)
        }
    }

    private static func text(_ number: UInt32) -> String {
        [24, 16, 8, 0].map { String(number >> $0 & 255) }.joined(separator: ".")
    }
}

/// FNV-1a, the same in every process.
func stableHash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
