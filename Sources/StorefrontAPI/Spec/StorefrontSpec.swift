import KubernetesClient

/// What a shop is to be.
public struct StorefrontSpec: Described {
    public enum DeletionPolicy: String, Codable, Sendable, CaseIterable { case retain = "Retain", delete = "Delete" }

    public enum LogLevel: String, Codable, Sendable, CaseIterable {
        case trace = "Trace", debug = "Debug", info = "Info", notice = "Notice", warning = "Warning", error = "Error"
    }

    public var host: String?
    public var currency = "USD"
    /// Release of the services; the operator's own when absent.
    public var version: String?
    public var image = ImageSpec()
    public var sampleData = false
    public var suspend = false
    public var deletionPolicy: DeletionPolicy = .retain
    public var logLevel: LogLevel = .info
    public var postgres = PostgresSpec()
    public var rabbitmq = RabbitMQSpec()
    public var redis = RedisSpec()
    public var admin = AdminSpec()
    public var ingress = IngressSpec()
    public var order = OrderSpec()
    public var notifications = NotificationsSpec()
    public var services = ServicesSpec()

    public init() {}

    public static let schema = Schema.object(
        Self.self, "What the shop is to be.", required: ["postgres", "rabbitmq", "redis"],
        [
            "host": .string(
                "Host name of the shop. When absent, the Ingress answers for every host.",
                pattern: #"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"#, minimumLength: 1),
            "currency": .string("ISO 4217 code of the currency of all prices.", pattern: "^[A-Z]{3}$", maximumLength: 3)
                .ruled(
                    .init("self == oldSelf", message: "the currency of a shop cannot be changed") { value, old in
                        old == nil || value == old
                    }),
            "version": .string(
                "Release of the services; the operator's own when absent.", pattern: #"^[A-Za-z0-9][A-Za-z0-9_.-]*$"#,
                maximumLength: 63),
            "image": ImageSpec.schema,
            "sampleData": .boolean("Fill an empty catalogue with sample products."),
            "suspend": .boolean(
                "Scale all services to zero and leave everything else as it is until this is false again. "
                    + "Data, queues and Secrets stay."),
            "deletionPolicy": .choice(
                DeletionPolicy.self,
                "What becomes of databases, queues, mails and generated Secrets when the Storefront is deleted."),
            "logLevel": .choice(LogLevel.self, "The least severe messages that services log."),
            "postgres": PostgresSpec.schema,
            "rabbitmq": RabbitMQSpec.schema,
            "redis": RedisSpec.schema,
            "admin": AdminSpec.schema,
            "ingress": IngressSpec.schema,
            "order": OrderSpec.schema,
            "notifications": NotificationsSpec.schema.defaulting(to: ["file": [:]]),
            "services": ServicesSpec.schema,
        ])
}
