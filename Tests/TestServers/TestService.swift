public import Contracts
public import Foundation
public import Hummingbird
import Logging
public import Messaging
import PodEnvironment
public import PostgreSQL
import Redis
public import ServiceFoundation

/// A service on a fresh, migrated and prepared database, with a signer of its own.
///
/// ```swift
/// try await TestService<OrderService>.with(peers: FakePeers()) { shop in
///     try await shop.publicApplication.test(.router) { client in … }
/// }
/// ```
public struct TestService<S: StorefrontService>: Sendable {
    public let service: S
    public let runtime: ServiceRuntime
    public let signer: TestSigner

    public var pool: PostgresPool { runtime.pool }

    /// - Parameters:
    ///   - peers: what answers the service's calls; by default every call is unreachable.
    ///   - redis: give it a Redis database.
    ///   - publisher: a publisher to a test broker, if the test wants one.
    public static func with<Value>(
        peers: any PeerCalling = UnreachablePeers(), redis: Bool = false, publisher: MessagePublisher? = nil,
        configure: (inout ServiceConfiguration) -> Void = { _ in }, isolation: isolated (any Actor)? = #isolation,
        _ body: (TestService<S>) async throws -> Value
    ) async throws -> Value {
        guard let currency = Currency(rawValue: "USD") else { throw TestServerError("USD") }
        var configuration = ServiceConfiguration(
            storefront: "test", namespace: "default", service: S.name, currency: currency, product: .init(),
            order: .init(), payment: .init(), notification: .init())
        configure(&configuration)
        var postgres = PostgresConfiguration(try await TestServers.database())
        postgres.maximumConnections = 8
        // What these tests are about is not how busy the machine is.
        postgres.leaseTimeout = .seconds(30)
        postgres.connectTimeout = .seconds(30)
        let pool = PostgresPool(postgres)
        var client: RedisClient?
        if redis {
            let url = try await TestServers.redis().url()
            client = RedisClient { url }
        }
        let signer = TestSigner(issuer: configuration.tokens.issuer, audience: configuration.tokens.audience)
        let folder = try TemporaryFolder.make("pod")
        let runtime = ServiceRuntime(
            name: S.name, environment: PodEnvironment(root: folder, address: "127.0.0.1"),
            configuration: ConfigurationStore(configuration), pool: pool, redis: client, publisher: publisher,
            peers: peers, tokens: signer.verifier, logger: Logger(label: "test"))
        func end() async {
            await client?.close()
            await pool.close()
            try? FileManager.default.removeItem(atPath: folder)
        }
        do {
            try await Migrator(S.allMigrations).migrate(pool)
            let service = try S(runtime)
            try await service.prepare()
            let value = try await body(TestService(service: service, runtime: runtime, signer: signer))
            await end()
            return value
        } catch {
            await end()
            throw error
        }
    }

    /// The public listener's application.
    public var publicApplication: Application<ServiceResponder> {
        ServiceApplications.publicApplication(service, runtime)
    }

    /// The internal listener's application as the service `caller` sees it.
    public func internalApplication(caller: ServiceName?) -> Application<ServiceResponder> {
        ServiceApplications.internalApplication(service, runtime, caller: caller)
    }

    /// The value of an `Authorization` header.
    public func authorization(_ user: UUID, role: Role = .customer) async throws -> String {
        "Bearer " + (try await signer.token(user, role: role))
    }

    /// Hands an event to the service as its consumer does: claimed in the inbox, in one transaction. Returns whether
    /// it was new.
    @discardableResult
    public func deliver<Payload: Codable & Sendable>(_ event: CloudEvent<Payload>) async throws -> Bool {
        guard let handler = service.eventHandler else { throw TestServerError("\(S.name) consumes no events") }
        let received = try ReceivedEvent(body: Array(ContractsJSON.encoder().encode(event)))
        return try await pool.transaction { tx in
            guard try await Inbox().claim(event.id, in: tx) else { return false }
            try await handler(received, tx)
            return true
        }
    }

    /// The events waiting in the outbox, oldest first.
    public func outbox() async throws -> [ReceivedEvent] {
        try await pool.query("SELECT body FROM outbox ORDER BY id").map { row in
            let body: String = try row["body"]
            return try ReceivedEvent(body: Array(body.utf8))
        }
    }
}
