#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The number people read out: `ORD-20260216-7K3Q`.
///
/// The last part is a database sequence in Crockford's base 32, scrambled within each million so that neighbours do not
/// look alike; past the first million it grows by a digit. As long as the sequence does not repeat, neither does it.
enum OrderNumber {
    private static let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    /// Odd, hence invertible modulo 2^20.
    private static let factor: UInt64 = 0x9E375

    static func text(sequence: Int64, at date: Date) -> String {
        let value = UInt64(max(0, sequence))
        let scrambled = (value & 0xF_FFFF) &* factor & 0xF_FFFF
        var rest = (value >> 20) << 20 | scrambled
        var text: [Character] = []
        while rest > 0 || text.count < 4 {
            text.append(digits[Int(rest & 31)])
            rest >>= 5
        }
        let day = date.formatted(Date.ISO8601FormatStyle().year().month().day().dateSeparator(.omitted))
        return "ORD-\(day)-\(String(text.reversed()))"
    }
}
