import Contracts
import Crypto
import Logging
import Messaging
import PodEnvironment
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Gives the first admin an account: e-mail address and password are in a mounted Secret. When the Secret changes, the
/// password follows.
///
/// What was applied is remembered as an HMAC of the password under the signing key, which is not in the database: a
/// start with an unchanged Secret costs no bcrypt, and the database alone gives nothing to guess against.
struct AdminBootstrap: Sendable {
    let runtime: ServiceRuntime
    let hasher: PasswordHasher
    let users = UserStore()
    let tokens = SessionStore()

    func run() async throws {
        guard let email = file(PodLayout.adminDirectory + "/email"),
            let password = file(PodLayout.adminDirectory + "/password")
        else { return }
        guard let address = EmailAddress(email, singleLabelDomain: true), !password.isEmpty else {
            runtime.logger.error("the admin's Secret has no usable e-mail address or password")
            return
        }
        let fingerprint = fingerprint(address, password)
        guard try await applied(address, in: runtime.pool) != fingerprint else { return }
        let hash = try await hasher.hash(password)
        try await runtime.pool.transaction { transaction in
            // One replica at a time; the others find it done.
            try await transaction.execute("SELECT pg_advisory_xact_lock(hashtext('storefront admin bootstrap'))")
            guard try await applied(address, in: transaction) != fingerprint else { return }
            try await apply(address, hash, in: transaction)
            try await transaction.execute(
                """
                INSERT INTO admin_bootstrap (email, fingerprint) VALUES (\(address.text), \(fingerprint))
                ON CONFLICT (email) DO UPDATE SET fingerprint = excluded.fingerprint, applied_at = now()
                """)
        }
        runtime.logger.notice("the admin's account has the password of its Secret")
    }

    private func apply(_ email: EmailAddress, _ hash: String, in transaction: PostgresTransaction) async throws {
        let created = try await users.insert(
            .v7(), email: email, passwordHash: hash, firstName: "Shop", lastName: "Admin", phone: nil, role: .admin,
            locale: "en", in: transaction)
        if let created {
            try await runtime.outbox.append(
                .userRegistered, subject: created.id, data: created.eventData, in: transaction)
            return
        }
        guard let existing = try await users.credentials(email, in: transaction)?.user else { return }
        let updated = try await users.promote(existing.id, passwordHash: hash, in: transaction)
        try await tokens.revokeAll(of: existing.id, in: transaction)
        try await runtime.outbox.append(.userUpdated, subject: updated.id, data: updated.eventData, in: transaction)
    }

    private func applied(_ email: EmailAddress, in database: some PostgresExecutor) async throws -> [UInt8]? {
        try await database.queryFirst("SELECT fingerprint FROM admin_bootstrap WHERE email = \(email.text)")
            .map { try $0["fingerprint"] }
    }

    private func fingerprint(_ email: EmailAddress, _ password: String) -> [UInt8] {
        let key = SymmetricKey(data: Data((file(PodLayout.signingKeyFile) ?? "").utf8))
        let text = Data((email.text + "\n" + password).utf8)
        return Array(HMAC<SHA256>.authenticationCode(for: text, using: key))
    }

    private func file(_ path: String) -> String? {
        guard let text = try? String(contentsOfFile: runtime.environment.path(path), encoding: .utf8) else {
            return nil
        }
        return String(text.reversed().drop { $0.isNewline }.reversed())
    }
}
