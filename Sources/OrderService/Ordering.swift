import Contracts
import Hummingbird
import Logging
import Messaging
import PostgreSQL
import ServiceFoundation
import ServiceLifecycle

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The order service: carts, checkout, and the saga that sees each order through.
struct Ordering: StorefrontService {
    static let name = ServiceName.order
    static let migrations = OrderMigrations.all

    let runtime: ServiceRuntime
    let transitions: OrderTransitions
    let runner: SagaRunner
    private let carts: CartStore?
    private let carrier: MockCarrier
    private let numbers = OrderNumbers()

    init(_ runtime: ServiceRuntime) throws {
        let holder = ProcessInfo.processInfo.environment["POD_NAME"] ?? UUID.v7().text
        self.init(runtime, holder: holder)
    }

    /// `holder` names this process among those that run sagas.
    init(_ runtime: ServiceRuntime, holder: String) {
        let configuration = runtime.configuration
        self.runtime = runtime
        self.transitions = OrderTransitions(outbox: runtime.outbox)
        self.carts = runtime.redis.map { redis in
            CartStore(redis: redis, lifetime: { configuration.current.orderSettings.cartLifetime })
        }
        self.carrier = MockCarrier(publicURL: { configuration.current.publicURL })
        self.runner = SagaRunner(
            pool: runtime.pool, transitions: transitions, calls: SagaCalls(peers: runtime.peers, carrier: carrier),
            holder: holder, logger: runtime.logger)
    }

    func addPublicRoutes(to router: Router<ServiceRequestContext>) {
        let configuration = runtime.configuration
        let catalog = CatalogLookup(peers: runtime.peers)
        CartRoutes(carts: carts, catalog: catalog, currency: { configuration.current.currency }).add(to: router)
        let checkout = Checkout(
            outbox: runtime.outbox, catalog: catalog, users: UserLookup(peers: runtime.peers), numbers: numbers,
            carts: carts, configuration: configuration, holder: runner.holder)
        CheckoutRoute(checkout: checkout, idempotency: runtime.idempotency, runner: runner, logger: runtime.logger)
            .add(to: router)
        OrderRoutes(pool: runtime.pool).add(to: router)
        OrderCommands(
            pool: runtime.pool, idempotency: runtime.idempotency, transitions: transitions, runner: runner,
            carrier: carrier
        ).add(to: router)
    }

    func addInternalRoutes(to router: Router<ServiceRequestContext>) {
        OrderRoutes(pool: runtime.pool).addInternal(to: router)
    }

    var eventHandler: EventHandler? {
        let events = OrderEvents(transitions: transitions, runner: runner, logger: runtime.logger)
        return { event, transaction in try await events.handle(event, transaction) }
    }

    var backgroundServices: [any Service] { [runner] }
}

extension ServiceConfiguration {
    /// The order service's part, with its defaults where the file has none.
    var orderSettings: OrderConfiguration { order ?? OrderConfiguration() }
}
