import Contracts
import JWTKit
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Verifies access tokens against the mounted key set.
public final class TokenVerifier: Sendable {
    private struct KeySet {
        var text = ""
        var keys = JWTKeyCollection()
        var identifiers: Set<String> = []
        var checked: ContinuousClock.Instant?
    }

    private struct Header: Decodable {
        let alg: String
        let kid: String?
        let crit: [String]?
    }

    private struct Identifiers: Decodable {
        struct Key: Decodable {
            let kid: String
        }
        let keys: [Key]
    }

    private let issuer: String
    private let audience: String
    private let source: @Sendable () throws -> String
    private let state = Mutex(KeySet())

    /// `keySet` is the JWKS text; asked again when the file has changed, or a token names an unknown key.
    public init(issuer: String, audience: String, keySet: @escaping @Sendable () throws -> String) {
        self.issuer = issuer
        self.audience = audience
        self.source = keySet
    }

    /// The person, or problem 401 with a code that says what is wrong (`token_expired`, `token_invalid`).
    public func verify(_ token: String) async throws -> Principal {
        let invalid = Problem.unauthorized("token_invalid", "The access token is not valid.")
        // The algorithm is ours to choose, not the token's.
        guard let encoded = token.split(separator: ".", omittingEmptySubsequences: false).first,
            let bytes = Base64URL.decode(String(encoded)),
            let header = try? JSONDecoder().decode(Header.self, from: Data(bytes)),
            header.alg == "ES256", header.crit == nil, let kid = header.kid,
            let keys = try await keys(for: kid)
        else { throw invalid }
        let claims: AccessClaims
        do {
            claims = try await keys.verify(token, as: AccessClaims.self)
        } catch let error as JWTError where error.errorType == .claimVerificationFailure {
            throw Problem.unauthorized("token_expired", "The access token has expired.")
        } catch {
            throw invalid
        }
        guard claims.iss.value == issuer, claims.aud.value.contains(audience),
            let userID = UUID(uuidString: claims.sub.value)
        else { throw invalid }
        return Principal(
            userID: userID, role: claims.role, tokenID: claims.jti.value, expiresAt: claims.exp.value)
    }

    /// The keys, read anew every five seconds and, at most once a second, for an unknown key id; `nil` when there is
    /// no such key.
    private func keys(for kid: String) async throws -> JWTKeyCollection? {
        let now = ContinuousClock.now
        let (known, keys, stale) = state.withLock { state in
            let age = state.checked.map { now - $0 } ?? .seconds(3600)
            let known = state.identifiers.contains(kid)
            let stale = age >= (known ? .seconds(5) : .seconds(1))
            // Who knows the key goes on while one reads; who does not must wait for what is read.
            if stale, known { state.checked = now }
            return (known, state.keys, stale)
        }
        guard stale else { return known ? keys : nil }
        do {
            let text = try source()
            let current = state.withLock { state -> KeySet? in
                guard state.text == text else { return nil }
                state.checked = now
                return state
            }
            if let current { return current.identifiers.contains(kid) ? current.keys : nil }
            let set = try JSONDecoder().decode(JWKS.self, from: Data(text.utf8))
            let identifiers = try JSONDecoder().decode(Identifiers.self, from: Data(text.utf8)).keys.map(\.kid)
            let fresh = JWTKeyCollection()
            try await fresh.add(jwks: set)
            state.withLock { state in
                state.text = text
                state.keys = fresh
                state.identifiers = Set(identifiers)
                state.checked = now
            }
            return identifiers.contains(kid) ? fresh : nil
        } catch {
            // An unreadable key set leaves the keys we know; with none, nobody can be told from anybody.
            if known { return keys }
            if state.withLock({ $0.identifiers.isEmpty }) {
                throw Problem.unavailable("keys_unavailable", "Tokens cannot be verified just now.")
            }
            return nil
        }
    }
}
