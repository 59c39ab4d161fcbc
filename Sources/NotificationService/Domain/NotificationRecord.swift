import Contracts
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A notification that is to be written into the log.
struct NotificationDraft: Sendable, Equatable {
    var id = UUID.v7()
    var userID: UUID
    var template: TemplateName
    var recipient: String
    var recipientName: String
    var locale: String
    var subject: String
    var payload: [String: MailValue]
    /// The event that led to it; one event sends a person a template once.
    var eventID: UUID?
    /// The notification that this one repeats.
    var resendOf: UUID?
}

/// A notification of the log.
struct NotificationRecord: Sendable {
    let id: UUID
    let userID: UUID
    let template: TemplateName
    let channel: String
    let recipient: String
    let recipientName: String
    let locale: String
    let subject: String
    let payload: [String: MailValue]
    let status: NotificationStatus
    let attempts: Int
    let failureReason: String?
    let resendOf: UUID?
    let sentAt: Date?
    let createdAt: Date
}
