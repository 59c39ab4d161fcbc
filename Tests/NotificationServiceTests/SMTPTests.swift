import Contracts
import Foundation
import PodEnvironment
import PostgreSQL
import TestServers
import Testing

@testable import NotificationService

@Suite struct SMTPTests {
    private let message = MailMessage(
        from: Mailbox(name: "Käse & Söhne", address: "shop@acme.example"),
        to: Mailbox(name: "Zoë Lee", address: "zoe@example.com"), subject: "Ihre Bestellung – „ORD-1“ 🎉",
        text: "Hallo Zoë,\n.\n.. ein Punkt am Anfang\nEnde = gut\n", html: "<p>Hallo Zo&euml; = 🎉</p>\n",
        date: Date(timeIntervalSince1970: 1_795_259_270), id: "0193-abc", template: "message")

    private func with(
        _ mode: MailServer.Mode = .plain, _ body: (MailServer, SMTPSettings) async throws -> Void
    ) async throws {
        let server = try await MailServer(mode)
        defer { server.stop() }
        var settings = SMTPSettings(host: "localhost", port: server.port, security: mode == .plain ? .none : .starttls)
        settings.timeout = 10_000
        try await body(server, settings)
    }

    @Test func aMailArrivesAsItWasMeant() async throws {
        try await with { server, settings async throws in
            let outcome = await SMTPTransport(settings: { settings }).send(message)
            #expect(outcome == .delivered)
            let mail = try #require(try server.mails().first)
            #expect(mail.from == "shop@acme.example" && mail.to == ["zoe@example.com"])
            #expect(mail.headers["subject"] == message.subject)
            #expect(mail.headers["from"] == "Käse & Söhne <shop@acme.example>")
            #expect(mail.headers["to"] == "Zoë Lee <zoe@example.com>")
            #expect(mail.headers["date"] == "Sat, 21 Nov 2026 11:07:50 +0000")
            #expect(mail.headers["message-id"] == "<0193-abc@acme.example>")
            #expect(mail.text == message.text)
            #expect(mail.html == message.html)
            #expect(mail.defects.isEmpty)
        }
    }

    @Test func overStartTLSWithALogin() async throws {
        try await with(.secured) { server, settings async throws in
            var settings = settings
            settings.authorities = server.authority
            settings.username = "shop"
            settings.password = "mail secret"
            let outcome = await SMTPTransport(settings: { [settings] in settings }).send(message)
            #expect(outcome == .delivered)
            #expect(try server.mails().count == 1)

            // A wrong password is ours to mend, not the recipient's fault.
            var wrong = settings
            wrong.password = "guess"
            guard case .postponed = await SMTPTransport(settings: { [wrong] in wrong }).send(message) else {
                Issue.record("a wrong password must be tried again")
                return
            }
            // A certificate that nobody vouches for is not talked to.
            var unknown = settings
            unknown.authorities = nil
            guard case .postponed = await SMTPTransport(settings: { [unknown] in unknown }).send(message) else {
                Issue.record("an unknown certificate must be refused")
                return
            }
            #expect(try server.mails().count == 1)
        }
    }

    @Test func encryptionThatTheServerDoesNotHaveIsNotGivenUp() async throws {
        try await with { server, settings async throws in
            var demanding = settings
            demanding.security = .starttls
            guard case .postponed = await SMTPTransport(settings: { [demanding] in demanding }).send(message) else {
                Issue.record("a mail must not go out in the clear")
                return
            }
            #expect(try server.mails().isEmpty)
        }
    }

    @Test func theServersAnswerDecidesWhetherToTryAgain() async throws {
        try await with { _, settings async throws in
            let transport = SMTPTransport { settings }
            var gone = message
            gone.to = Mailbox(address: "gone@example.com")
            guard case .rejected(let reason) = await transport.send(gone) else {
                Issue.record("550 is final")
                return
            }
            #expect(reason.contains("550"))
            var busy = message
            busy.to = Mailbox(address: "busy@example.com")
            guard case .postponed = await transport.send(busy) else {
                Issue.record("451 is not final")
                return
            }
        }
    }

    @Test func aServerThatIsAwayIsTriedAgain() async throws {
        let settings = SMTPSettings(host: "localhost", port: 1, security: .none)
        guard case .postponed = await SMTPTransport(settings: { settings }).send(message) else {
            Issue.record("nobody listens on port 1")
            return
        }
    }

    @Test func theHostsFileOfThePodNamesTheServer() async throws {
        try await with { server, settings async throws in
            var named = settings
            named.host = "mail.shop.svc"
            named.address = "127.0.0.1"
            let outcome = await SMTPTransport(settings: { [named] in named }).send(message)
            #expect(outcome == .delivered)
            #expect(try server.mails().count == 1)
        }
    }

    @Test func mailsOfEventsGoToTheConfiguredServerAndBouncesAreNoted() async throws {
        try await with { server, settings async throws in
            let configuration = NotificationConfiguration(
                from: "shop@acme.example", fileChannel: true,
                smtp: SMTPConfiguration(host: "localhost", port: server.port, security: "none"))
            try await World.with(notification: configuration) { world async throws in
                try await world.meetAnn()
                let gone = UserEventData(
                    userID: .v7(), email: "gone@example.com", firstName: "G", lastName: "H", role: .customer, version: 1
                )
                try await world.shop.deliver(world.user(.userRegistered, gone))
                await world.sendAll()
                #expect(try await world.log().map(\.status) == [.sent, .bounced])
            }
            #expect(try server.mails().map(\.to) == [["ann@example.com"]])
        }
    }
}
