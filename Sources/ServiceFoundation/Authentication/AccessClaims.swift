public import Contracts
public import JWTKit

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// The claims of an access token. The user service signs them (ES256, `kid` of the signing key); all services verify.
public struct AccessClaims: JWTPayload, Sendable {
    public var iss: IssuerClaim
    public var sub: SubjectClaim
    public var aud: AudienceClaim
    public var exp: ExpirationClaim
    public var iat: IssuedAtClaim
    public var jti: IDClaim
    public var role: Role

    public init(
        issuer: String, audience: String, userID: UUID, role: Role, issuedAt: Date = Date(), lifetime: Int,
        tokenID: UUID = .v7()
    ) {
        self.iss = IssuerClaim(value: issuer)
        self.sub = SubjectClaim(value: userID.text)
        self.aud = AudienceClaim(value: [audience])
        self.exp = ExpirationClaim(value: issuedAt.addingTimeInterval(Double(lifetime)))
        self.iat = IssuedAtClaim(value: issuedAt)
        self.jti = IDClaim(value: tokenID.text)
        self.role = role
    }

    public func verify(using algorithm: some JWTAlgorithm) async throws { try exp.verifyNotExpired() }
}
