import Contracts
import Logging
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Signing in, staying signed in, signing out.
struct Sessions: Sendable {
    let runtime: ServiceRuntime
    let hasher: PasswordHasher
    let issuer: TokenIssuer
    let users = UserStore()
    let tokens = SessionStore()
    let locks = LoginLockStore()

    /// The answer is the same, and takes as long, for an unknown address and for a wrong password.
    func login(_ input: String, password: String) async throws -> SessionTokens {
        let now = Date()
        guard let email = EmailAddress(input, singleLabelDomain: true) else {
            _ = try await hasher.verify(password, nil)
            throw Self.wrongCredentials
        }
        try Self.check(try await locks.lock(email, in: runtime.pool), at: now)
        let account = try await users.credentials(email, in: runtime.pool)
        let matches = try await hasher.verify(password, account?.passwordHash)
        // Guesses that were under way at the same time may have locked the address meanwhile; a right one among them
        // must look like the wrong ones.
        try Self.check(try await locks.lock(email, in: runtime.pool), at: now)
        guard matches, let account, let hash = account.passwordHash else {
            try await runtime.pool.transaction { transaction in
                try await locks.countFailure(email, at: now, in: transaction)
            }
            throw Self.wrongCredentials
        }
        try await locks.clear(email, in: runtime.pool)
        try Self.checkActive(account.user)
        if hasher.isOutdated(hash) {
            let renewed = try await hasher.hash(password)
            try await users.replaceHash(account.user.id, old: hash, new: renewed, in: runtime.pool)
        }
        return try await start(for: account.user, in: runtime.pool)
    }

    /// Starts a new family of refresh tokens.
    func start(for user: User, in database: some PostgresExecutor) async throws -> SessionTokens {
        try await issue(for: user, family: .v7(), in: database)
    }

    /// Exchanges a refresh token for the next one; a token that comes a second time ends its whole family.
    func refresh(_ text: String) async throws -> SessionTokens {
        let hash = RefreshSecret(text).hash
        let rotated: SessionTokens? = try await runtime.pool.transaction { transaction in
            guard let token = try await tokens.lock(hash, in: transaction) else { return nil }
            switch token.presented(at: Date()) {
            case .refuse: return nil
            case .revokeFamily:
                try await tokens.revokeFamily(token.familyID, in: transaction)
                runtime.logger.notice("a refresh token was used twice", metadata: ["user": "\(token.userID.text)"])
                return nil
            case .rotate:
                guard let user = try await users.user(token.userID, in: transaction) else { return nil }
                try Self.checkActive(user)
                try await tokens.markUsed(token.id, in: transaction)
                return try await issue(for: user, family: token.familyID, in: transaction)
            }
        }
        guard let rotated else {
            throw Problem.unauthorized("refresh_token_invalid", "The refresh token is not valid. Sign in again.")
        }
        return rotated
    }

    /// Ends the session that the refresh token belongs to; an unknown token has none.
    func logout(_ text: String) async throws {
        let hash = RefreshSecret(text).hash
        try await runtime.pool.transaction { transaction in
            guard let token = try await tokens.lock(hash, in: transaction) else { return }
            try await tokens.revokeFamily(token.familyID, in: transaction)
        }
    }

    private func issue(
        for user: User, family: UUID, in database: some PostgresExecutor
    ) async throws -> SessionTokens {
        let settings = runtime.configuration.current.tokens
        let now = Date()
        let secret = RefreshSecret()
        let access = try await issuer.accessToken(for: user, at: now)
        let token = RefreshToken(
            id: .v7(), familyID: family, userID: user.id,
            expiresAt: now.addingTimeInterval(TimeInterval(settings.refreshLifetime)))
        try await tokens.insert(token, hash: secret.hash, in: database)
        return SessionTokens(
            user: user, accessToken: access, refreshToken: secret.text, expiresIn: settings.accessLifetime)
    }

    static func checkActive(_ user: User) throws {
        switch user.accountStatus {
        case .active: return
        case .suspended: throw Problem.forbidden("account_suspended", "The account is suspended.")
        case .deactivated: throw Problem.forbidden("account_deactivated", "The account no longer exists.")
        }
    }

    private static func check(_ lock: LoginLock, at now: Date) throws {
        guard let seconds = lock.secondsLocked(at: now) else { return }
        throw Problem.tooManyRequests(
            "account_locked", "Too many failed logins. Try again later.", retryAfter: seconds)
    }

    private static let wrongCredentials = Problem.unauthorized(
        "invalid_credentials", "The e-mail address or the password is wrong.")
}
