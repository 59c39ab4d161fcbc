import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The table `notifications`: the log, and the queue of what is to be sent.
struct NotificationStore: Sendable {
    /// Wakes the worker at commit.
    static let channel = "storefront_notifications"

    private static let columns: SQL = """
        id, user_id, template_name, channel, recipient, recipient_name, locale, subject, payload, status, attempts,
        failure_reason, resend_of, sent_at, created_at
        """

    /// Queues a notification, once for an event, a template and a person; `nil` for a repetition.
    func insert(
        _ draft: NotificationDraft, in transaction: PostgresTransaction
    ) async throws -> NotificationRecord? {
        let payload = try JSONText(encoding: draft.payload)
        let results = try await transaction.batch([
            """
            INSERT INTO notifications (id, user_id, event_id, template_name, recipient, recipient_name, locale, subject,
                payload, resend_of)
            VALUES (\(draft.id), \(draft.userID), \(draft.eventID), \(draft.template), \(draft.recipient),
                \(draft.recipientName), \(draft.locale), \(draft.subject), \(payload), \(draft.resendOf))
            ON CONFLICT ON CONSTRAINT notifications_event_key DO NOTHING RETURNING \(Self.columns)
            """,
            "SELECT pg_notify(\(Self.channel), '')",
        ])
        return try results[0].first.map(Self.record)
    }

    func notification(_ id: UUID, in database: some PostgresExecutor) async throws -> NotificationRecord? {
        try await database.queryFirst("SELECT \(Self.columns) FROM notifications WHERE id = \(id)")
            .map(Self.record)
    }

    /// A person's notifications, newest first, after a position.
    func notifications(
        of user: UUID, after: UUID?, limit: Int, in database: some PostgresExecutor
    ) async throws -> [NotificationRecord] {
        let rest: SQL = after.map { "AND id < \($0)" } ?? ""
        return try await database.query(
            """
            SELECT \(Self.columns) FROM notifications WHERE user_id = \(user) \(rest)
            ORDER BY id DESC LIMIT \(limit)
            """
        ).map(Self.record)
    }

    /// Takes up to so many that are due for `lease` seconds; should the process die meanwhile they are due again then.
    func takeDue(limit: Int, lease: Int, in database: some PostgresExecutor) async throws -> [NotificationRecord] {
        try await database.query(
            """
            UPDATE notifications SET attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => \(lease))
            WHERE id IN (
                SELECT id FROM notifications WHERE status = 'queued' AND next_attempt_at <= now()
                ORDER BY next_attempt_at LIMIT \(limit) FOR UPDATE SKIP LOCKED)
            RETURNING \(Self.columns)
            """
        ).map(Self.record)
    }

    /// Writes what became of an attempt.
    func record(_ id: UUID, _ decision: DeliveryDecision, in database: some PostgresExecutor) async throws {
        let change: SQL =
            switch decision {
            case .sent: "status = 'sent', sent_at = now(), failure_reason = NULL"
            case .bounced(let reason): "status = 'bounced', failure_reason = \(reason)"
            case .failed(let reason): "status = 'failed', failure_reason = \(reason)"
            case .again(let seconds, let reason):
                "next_attempt_at = now() + make_interval(secs => \(seconds)), failure_reason = \(reason)"
            }
        try await database.execute("UPDATE notifications SET \(change) WHERE id = \(id) AND status = 'queued'")
    }

    private static func record(_ row: Row) throws -> NotificationRecord {
        let payload: JSONText = try row["payload"]
        return NotificationRecord(
            id: try row["id"], userID: try row["user_id"], template: try row["template_name"],
            channel: try row["channel"], recipient: try row["recipient"], recipientName: try row["recipient_name"],
            locale: try row["locale"], subject: try row["subject"], payload: try payload.decode(),
            status: try row["status"], attempts: try row["attempts"], failureReason: try row["failure_reason"],
            resendOf: try row["resend_of"], sentAt: try row["sent_at"], createdAt: try row["created_at"])
    }
}
