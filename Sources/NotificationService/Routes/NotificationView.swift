import Contracts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A notification as the API shows it.
struct NotificationView: Encodable, Sendable {
    let record: NotificationRecord

    enum CodingKeys: String, CodingKey {
        case id, channel, recipient, subject, status
        case userID = "user_id"
        case templateName = "template_name"
        case retryCount = "retry_count"
        case failureReason = "failure_reason"
        case resendOf = "resend_of"
        case sentAt = "sent_at"
        case createdAt = "created_at"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(record.id.text, forKey: .id)
        try container.encode(record.userID.text, forKey: .userID)
        try container.encode(record.template, forKey: .templateName)
        try container.encode(record.channel, forKey: .channel)
        try container.encode(record.recipient, forKey: .recipient)
        try container.encode(record.subject, forKey: .subject)
        try container.encode(record.status, forKey: .status)
        try container.encode(max(0, record.attempts - 1), forKey: .retryCount)
        try container.encode(record.failureReason, forKey: .failureReason)
        try container.encode(record.resendOf?.text, forKey: .resendOf)
        try container.encode(record.sentAt, forKey: .sentAt)
        try container.encode(record.createdAt, forKey: .createdAt)
    }
}
