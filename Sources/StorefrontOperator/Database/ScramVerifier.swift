import Crypto

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What PostgreSQL stores of a password (RFC 5803 with SCRAM-SHA-256): made here, so that the password itself is in no
/// statement and in no server log.
enum ScramVerifier {
    static let iterations = 4096

    /// `nil` for passwords that would have to be normalised first (SASLprep): those with other than printable ASCII.
    static func text(password: String, salt: [UInt8]) -> String? {
        guard password.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return nil }
        let key = SymmetricKey(data: Data(password.utf8))
        var block = hmac(Data(salt) + [0, 0, 0, 1], key)
        var salted = block
        for _ in 1..<iterations {
            block = hmac(block, key)
            for index in salted.indices { salted[index] ^= block[index] }
        }
        let saltedKey = SymmetricKey(data: salted)
        let storedKey = Data(SHA256.hash(data: hmac(Data("Client Key".utf8), saltedKey)))
        let serverKey = hmac(Data("Server Key".utf8), saltedKey)
        return "SCRAM-SHA-256$\(iterations):\(Data(salt).base64EncodedString())"
            + "$\(storedKey.base64EncodedString()):\(serverKey.base64EncodedString())"
    }

    /// The literal for `PASSWORD` in a statement.
    static func literal(password: String) -> String {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return SQLText.literal(text(password: password, salt: salt) ?? password)
    }

    private static func hmac(_ data: Data, _ key: SymmetricKey) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: data, using: key))
    }
}
