/// The broker's exchanges and queues: declared by the operator, used by the services, defined here once.
public enum Topology {
    /// Topic exchange of all domain events; the routing key is the event's type.
    public static let eventsExchange = "storefront.events"
    /// Direct exchange that rejected messages pass on their way to a retry queue.
    public static let retryExchange = "storefront.retry"
    /// Direct exchange of messages that were tried often enough.
    public static let deadExchange = "storefront.dead"

    /// How often a message is delivered in all before it goes to the dead queue.
    public static let maximumAttempts = 8
    /// How long a rejected message waits in the retry queue, in milliseconds.
    public static let retryDelayMilliseconds = 5_000

    /// The events each service consumes.
    public static let subscriptions: [ServiceName: [EventType]] = [
        .product: [.orderConfirmed, .orderCancelled],
        .payment: [.orderConfirmed, .orderCancelled],
        .order: [
            .paymentCaptured, .paymentFailed, .paymentExpired, .paymentVoided, .refundProcessed, .inventoryCommitted,
            .inventoryExpired, .userDeactivated,
        ],
        .notification: [
            .userRegistered, .userUpdated, .userDeactivated, .orderCreated, .orderConfirmed, .orderShipped,
            .orderDelivered, .orderCancelled, .orderRefunded, .paymentFailed, .refundProcessed, .inventoryLowStock,
            .productOutOfStock,
        ],
    ]

    public static func queue(of service: ServiceName) -> String { "\(service.rawValue).events" }
    public static func retryQueue(of service: ServiceName) -> String { "\(service.rawValue).events.retry" }
    public static func deadQueue(of service: ServiceName) -> String { "\(service.rawValue).events.dead" }

    /// The virtual host of one Storefront.
    public static func virtualHost(namespace: String, storefront: String) -> String {
        "storefront.\(namespace).\(storefront)"
    }

    /// The least a service's broker user needs, as RabbitMQ's regular expressions.
    public static func permissions(of service: ServiceName) -> (configure: String, write: String, read: String) {
        let read = subscriptions[service] == nil ? "^$" : "^\(service.rawValue)\\.events$"
        return ("^$", "^storefront\\.(events|dead)$", read)
    }
}
