import Contracts
import Crypto
import HTTPTypes
public import Hummingbird
public import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `Idempotency-Key`: the same request sent twice has one effect and one answer.
///
/// The key is claimed in the transaction that does the work, so key and effect are both there or neither is. A repeated
/// key replays the recorded answer byte for byte; while the first request is still in flight it is problem 409
/// `idempotency_in_flight`, with another payload 422 `idempotency_key_reused`. Keys belong to a user and a route and
/// are forgotten after a day. An answer that was thrown (a problem) is not recorded: the transaction is rolled back and
/// the key is free.
public struct Idempotency: Sendable {
    private let pool: PostgresPool
    private let lifetime: Duration

    public init(_ pool: PostgresPool, lifetime: Duration = .seconds(86_400)) {
        self.pool = pool
        self.lifetime = lifetime
    }

    /// The table's migration (version 3).
    public static let migration = Migration(
        3, "idempotency keys",
        """
        CREATE TABLE idempotency_keys (
            scope text NOT NULL,
            key text NOT NULL,
            fingerprint text NOT NULL,
            status int NOT NULL,
            headers jsonb NOT NULL,
            body bytea NOT NULL,
            expires_at timestamptz NOT NULL,
            PRIMARY KEY (scope, key)
        );
        CREATE INDEX idempotency_keys_expires_at ON idempotency_keys (expires_at)
        """)

    /// Does the work once per key. Without the header: problem 400 `idempotency_key_required` when `required`, else
    /// just does the work. The key is 1 to 255 printable ASCII characters.
    public func run(
        _ request: Request, _ context: ServiceRequestContext, _ body: JSONBody, required: Bool = true,
        isolation: IsolationLevel = .readCommitted,
        _ work: @Sendable (PostgresTransaction) async throws -> JSONResponse
    ) async throws -> JSONResponse {
        guard let key = request.headers[.idempotencyKey] else {
            if required {
                throw Problem.badRequest("idempotency_key_required", "The Idempotency-Key header is required.")
            }
            return try await pool.transaction(isolation: isolation, work)
        }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw Problem.badRequest(
                "idempotency_key_invalid", "The Idempotency-Key header must be 1 to 255 printable ASCII characters.")
        }
        let owner = context.principal?.userID.text ?? context.caller?.rawValue ?? "anonymous"
        let scope = "\(owner) \(request.method.rawValue) \(request.uri.path)"
        let fingerprint = SHA256.hash(data: body.bytes).map { String($0, radix: 16) }.joined(separator: ".")
        let lock = Self.lock(scope, key)
        return try await pool.transaction(isolation: isolation) { tx in
            // The lock is taken in a statement of its own, so that the second sees what its last holder committed.
            let results = try await tx.batch([
                "SELECT pg_try_advisory_xact_lock(\(lock)) AS locked",
                """
                SELECT fingerprint, status, headers, body FROM idempotency_keys
                WHERE scope = \(scope) AND key = \(key) AND expires_at > now()
                """,
            ])
            guard let locked: Bool = try results[0].first?["locked"], locked else {
                throw Problem(
                    status: 409, code: "idempotency_in_flight", title: "Conflict",
                    detail: "A request with this Idempotency-Key is still in progress.",
                    headers: ["Retry-After": "1"])
            }
            if let row = results[1].first {
                guard try row["fingerprint"] == fingerprint else {
                    throw Problem.unprocessable(
                        "idempotency_key_reused", "This Idempotency-Key was used with another request body.")
                }
                return try Self.replay(row)
            }
            let response = try await work(tx)
            try await record(response, scope, key, fingerprint, in: tx)
            return response
        }
    }

    private func record(
        _ response: JSONResponse, _ scope: String, _ key: String, _ fingerprint: String, in tx: PostgresTransaction
    ) async throws {
        var headers: [String: String] = [:]
        for field in response.headers { headers[field.name.rawName] = field.value }
        try await tx.execute(
            """
            INSERT INTO idempotency_keys (scope, key, fingerprint, status, headers, body, expires_at)
            VALUES (\(scope), \(key), \(fingerprint), \(response.status.code), \(try JSONText(encoding: headers)),
                \(response.body), now() + make_interval(secs => \(lifetime.inSeconds)))
            ON CONFLICT (scope, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status,
                headers = excluded.headers, body = excluded.body, expires_at = excluded.expires_at
            """)
    }

    private static func replay(_ row: Row) throws -> JSONResponse {
        let status: Int = try row["status"]
        let headers: JSONText = try row["headers"]
        var fields: HTTPFields = [.idempotencyReplayed: "true"]
        for (name, value) in try headers.decode([String: String].self) {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return JSONResponse(status: .init(code: status), headers: fields, body: try row["body"])
    }

    /// 64 bits of the key's hash: two keys that share them would only make one of them wait for the other.
    private static func lock(_ scope: String, _ key: String) -> Int64 {
        let digest = SHA256.hash(data: Array("\(scope)\n\(key)".utf8))
        return digest.prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }

    /// Removes expired keys; the service's lifecycle calls it now and then.
    public func removeExpired() async throws {
        try await pool.execute("DELETE FROM idempotency_keys WHERE expires_at <= now()")
    }
}
