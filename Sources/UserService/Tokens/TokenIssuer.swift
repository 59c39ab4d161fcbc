import Contracts
import JWTKit
import PodEnvironment
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Signs access tokens (ES256) with the private key of the mounted JWK, whose `kid` goes into the header. The file is
/// read for each token, so that a rotated key is used at once.
struct TokenIssuer: Sendable {
    let environment: PodEnvironment
    let configuration: ConfigurationStore

    private struct PrivateKey: Decodable {
        let kid: String
        let d: String
    }

    /// A token for the person. Problem 503 while there is no usable key.
    func accessToken(for user: User, at now: Date = Date()) async throws -> String {
        let settings = configuration.current.tokens
        guard
            let data = try? Data(contentsOf: URL(filePath: environment.path(PodLayout.signingKeyFile))),
            let jwk = try? JSONDecoder().decode(PrivateKey.self, from: data),
            let key = try? ES256PrivateKey(key: jwk.d)
        else { throw Problem.unavailable("signing_key_unavailable", "Tokens cannot be issued at the moment.") }
        let claims = AccessClaims(
            issuer: settings.issuer, audience: settings.audience, userID: user.id, role: user.role, issuedAt: now,
            lifetime: settings.accessLifetime)
        let kid = JWKIdentifier(string: jwk.kid)
        return try await JWTKeyCollection().add(ecdsa: key, kid: kid).sign(claims, kid: kid)
    }
}
