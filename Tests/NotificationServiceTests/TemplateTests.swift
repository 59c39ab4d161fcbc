import Contracts
import Foundation
import Testing

@testable import NotificationService

@Suite struct TemplateTests {
    private let shop: [String: MailValue] = [
        "shop": .text("acme"), "shop_url": .text("http://127.0.0.1:8080"), "first_name": .text("Ann"),
        "email": .text("ann@example.com"),
    ]

    private func order() throws -> OrderEventData {
        OrderEventData(
            orderID: .v7(), orderNumber: "ORD-20261121-0001", userID: .v7(), status: "shipped",
            lines: [
                OrderEventLine(
                    productID: .v7(), sku: "MUG-1", name: "Mug <b>big</b> & blue", quantity: 2, unitPriceCents: 1050)
            ],
            subtotalCents: 2100, shippingCents: 500, taxCents: 173, totalCents: 2773,
            currency: try #require(Currency(rawValue: "USD")), reason: "payment_failed", trackingNumber: "T-1",
            trackingURL: "https://track.example/T-1?a=1&b=2")
    }

    @Test(arguments: TemplateName.allCases) func everyTemplateRendersCompletely(_ name: TemplateName) throws {
        var values = shop.merging(MailContents.order(try order())) { $1 }
        for (key, text) in [
            "amount": "1.00 USD", "failure": "no", "name": "Mug", "sku": "MUG-1", "subject": "S", "message": "M",
        ] {
            values[key] = .text(text)
        }
        let mail = try MailTemplates().render(name, values)
        #expect(!mail.subject.isEmpty && !mail.subject.contains("\n"))
        #expect(mail.text.hasPrefix("Hello Ann,\n\n"))
        #expect(mail.html.hasPrefix("<!DOCTYPE html>") && mail.html.contains("</html>"))
        for text in [mail.subject, mail.text, mail.html] { #expect(!text.contains("{{") && !text.contains("}}")) }
    }

    @Test func orderMailsListWhatWasBought() throws {
        let mail = try MailTemplates().render(.orderConfirmation, shop.merging(MailContents.order(try order())) { $1 })
        #expect(mail.subject == "Your order ORD-20261121-0001 is confirmed")
        #expect(mail.text.contains("2 × Mug <b>big</b> & blue (MUG-1): 21.00 USD"))
        #expect(mail.text.contains("Total: 27.73 USD"))
        #expect(mail.html.contains("Mug &lt;b&gt;big&lt;/b&gt; &amp; blue"))
        #expect(!mail.html.contains("<b>big"))
    }

    @Test func shippedMailsLinkToTheCarrierAndToNothingElse() throws {
        var order = try order()
        let mail = try MailTemplates().render(.orderShipped, shop.merging(MailContents.order(order)) { $1 })
        #expect(mail.text.contains("https://track.example/T-1?a=1&b=2"))
        #expect(mail.html.contains(#"<a href="https://track.example/T-1?a=1&amp;b=2">"#))
        order.trackingURL = "javascript:alert(1)"
        let other = try MailTemplates().render(.orderShipped, shop.merging(MailContents.order(order)) { $1 })
        #expect(!other.html.contains("javascript"))
    }

    @Test func textOfAdminsIsEscapedInHTMLAndSubjectsAreOneLine() throws {
        let mail = try MailTemplates().render(
            .message,
            shop.merging([
                "subject": .text("Hi\r\nBcc: x@example.com"), "message": .text("<script>alert(1)</script> {{shop}}"),
            ]) { $1 })
        #expect(mail.subject == "Hi Bcc: x@example.com")
        #expect(mail.html.contains("&lt;script&gt;") && !mail.html.contains("<script>"))
        // What somebody wrote is not a template.
        #expect(mail.text.contains("<script>alert(1)</script> {{shop}}"))
    }
}
