public import Hummingbird
public import PostgreSQL

/// `Idempotency-Key`: the same request sent twice has one effect and one answer.
///
/// The key is claimed in the transaction that does the work, so key and effect are both there or neither is. A repeated
/// key replays the recorded answer byte for byte; while the first request is still in flight it is problem 409
/// `idempotency_in_flight`, with another payload 422 `idempotency_key_reused`. Keys belong to a user and a route and
/// are forgotten after a day. An answer that was thrown (a problem) is not recorded: the transaction is rolled back and
/// the key is free.
public struct Idempotency: Sendable {
    public init(_ pool: PostgresPool, lifetime: Duration = .seconds(86_400)) {}

    /// Does the work once per key. Without the header: problem 400 `idempotency_key_required` when `required`, else
    /// just does the work. The key is 1 to 255 printable ASCII characters.
    public func run(
        _ request: Request, _ context: ServiceRequestContext, _ body: JSONBody, required: Bool = true,
        isolation: IsolationLevel = .readCommitted,
        _ work: @Sendable (PostgresTransaction) async throws -> JSONResponse
    ) async throws -> JSONResponse { fatalError("soon") }

    /// Removes expired keys; the service's lifecycle calls it now and then.
    public func removeExpired() async throws { fatalError("soon") }

    /// The table's migration (version 3).
    public static let migration = Migration(3, "idempotency keys", "")
}
