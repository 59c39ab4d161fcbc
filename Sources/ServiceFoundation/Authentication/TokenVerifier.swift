/// Verifies access tokens against the mounted key set.
public final class TokenVerifier: Sendable {
    /// `keySet` is the JWKS text; asked again when the file has changed, or a token names an unknown key.
    public init(issuer: String, audience: String, keySet: @escaping @Sendable () throws -> String) {}

    /// The person, or problem 401 with a code that says what is wrong (`token_expired`, `token_invalid`).
    public func verify(_ token: String) async throws -> Principal { fatalError("soon") }
}
