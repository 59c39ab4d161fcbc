public import Contracts
public import Foundation
import JWTKit
public import ServiceFoundation

/// A signing key of the tests' own, and the tokens and key set made from it.
public struct TestSigner: Sendable {
    private let key = ES256PrivateKey()
    public let identifier: String
    public let issuer: String
    public let audience: String

    public init(identifier: String = "test", issuer: String = "storefront", audience: String = "storefront") {
        self.identifier = identifier
        self.issuer = issuer
        self.audience = audience
    }

    /// The JWKS text of the public key.
    public var keySet: String {
        let parameters = key.parameters
        func url(_ text: String?) -> String {
            (text ?? "").replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
        return """
            {"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"\(identifier)",\
            "x":"\(url(parameters?.x))","y":"\(url(parameters?.y))"}]}
            """
    }

    /// An access token.
    public func token(
        _ user: UUID, role: Role = .customer, issuedAt: Date = Date(), lifetime: Int = 900,
        issuer: String? = nil, audience: String? = nil
    ) async throws -> String {
        let claims = AccessClaims(
            issuer: issuer ?? self.issuer, audience: audience ?? self.audience, userID: user, role: role,
            issuedAt: issuedAt, lifetime: lifetime)
        let keys = JWTKeyCollection()
        await keys.add(ecdsa: key, kid: JWKIdentifier(string: identifier))
        return try await keys.sign(claims, kid: JWKIdentifier(string: identifier))
    }

    public var verifier: TokenVerifier {
        let keySet = keySet
        return TokenVerifier(issuer: issuer, audience: audience) { keySet }
    }
}
