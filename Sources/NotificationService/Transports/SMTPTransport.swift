import Dispatch

/// Hands mails to a mail server, one after the other on a thread of its own.
struct SMTPTransport: MailTransport {
    /// Asked for each mail, so that changed settings and credentials are used at once.
    let settings: @Sendable () -> SMTPSettings
    private let queue = DispatchQueue(label: "smtp")

    init(settings: @escaping @Sendable () -> SMTPSettings) { self.settings = settings }

    func send(_ message: MailMessage) async -> DeliveryOutcome {
        await withCheckedContinuation { continuation in
            queue.async {
                let outcome = CurlMail.send(
                    message.encoded(), from: message.from.address, to: message.to.address, settings())
                continuation.resume(returning: outcome)
            }
        }
    }
}
