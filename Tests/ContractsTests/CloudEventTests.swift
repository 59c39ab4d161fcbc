import Contracts
import Foundation
import Testing

struct CloudEventTests {
    @Test func theEnvelopeIsCloudEventsOnePointZero() throws {
        let currency = try #require(Currency(rawValue: "EUR"))
        let payment = PaymentEventData(
            paymentID: .v7(), orderID: .v7(), userID: .v7(), amountCents: 1_250, currency: currency,
            status: "captured")
        let event = CloudEvent(
            source: .payment, type: .paymentCaptured, subject: payment.orderID,
            time: Date(timeIntervalSince1970: 1_771_234_567.25), correlationID: "c-1", data: payment)
        let data = try ContractsJSON.encoder().encode(event)
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(json["specversion"] as? String == "1.0")
        #expect(json["type"] as? String == "payment.captured")
        #expect(json["source"] as? String == "/services/payment")
        #expect(json["subject"] as? String == payment.orderID.text)
        #expect(json["time"] as? String == "2026-02-16T09:36:07.250Z")
        #expect(json["correlationid"] as? String == "c-1")
        #expect((json["data"] as? [String: Any])?["amount_cents"] as? Int == 1_250)

        let back = try ContractsJSON.decoder().decode(CloudEvent<PaymentEventData>.self, from: data)
        #expect(back.data == payment)
        #expect(back.time == event.time)
        let envelope = try ContractsJSON.decoder().decode(CloudEvent<AnyPayload>.self, from: data)
        #expect(envelope.id == event.id)
    }

    @Test func equalValuesAreEqualBytes() throws {
        let configuration = ServiceConfiguration(
            storefront: "acme", namespace: "default", service: .order,
            currency: try #require(Currency(rawValue: "USD")), peers: ["user": "u", "product": "p", "payment": "y"])
        let encoder = ContractsJSON.encoder()
        let first = try encoder.encode(configuration)
        #expect(try (0..<20).allSatisfy { _ in try ContractsJSON.encoder().encode(configuration) == first })
        #expect(try ContractsJSON.decoder().decode(ServiceConfiguration.self, from: first) == configuration)
    }

    @Test(arguments: ["2026-02-16T09:36:07Z", "2026-02-16T09:36:07.250Z"])
    func datesAreReadWithAndWithoutFractions(text: String) throws {
        let date = try ContractsJSON.decoder().decode([Date].self, from: Data("[\"\(text)\"]".utf8))
        #expect(abs(date[0].timeIntervalSince1970 - 1_771_234_567) < 0.3)
    }

    @Test func whatIsNoDateIsRefused() {
        #expect(throws: DecodingError.self) {
            try ContractsJSON.decoder().decode([Date].self, from: Data(#"["yesterday"]"#.utf8))
        }
    }
}
