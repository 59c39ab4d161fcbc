import Contracts
import Foundation
import Testing

@testable import NotificationService

@Suite struct MailTests {
    @Test func plainSubjectsStayPlain() {
        #expect(EncodedWord.encode("Your order ORD-1 is on its way") == "Your order ORD-1 is on its way")
    }

    @Test func otherSubjectsAreEncodedWordsThatAMailReaderJoins() {
        let subject = "Ihre Bestellung über 12 Stück „Käsekrainer“ ist unterwegs – 感谢您的订单 🎉 und noch viel mehr Text"
        let encoded = EncodedWord.encode(subject)
        let words = encoded.components(separatedBy: "\r\n ")
        #expect(words.count > 1)
        #expect(words.allSatisfy { $0.count <= 75 && $0.hasPrefix("=?UTF-8?B?") && $0.hasSuffix("?=") })
        let decoded = words.compactMap { word in
            Data(base64Encoded: String(word.dropFirst(10).dropLast(2))).flatMap { String(data: $0, encoding: .utf8) }
        }
        #expect(decoded.count == words.count)
        #expect(decoded.joined() == subject)
    }

    @Test(arguments: ["Hi\r\nBcc: victim@example.com", "Hi\nX: y", "=?UTF-8?B?eA==?="])
    func nothingInASubjectMakesAnotherHeader(_ subject: String) {
        let encoded = EncodedWord.encode(subject)
        #expect(!encoded.contains("\n") && encoded.hasPrefix("=?UTF-8?B?"))
        #expect(encoded != subject)
    }

    @Test func namesAreQuotedOrEncoded() {
        #expect(EncodedWord.phrase("Ann \"Ace\" Lee") == #""Ann \"Ace\" Lee""#)
        #expect(EncodedWord.phrase("Zoë").hasPrefix("=?UTF-8?B?"))
    }

    @Test func quotedPrintableLinesAreShortAndAscii() {
        let text = String(repeating: "Käse = gut ", count: 40) + "\nshort \n\n.dot"
        let encoded = QuotedPrintable.encode(text)
        let lines = encoded.components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 76 && $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } })
        #expect(lines.allSatisfy { !$0.hasSuffix(" ") })
        #expect(encoded.contains("K=C3=A4se=20=3D") || encoded.contains("K=C3=A4se =3D"))
        #expect(encoded.hasSuffix("short=20\r\n\r\n.dot"))
    }

    @Test func datesAreThoseOfRFC5322() {
        let date = Date(timeIntervalSince1970: 1_795_259_270)
        #expect(MailDate.header(date) == "Sat, 21 Nov 2026 11:07:50 +0000")
        #expect(MailDate.fileName(date) == "20261121T110750Z")
        #expect(MailDate.header(Date(timeIntervalSince1970: 0)) == "Thu, 1 Jan 1970 00:00:00 +0000")
    }

    @Test func sendersAreReadWithOrWithoutAName() {
        #expect(Mailbox(parsing: "shop@localhost") == Mailbox(address: "shop@localhost"))
        #expect(
            Mailbox(parsing: "Acme Shop <shop@acme.example>")
                == Mailbox(name: "Acme Shop", address: "shop@acme.example"))
        #expect(Mailbox(parsing: "\"Acme, Inc.\" <shop@acme.example>").name == "Acme, Inc.")
        #expect(Mailbox(parsing: "shop@acme.example").domain == "acme.example")
    }

    @Test func moneyHasItsCurrencysDecimals() throws {
        func text(_ cents: Int64, _ code: String) throws -> String {
            Money(cents: cents, currency: try #require(Currency(rawValue: code))).text
        }
        #expect(try text(1230, "USD") == "12.30 USD")
        #expect(try text(5, "EUR") == "0.05 EUR")
        #expect(try text(1230, "JPY") == "1230 JPY")
        #expect(try text(1230, "KWD") == "1.230 KWD")
        #expect(try text(-5, "USD") == "-0.05 USD")
        #expect(try text(0, "USD") == "0.00 USD")
    }

    @Test func deliveriesAreRetriedForHoursThenGivenUp() {
        #expect(DeliveryPolicy.decide(.delivered, attempts: 1) == .sent)
        #expect(DeliveryPolicy.decide(.rejected("550"), attempts: 1) == .bounced("550"))
        var total = 0
        for attempt in 1..<DeliveryPolicy.maximumAttempts {
            guard case .again(let seconds, "x") = DeliveryPolicy.decide(.postponed("x"), attempts: attempt) else {
                Issue.record("given up after \(attempt)")
                return
            }
            #expect((15...3600).contains(seconds))
            total += seconds
        }
        #expect(total > 4 * 3600)
        #expect(DeliveryPolicy.decide(.postponed("x"), attempts: DeliveryPolicy.maximumAttempts) == .failed("x"))
    }
}
