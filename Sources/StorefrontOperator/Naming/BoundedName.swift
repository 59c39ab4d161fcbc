import Crypto

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Names that something allows only so many bytes for.
enum BoundedName {
    /// A DNS label, a label's value, a PostgreSQL identifier.
    static let limit = 63

    /// The parts joined; when that is longer than the limit, its beginning and a hash of the whole, so that different
    /// names stay different and the same name is always shortened to the same.
    static func joined(_ parts: [String], by separator: String = "-", limit: Int = limit) -> String {
        let whole = parts.joined(separator: separator)
        guard whole.utf8.count > limit else { return whole }
        let hash = Fingerprint.of(whole, length: 8)
        var beginning = whole
        while beginning.utf8.count > limit - hash.utf8.count - separator.utf8.count { beginning.removeLast() }
        while beginning.hasSuffix("-") || beginning.hasSuffix(".") || beginning.hasSuffix("_") {
            beginning.removeLast()
        }
        return beginning + separator + hash
    }
}

/// Short hashes by which changes are noticed.
enum Fingerprint {
    /// The first hexadecimal digits of the text's SHA-256.
    static func of(_ text: String, length: Int = 16) -> String {
        let digits = Array("0123456789abcdef")
        var hash = ""
        for byte in SHA256.hash(data: Data(text.utf8)) {
            hash.append(digits[Int(byte >> 4)])
            hash.append(digits[Int(byte & 15)])
            if hash.utf8.count >= length { break }
        }
        return String(hash.prefix(length))
    }
}
