import CCrypt
import Crypto

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// bcrypt by the system's libxcrypt. Slow on purpose: call it off the event loop, through ``PasswordHasher``.
///
/// bcrypt reads 72 bytes and stops at a NUL. A longer password, or one with a NUL, is replaced by the base64 text of
/// its SHA-256 (44 characters) first, so that all of it counts; passwords of up to 72 bytes are hashed as they are, and
/// their hashes are what every other bcrypt makes of them.
enum Bcrypt {
    static let maximumBytes = 72

    /// `$2b$12$…` with a random salt. `cost` is the logarithm of the rounds, 4 to 31.
    static func hash(_ password: String, cost: Int) throws(PasswordError) -> String {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in CChar.random(in: .min ... .max, using: &generator) }
        var setting = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
        guard crypt_gensalt_rn("$2b$", UInt(cost), salt, Int32(salt.count), &setting, Int32(setting.count)) != nil
        else {
            throw .failed
        }
        return try crypt(password, text(of: setting))
    }

    /// Whether the password made this hash. Takes as long for a wrong one as for the right one.
    static func verify(_ password: String, _ hash: String) throws(PasswordError) -> Bool {
        let computed = Array(try crypt(password, hash).utf8)
        let stored = Array(hash.utf8)
        guard computed.count == stored.count else { return false }
        return zip(computed, stored).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// The cost of a hash; `nil` for something else.
    static func cost(of hash: String) -> Int? {
        let parts = hash.split(separator: "$")
        guard parts.count == 3, parts[0].hasPrefix("2") else { return nil }
        return Int(parts[1])
    }

    private static func crypt(_ password: String, _ setting: String) throws(PasswordError) -> String {
        var data: UnsafeMutableRawPointer?
        var size: Int32 = 0
        defer { free(data) }
        guard let result = crypt_ra(phrase(password), setting, &data, &size) else { throw .failed }
        let hash = String(cString: result)
        // The library answers a setting it does not understand with a text that starts with an asterisk.
        guard hash.utf8.count == 60, hash.hasPrefix("$2") else { throw .failed }
        return hash
    }

    private static func phrase(_ password: String) -> String {
        let bytes = Array(password.utf8)
        if bytes.count <= maximumBytes, !bytes.contains(0) { return password }
        return Data(SHA256.hash(data: bytes)).base64EncodedString()
    }

    private static func text(of buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The hash could not be computed: not a bcrypt hash, or no memory.
enum PasswordError: Error, Sendable {
    case failed
}
