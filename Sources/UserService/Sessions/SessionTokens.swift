/// What a person gets for signing in.
struct SessionTokens: Encodable, Sendable {
    let user: User
    let accessToken: String
    let refreshToken: String
    let tokenType = "Bearer"
    /// Seconds the access token is good for.
    let expiresIn: Int

    enum CodingKeys: String, CodingKey {
        case user
        case accessToken = "access_token"
        case refreshToken = "refresh_token"
        case tokenType = "token_type"
        case expiresIn = "expires_in"
    }
}
