import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestServers
import Testing

@testable import NotificationService

@Suite struct RouteTests {
    private func withRoutes(
        _ body: @Sendable (World, any TestClientProtocol, _ own: String, _ admin: String) async throws -> Void
    ) async throws {
        try await World.with { world in
            try await world.meetAnn()
            let own = try await world.shop.signer.token(world.ann.userID)
            let admin = try await world.shop.signer.token(.v7(), role: .admin)
            try await world.shop.publicApplication.test(.router) { client in try await body(world, client, own, admin) }
        }
    }

    @Test func historyIsForItsPersonAndStaff() async throws {
        try await withRoutes { world, client, own, admin in
            try await world.shop.deliver(try world.order(.orderCreated))
            try await world.shop.deliver(try world.order(.orderConfirmed))
            await world.sendAll()
            let path = "/api/v1/notifications/\(world.ann.userID.text)"
            let first = try await client.call(.get, path + "?limit=2", token: own)
            #expect(first.status == 200)
            #expect(first.texts("items", "template_name") == ["order_confirmation", "order_created"])
            #expect(first.texts("items", "status") == ["sent", "sent"])
            #expect(first.text("items.0.channel") == "email")
            #expect(first.text("items.0.subject") == "Your order ORD-20261121-0001 is confirmed")
            #expect(!first.text("items.0.sent_at").isEmpty && !first.text("items.0.created_at").isEmpty)
            let second = try await client.call(
                .get, path + "?limit=2&cursor=" + first.text("next_cursor"), token: own)
            #expect(second.texts("items", "template_name") == ["welcome"])
            #expect(second.value("next_cursor") == nil)
            #expect(try await client.call(.get, path, token: admin).count("items") == 3)
            let stranger = try await world.shop.signer.token(.v7())
            #expect(try await client.call(.get, path, token: stranger).status == 403)
            #expect(try await client.call(.get, path).status == 401)
        }
    }

    @Test func adminsSendByHand() async throws {
        try await withRoutes { world, client, own, admin in
            let body: [String: Any] = [
                "user_id": world.ann.userID.text, "subject": "Grüße", "message": "Line one\nLine <two>",
            ]
            #expect(try await client.call(.post, "/api/v1/notifications/send", body, token: own).status == 403)
            let sent = try await client.call(.post, "/api/v1/notifications/send", body, token: admin)
            #expect(sent.status == 202)
            #expect(sent.text("template_name") == "message" && sent.text("status") == "queued")
            await world.sendAll()
            #expect(try world.mails().contains { $0.text.contains("Line &lt;two&gt;") })

            let template = try await client.call(
                .post, "/api/v1/notifications/send",
                ["user_id": world.ann.userID.text, "template_name": "welcome"], token: admin)
            #expect(template.status == 202 && template.text("subject") == "Welcome to test")
            let wrong = try await client.call(
                .post, "/api/v1/notifications/send",
                ["user_id": world.ann.userID.text, "subject": "a\r\nBcc: b", "message": ""], token: admin)
            #expect(wrong.status == 422)
            #expect(Set(wrong.texts("errors", "pointer")) == ["/subject", "/message"])
            let unknown = try await client.call(
                .post, "/api/v1/notifications/send",
                ["user_id": UUID.v7().text, "subject": "a", "message": "b"], token: admin)
            #expect(unknown.status == 404 && unknown.text("code") == "recipient_not_found")
        }
    }

    @Test func adminsSendAgain() async throws {
        try await withRoutes { world, client, own, admin in
            let list = "/api/v1/notifications/\(world.ann.userID.text)"
            let id = try await client.call(.get, list, token: own).text("items.0.id")
            let path = "/api/v1/notifications/\(id)/resend"
            #expect(try await client.call(.post, path, token: admin).text("code") == "notification_queued")
            await world.sendAll()
            #expect(try await client.call(.post, path, token: own).status == 403)
            let again = try await client.call(.post, path, token: admin)
            #expect(again.status == 202)
            #expect(again.text("resend_of") == id && again.text("id") != id)
            await world.sendAll()
            #expect(try world.mails().count == 2)
            let missing = "/api/v1/notifications/\(UUID.v7().text)/resend"
            #expect(try await client.call(.post, missing, token: admin).status == 404)
        }
    }
}
