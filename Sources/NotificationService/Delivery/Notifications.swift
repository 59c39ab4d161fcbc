import Contracts
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Queues notifications.
struct Notifications: Sendable {
    let runtime: ServiceRuntime
    let templates: MailTemplates
    let store = NotificationStore()
    let recipients = RecipientStore()

    /// Queues a mail to a person; `nil` when this event has sent it before.
    @discardableResult
    func queue(
        _ template: TemplateName, to recipient: Recipient, at email: String, values: [String: MailValue],
        event: UUID?, in transaction: PostgresTransaction
    ) async throws -> NotificationRecord? {
        let configuration = runtime.configuration.current
        var payload = values
        payload["shop"] = .text(configuration.storefront)
        payload["shop_url"] = .text(configuration.publicURL)
        payload["email"] = .text(email)
        if !recipient.firstName.isEmpty { payload["first_name"] = .text(recipient.firstName) }
        return try await store.insert(
            NotificationDraft(
                userID: recipient.userID, template: template, recipient: email, recipientName: recipient.fullName,
                locale: recipient.locale, subject: try templates.subject(template, payload), payload: payload,
                eventID: event),
            in: transaction)
    }

    /// Queues a notification of the log once more, as a new one.
    func resend(_ id: UUID, in transaction: PostgresTransaction) async throws -> NotificationRecord {
        guard let old = try await store.notification(id, in: transaction) else { throw Self.notFound }
        guard old.status != .queued else {
            throw Problem.conflict("notification_queued", "The notification is still on its way.")
        }
        let draft = NotificationDraft(
            userID: old.userID, template: old.template, recipient: old.recipient, recipientName: old.recipientName,
            locale: old.locale, subject: old.subject, payload: old.payload, resendOf: old.id)
        guard let record = try await store.insert(draft, in: transaction) else { throw Self.notFound }
        return record
    }

    static let notFound = Problem.notFound("notification_not_found", "There is no such notification.")
}
