import Contracts
import Messaging
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Which event sends whom which mail.
struct NotificationEvents: Sendable {
    let notifications: Notifications

    private var recipients: RecipientStore { notifications.recipients }

    func handle(_ event: ReceivedEvent, _ transaction: PostgresTransaction) async throws {
        switch event.type {
        case .userRegistered: try await welcome(event, transaction)
        case .userUpdated: try await recipients.note(try event.data(), in: transaction)
        case .userDeactivated: try await farewell(event, transaction)
        case .orderCreated: try await order(.orderCreated, event, transaction)
        case .orderConfirmed: try await order(.orderConfirmation, event, transaction)
        case .orderShipped: try await order(.orderShipped, event, transaction)
        case .orderDelivered: try await order(.orderDelivered, event, transaction)
        case .orderCancelled: try await order(.orderCancelled, event, transaction)
        case .paymentFailed: try await payment(.paymentFailed, event, transaction)
        // Every refund has this event, whole or partial; order.refunded would say the same again.
        case .refundProcessed: try await payment(.orderRefunded, event, transaction)
        case .inventoryLowStock: try await stock(.lowStock, event, transaction)
        case .productOutOfStock: try await stock(.outOfStock, event, transaction)
        default: return
        }
    }

    private func welcome(_ event: ReceivedEvent, _ transaction: PostgresTransaction) async throws {
        let user: UserEventData = try event.data()
        try await recipients.note(user, in: transaction)
        // Closed or renamed before the welcome came this far.
        guard let recipient = try await recipients.recipient(user.userID, in: transaction),
            let email = recipient.email
        else { return }
        try await notifications.queue(
            .welcome, to: recipient, at: email, values: [:], event: event.envelope.id, in: transaction)
    }

    private func farewell(_ event: ReceivedEvent, _ transaction: PostgresTransaction) async throws {
        let user: UserDeactivatedData = try event.data()
        let known = try await recipients.recipient(user.userID, in: transaction)
        try await recipients.deactivate(user.userID, in: transaction)
        let recipient = Recipient(
            userID: user.userID, email: user.email, firstName: user.firstName, lastName: known?.lastName ?? "",
            role: .customer, locale: known?.locale ?? "en", version: 0)
        try await notifications.queue(
            .accountDeactivated, to: recipient, at: user.email, values: [:], event: event.envelope.id, in: transaction)
    }

    private func order(
        _ template: TemplateName, _ event: ReceivedEvent, _ transaction: PostgresTransaction
    ) async throws {
        let order: OrderEventData = try event.data()
        try await recipients.noteOrder(order.orderID, number: order.orderNumber, in: transaction)
        try await send(template, to: order.userID, MailContents.order(order), event, transaction)
    }

    private func payment(
        _ template: TemplateName, _ event: ReceivedEvent, _ transaction: PostgresTransaction
    ) async throws {
        let payment: PaymentEventData = try event.data()
        let number = try await recipients.orderNumber(payment.orderID, in: transaction)
        let values = MailContents.payment(payment, orderNumber: number)
        try await send(template, to: payment.userID, values, event, transaction)
    }

    private func stock(
        _ template: TemplateName, _ event: ReceivedEvent, _ transaction: PostgresTransaction
    ) async throws {
        let level: StockLevelData = try event.data()
        let admins = try await recipients.admins(in: transaction)
        guard !admins.isEmpty else { throw NotificationEventError.unknownRecipient }
        for admin in admins {
            guard let email = admin.email else { continue }
            try await notifications.queue(
                template, to: admin, at: email, values: MailContents.stock(level), event: event.envelope.id,
                in: transaction)
        }
    }

    /// A person who is not known yet is known soon: their own event is on its way, and this one is delivered again.
    private func send(
        _ template: TemplateName, to user: UUID, _ values: [String: MailValue], _ event: ReceivedEvent,
        _ transaction: PostgresTransaction
    ) async throws {
        guard let recipient = try await recipients.recipient(user, in: transaction) else {
            throw NotificationEventError.unknownRecipient
        }
        // Nobody reads the mails of a closed account.
        guard let email = recipient.email else { return }
        try await notifications.queue(
            template, to: recipient, at: email, values: values, event: event.envelope.id, in: transaction)
    }
}

/// Why an event cannot be handled yet.
enum NotificationEventError: Error, Sendable {
    case unknownRecipient
}
