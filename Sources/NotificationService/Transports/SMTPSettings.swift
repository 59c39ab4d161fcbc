import Contracts
import PodEnvironment

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where and how mails are handed to a mail server.
struct SMTPSettings: Sendable {
    enum Security: String, Sendable {
        case none, starttls, tls
    }

    var host: String
    var port: Int
    var security: Security
    var username: String?
    var password: String?
    /// The host's address where the system's resolver does not know it.
    var address: String?
    /// A file with the certificate authorities to trust; the system's otherwise.
    var authorities: String?
    /// Milliseconds to connect, and for all of a mail.
    var connectTimeout = 10_000
    var timeout = 30_000

    init(host: String, port: Int, security: Security) {
        self.host = host
        self.port = port
        self.security = security
    }

    /// The configured server, with the credentials of the mounted Secret as they are now.
    init(_ configuration: SMTPConfiguration, environment: PodEnvironment) {
        self.init(
            host: configuration.host, port: configuration.port,
            security: Security(rawValue: configuration.security.lowercased()) ?? .tls)
        func file(_ name: String) -> String? {
            let path = environment.path("\(PodLayout.smtpDirectory)/\(name)")
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
            return String(text.reversed().drop { $0.isNewline }.reversed())
        }
        username = file("username")
        password = file("password")
        address = environment.hostAddress(configuration.host)
        let bundle = environment.path("\(PodLayout.smtpDirectory)/ca.crt")
        if FileManager.default.fileExists(atPath: bundle) { authorities = bundle }
    }
}
