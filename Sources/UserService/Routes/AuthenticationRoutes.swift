import Contracts
import HTTPTypes
import Hummingbird
import PodEnvironment
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `/api/v1/auth` and the key set.
struct AuthenticationRoutes: Sendable {
    let runtime: ServiceRuntime
    let sessions: Sessions
    let accounts: Accounts

    private struct Login: Decodable {
        var email: String
        var password: String
    }

    private struct Refresh: Decodable {
        var refreshToken: String
        enum CodingKeys: String, CodingKey { case refreshToken = "refresh_token" }
    }

    private struct Verification: Encodable {
        let valid = true
        let userID: String
        let role: Role
        let expiresAt: Date

        enum CodingKeys: String, CodingKey {
            case valid, role
            case userID = "user_id"
            case expiresAt = "expires_at"
        }
    }

    func add(to router: Router<ServiceRequestContext>) {
        let auth = router.group("/api/v1/auth")
        auth.post("register") { request, _ in
            let registration = try Registration(try await request.json())
            let tokens = try await accounts.register(registration)
            return try answer(tokens, .created, [.location: "/api/v1/users/\(tokens.user.id.text)"])
        }
        auth.post("login") { request, _ in
            let input: Login = try await request.json()
            return try answer(try await sessions.login(input.email, password: input.password))
        }
        auth.post("refresh") { request, _ in
            let input: Refresh = try await request.json()
            return try answer(try await sessions.refresh(input.refreshToken))
        }
        auth.post("logout") { request, _ in
            let input: Refresh = try await request.json()
            try await sessions.logout(input.refreshToken)
            return JSONResponse.noContent
        }
        auth.get("verify") { _, context in
            let principal = try context.requirePrincipal()
            guard let user = try await accounts.users.user(principal.userID, in: runtime.pool),
                user.accountStatus == .active, user.role == principal.role
            else { throw Problem.unauthorized("token_invalid", "The token's account has changed. Sign in again.") }
            return try JSONResponse(
                Verification(userID: user.id.text, role: user.role, expiresAt: principal.expiresAt),
                headers: [.cacheControl: "no-store"])
        }
        router.get("/.well-known/jwks.json") { _, _ in
            guard let keys = try? Data(contentsOf: URL(filePath: runtime.environment.path(PodLayout.jwksFile))) else {
                throw Problem.unavailable("key_set_unavailable", "The key set is not there yet.")
            }
            return JSONResponse(
                headers: [.cacheControl: "public, max-age=300", .contentType: "application/jwk-set+json"],
                body: Array(keys))
        }
    }

    /// Tokens are never to be kept by a cache.
    private func answer(
        _ tokens: SessionTokens, _ status: HTTPResponse.Status = .ok, _ headers: HTTPFields = [:]
    ) throws -> JSONResponse {
        var headers = headers
        headers[.cacheControl] = "no-store"
        return try JSONResponse(tokens, status: status, headers: headers)
    }
}
