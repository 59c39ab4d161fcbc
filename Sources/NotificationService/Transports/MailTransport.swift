/// A way for mails to leave the shop.
protocol MailTransport: Sendable {
    /// Hands the message over; never throws, since the outcome decides what happens next.
    func send(_ message: MailMessage) async -> DeliveryOutcome
}
