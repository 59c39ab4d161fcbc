/// Where the services' message broker is.
public struct RabbitMQSpec: Described {
    public var server = RabbitMQServer()

    public init() {}

    public static let schema = Schema.object(
        Self.self, "Where the services' message broker is.", required: ["server"], ["server": RabbitMQServer.schema])
}

/// A RabbitMQ server that somebody else runs, with the management plugin.
public struct RabbitMQServer: Described {
    public var host = ""
    public var port = 5672
    public var managementPort = 15_672
    /// For both ports.
    public var tls = false
    public var adminSecretName = ""

    public init() {}

    public static let schema = Schema.object(
        Self.self, "A RabbitMQ server that somebody else runs, with the management plugin.",
        required: ["host", "adminSecretName"],
        [
            "host": .host("RabbitMQ"),
            "port": .integer("AMQP port.", 1...65_535),
            "managementPort": .integer("Port of the management API.", 1...65_535),
            "tls": .boolean("Whether both ports speak TLS."),
            "adminSecretName": .secretName("Secret with the keys username and password of an administrator."),
        ])
}
