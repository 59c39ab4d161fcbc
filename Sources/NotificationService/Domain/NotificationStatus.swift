import PostgreSQL

/// How far a notification is.
enum NotificationStatus: String, Codable, Sendable, CaseIterable, PostgresEncodable, PostgresDecodable {
    /// Waiting to be sent, for the first time or again.
    case queued
    case sent
    /// Given up after many attempts.
    case failed
    /// The recipient's mail server refused it for good.
    case bounced
}
