import Contracts
import PodEnvironment
import ServiceFoundation

/// The configured ways out, as they are now: the mailbox folder, a mail server, or both.
struct TransportSet: Sendable {
    let configuration: ConfigurationStore
    let mailbox: MailboxTransport
    let smtp: SMTPTransport

    init(configuration: ConfigurationStore, environment: PodEnvironment) {
        self.configuration = configuration
        self.mailbox = MailboxTransport(directory: environment.path(PodLayout.mailboxDirectory))
        self.smtp = SMTPTransport {
            let configured = configuration.current.notification?.smtp
            return SMTPSettings(
                configured ?? SMTPConfiguration(host: "localhost", port: 25, security: "none"), environment: environment
            )
        }
    }

    /// Sends by every configured way; the first that does not deliver decides.
    func send(_ message: MailMessage) async -> DeliveryOutcome {
        let settings = configuration.current.notification ?? NotificationConfiguration()
        var ways: [any MailTransport] = []
        if settings.fileChannel { ways.append(mailbox) }
        if settings.smtp != nil { ways.append(smtp) }
        guard !ways.isEmpty else { return .postponed("no way to send mails is configured") }
        for way in ways {
            let outcome = await way.send(message)
            if outcome != .delivered { return outcome }
        }
        return .delivered
    }
}
