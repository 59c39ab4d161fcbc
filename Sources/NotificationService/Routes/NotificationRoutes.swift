import Contracts
import HTTPTypes
import Hummingbird
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `/api/v1/notifications`.
struct NotificationRoutes: Sendable {
    let runtime: ServiceRuntime
    let notifications: Notifications

    private struct Position: Codable { var id: UUID }

    /// A mail by hand: a template with its variables, or free text (`message`, the default).
    private struct SendInput: Decodable, Sendable {
        var userID: UUID
        var templateName: String?
        var subject: String?
        var message: String?
        var payload: [String: MailValue]?

        enum CodingKeys: String, CodingKey {
            case subject, message, payload
            case userID = "user_id"
            case templateName = "template_name"
        }
    }

    func add(to router: Router<ServiceRequestContext>) {
        let group = router.group("/api/v1/notifications")
        // The id is a person's here and a notification's in "resend".
        group.get(":id") { request, context in
            let user = try context.uuid("id")
            try context.requireOwner(user, or: .admin, .support)
            let page = try PageRequest(request)
            let position: Position? = try page.position()
            let found = try await notifications.store.notifications(
                of: user, after: position?.id, limit: page.limit + 1, in: runtime.pool)
            return try JSONResponse(
                try Page(
                    fetched: found, limit: page.limit, position: { Position(id: $0.id) },
                    item: { NotificationView(record: $0) }))
        }
        group.post("send") { request, context in
            try context.requireRole(.admin)
            let body = try await request.jsonBody(limit: 1 << 16)
            let input: SendInput = try body.decode()
            let (template, values) = try Self.check(input)
            return try await runtime.idempotency.run(request, context, body, required: false) { transaction in
                try Self.accepted(try await send(template, values, to: input.userID, in: transaction))
            }
        }
        group.post(":id/resend") { request, context in
            try context.requireRole(.admin)
            let id = try context.uuid("id")
            let record = try await runtime.pool.transaction { transaction in
                try await notifications.resend(id, in: transaction)
            }
            return try Self.accepted(record)
        }
    }

    private func send(
        _ template: TemplateName, _ values: [String: MailValue], to user: UUID, in transaction: PostgresTransaction
    ) async throws -> NotificationRecord {
        guard let recipient = try await notifications.recipients.recipient(user, in: transaction),
            let email = recipient.email
        else { throw Problem.notFound("recipient_not_found", "There is no such person, or no address of theirs.") }
        let queued = try await notifications.queue(
            template, to: recipient, at: email, values: values, event: nil, in: transaction)
        guard let queued else { throw Notifications.notFound }
        return queued
    }

    private static func check(_ input: SendInput) throws -> (TemplateName, [String: MailValue]) {
        var validation = Validation()
        let template = TemplateName(rawValue: input.templateName ?? "message")
        let names = TemplateName.allCases.map(\.rawValue).joined(separator: ", ")
        validation.check(template != nil, "/template_name", "must be one of \(names)")
        var values = input.payload ?? [:]
        if template == .message {
            let subject = input.subject ?? ""
            let message = input.message ?? ""
            validation.check(
                (1...255).contains(subject.unicodeScalars.count)
                    && !subject.unicodeScalars.contains { $0.properties.generalCategory == .control },
                "/subject", "must be one line of 1 to 255 characters")
            validation.check(
                (1...20_000).contains(message.unicodeScalars.count), "/message", "must have 1 to 20000 characters")
            values["subject"] = .text(subject)
            values["message"] = .text(message)
        }
        try validation.finish()
        return (template ?? .message, values)
    }

    private static func accepted(_ record: NotificationRecord) throws -> JSONResponse {
        try JSONResponse(NotificationView(record: record), status: .accepted)
    }
}
