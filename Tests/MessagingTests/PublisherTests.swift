import Contracts
import Messaging
import TestServers
import Testing

@Suite struct PublisherTests {
    @Test func confirmedMessagesAreInTheQueueInOrder() async throws {
        let broker = try await TestServers.rabbitMQ().broker()
        let publisher = MessagePublisher(RabbitMQConfiguration(broker.credentials(of: .order)))
        let messages = (0..<600).map { index in
            OutgoingMessage(
                exchange: Topology.eventsExchange, routingKey: "order.confirmed", body: Array("\(index)".utf8),
                messageID: "m\(index)", correlationID: "c", headers: ["subject": "s"], mandatory: true)
        }
        try await publisher.publish(messages)
        let taken = try await broker.take(1000, from: "payment.events")
        #expect(taken.map(\.payload) == (0..<600).map(String.init))
        #expect(taken.first?.properties.messageID == "m0")
        #expect(taken.first?.properties.correlationID == "c")
        #expect(taken.first?.properties.contentType == "application/cloudevents+json")
        await publisher.close()
    }

    @Test func aMandatoryMessageThatNoQueueTakesIsAnErrorAndTheChannelStaysGood() async throws {
        let broker = try await TestServers.rabbitMQ().broker()
        let publisher = MessagePublisher(RabbitMQConfiguration(broker.credentials(of: .order)))
        func publish(_ key: String) async throws {
            try await publisher.publish([
                OutgoingMessage(exchange: Topology.eventsExchange, routingKey: key, body: [1], mandatory: true)
            ])
        }
        let error = await #expect(throws: MessagingError.self) { try await publish("nobody.wants.this") }
        #expect(error?.code == .unroutable)
        try await publish("order.confirmed")
        #expect(try await broker.take(2, from: "payment.events").count == 1)
        await publisher.close()
    }

    @Test func aMissingExchangeOrPermissionIsRefused() async throws {
        let broker = try await TestServers.rabbitMQ().broker()
        let publisher = MessagePublisher(RabbitMQConfiguration(broker.credentials(of: .order)))
        for exchange in ["storefront.retry", "amq.topic"] {
            let error = await #expect(throws: MessagingError.self) {
                try await publisher.publish([OutgoingMessage(exchange: exchange, routingKey: "x", body: [])])
            }
            #expect(error?.code == .refused)
        }
        try await publisher.publish([
            OutgoingMessage(exchange: Topology.eventsExchange, routingKey: "order.confirmed", body: [])
        ])
        await publisher.close()
    }

    @Test func wrongCredentialsAreAnErrorThatDoesNotShowThem() async throws {
        var credentials = try await TestServers.rabbitMQ().broker().credentials(of: .order)
        credentials.password = "hunter2"
        let publisher = MessagePublisher(RabbitMQConfiguration(credentials))
        let error = await #expect(throws: MessagingError.self) { try await publisher.maintain() }
        #expect(error?.code == .connection)
        #expect(error.map { "\($0)".contains("hunter2") } == false)
        #expect(!publisher.isConnected)
        await publisher.close()
    }
}
