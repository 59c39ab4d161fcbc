import Contracts
import Testing

struct TopologyTests {
    @Test func aServiceReadsItsOwnQueueAloneAndDeclaresNothing() throws {
        for service in ServiceName.allCases {
            let permissions = Topology.permissions(of: service)
            #expect(permissions.configure == "^$")
            let read = try Regex(permissions.read)
            for other in ServiceName.allCases {
                let isOwn = other == service && Topology.subscriptions[service] != nil
                #expect((Topology.queue(of: other).firstMatch(of: read) != nil) == isOwn)
                #expect(Topology.retryQueue(of: other).firstMatch(of: read) == nil)
                #expect(Topology.deadQueue(of: other).firstMatch(of: read) == nil)
            }
        }
    }

    @Test func servicesPublishEventsAndDeadLettersAlone() throws {
        let write = try Regex(Topology.permissions(of: .order).write)
        #expect(Topology.eventsExchange.firstMatch(of: write) != nil)
        #expect(Topology.deadExchange.firstMatch(of: write) != nil)
        #expect(Topology.retryExchange.firstMatch(of: write) == nil)
        #expect("amq.default".firstMatch(of: write) == nil)
    }

    @Test func noServiceConsumesWhatItPublishes() {
        let prefixes: [ServiceName: [String]] = [
            .order: ["order.", "shipment."], .payment: ["payment.", "refund."], .product: ["product.", "inventory."],
        ]
        for (service, prefixes) in prefixes {
            for type in Topology.subscriptions[service] ?? [] {
                #expect(!prefixes.contains { type.rawValue.hasPrefix($0) }, "\(service) \(type)")
            }
        }
    }
}
