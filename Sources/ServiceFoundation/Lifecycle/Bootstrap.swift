import Contracts
import Logging
import Messaging
import Metrics
import NIOCore
import NIOPosix
import PodEnvironment
import PostgreSQL
import Redis

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Builds a service's runtime from what is mounted in its pod.
struct Bootstrap {
    let runtime: ServiceRuntime
    let loader: ConfigurationLoader
    let metrics: PrometheusRegistry
    let redis: RedisClient?
    /// The internal listener's certificates; `nil` for `migrate`, which neither calls nor listens.
    let tls: MutualTLS?
    let peerClient: PeerClient?

    private struct NoPeers: PeerCalling {
        func send(_ request: PeerRequest) async throws -> PeerResponse {
            throw PeerError.unreachable(request.service, "this command calls no other service")
        }
    }

    /// - Parameter serving: whether listeners and broker are wanted.
    init(_ name: ServiceName, serving: Bool) throws {
        NIOSingletons.groupLoopCountSuggestion = 2
        NIOSingletons.blockingPoolThreadCountSuggestion = 1
        let environment = PodEnvironment.current
        let loader = ConfigurationLoader(path: environment.path(PodLayout.configFile), service: name)
        let configuration = try loader.load()
        let level = Logger.Level(rawValue: configuration.logLevel) ?? .info
        LoggingSystem.bootstrap { label in
            var handler = JSONLogHandler(
                label: label, metadata: ["service": "\(name.rawValue)", "version": "\(configuration.version)"])
            handler.logLevel = level
            return handler
        }
        let metrics = PrometheusRegistry()
        MetricsSystem.bootstrap(metrics)
        let logger = Logger(label: name.executable)
        let store = ConfigurationStore(configuration)
        let pool = PostgresPool(
            Self.postgres(name, configuration, environment, serving: serving), logger: logger)
        let tls = serving ? try MutualTLS(directory: environment.path(PodLayout.tlsDirectory)) : nil
        let peerClient = tls.map { tls in
            PeerClient(tls: tls, environment: environment, logger: logger) { store.current.peers }
        }
        let redis = Self.redis(environment, logger)
        let publisher = serving ? MessagePublisher(Self.rabbitMQ(name, environment), logger: logger) : nil
        let keySet = environment.path(PodLayout.jwksFile)
        let tokens = TokenVerifier(
            issuer: configuration.tokens.issuer, audience: configuration.tokens.audience
        ) { try String(contentsOfFile: keySet, encoding: .utf8) }
        runtime = ServiceRuntime(
            name: name, environment: environment, configuration: store, pool: pool, redis: redis,
            publisher: publisher, peers: peerClient ?? NoPeers(), tokens: tokens, logger: logger)
        self.loader = loader
        self.metrics = metrics
        self.redis = redis
        self.tls = tls
        self.peerClient = peerClient
    }

    private static func postgres(
        _ name: ServiceName, _ configuration: ServiceConfiguration, _ environment: PodEnvironment, serving: Bool
    ) -> PostgresConfiguration {
        var postgres = PostgresConfiguration(
            directory: PodLayout.databaseDirectory, applicationName: name.executable, environment: environment)
        postgres.maximumConnections = configuration.database.maximumConnections
        postgres.statementTimeout = .milliseconds(configuration.database.statementTimeout)
        // A migration may have to wait for a server that is still coming up.
        postgres.leaseTimeout = serving ? .seconds(5) : .seconds(30)
        return postgres
    }

    static func rabbitMQ(_ name: ServiceName, _ environment: PodEnvironment) -> RabbitMQConfiguration {
        RabbitMQConfiguration(connectionName: name.executable, environment: environment) {
            try RabbitMQCredentials(directory: PodLayout.rabbitMQDirectory, environment: environment)
        }
    }

    private static func redis(_ environment: PodEnvironment, _ logger: Logger) -> RedisClient? {
        let path = environment.path(PodLayout.redisDirectory + "/url")
        guard (try? String(contentsOfFile: path, encoding: .utf8)) != nil else { return nil }
        return RedisClient(environment: environment, logger: logger) {
            try String(contentsOfFile: path, encoding: .utf8)
        }
    }

    /// Takes over what changed in the mounted files.
    func reload() {
        if let configuration = try? loader.load() { runtime.configuration.replace(configuration) }
        tls?.reload(runtime.logger)
    }
}
