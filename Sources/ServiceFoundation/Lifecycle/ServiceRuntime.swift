public import Contracts
public import Logging
public import Messaging
public import PodEnvironment
public import PostgreSQL
public import Redis

/// What a service is given to work with.
public struct ServiceRuntime: Sendable {
    public let name: ServiceName
    public let environment: PodEnvironment
    /// The configuration as it is now; ask again rather than keep it.
    public let configuration: ConfigurationStore
    public let pool: PostgresPool
    /// `nil` where no Redis is configured.
    public let redis: (any RedisCommands)?
    public let publisher: MessagePublisher?
    public let outbox: Outbox
    public let idempotency: Idempotency
    /// Calls the other services' internal listeners.
    public let peers: any PeerCalling
    public let tokens: TokenVerifier
    public let logger: Logger

    public init(
        name: ServiceName, environment: PodEnvironment = .current, configuration: ConfigurationStore,
        pool: PostgresPool, redis: (any RedisCommands)? = nil, publisher: MessagePublisher? = nil,
        peers: any PeerCalling, tokens: TokenVerifier, logger: Logger
    ) {
        self.name = name
        self.environment = environment
        self.configuration = configuration
        self.pool = pool
        self.redis = redis
        self.publisher = publisher
        self.outbox = Outbox(source: name)
        self.idempotency = Idempotency(pool)
        self.peers = peers
        self.tokens = tokens
        self.logger = logger
    }
}
