import Contracts
import Hummingbird
import Logging
import Messaging
import PostgreSQL
import ServiceFoundation
import ServiceLifecycle

/// The product service: catalogue, categories, search, stock and reservations.
struct Catalog: StorefrontService {
    static let name = ServiceName.product
    static let migrations = CatalogMigrations.all

    let runtime: ServiceRuntime
    let reader: ProductReader
    let reservations: Reservations

    init(_ runtime: ServiceRuntime) throws {
        self.runtime = runtime
        let configuration = runtime.configuration
        let shared = runtime.redis.map { redis in
            SharedCache(
                redis, lifetime: { configuration.current.productSettings.cacheLifetime }, logger: runtime.logger)
        }
        self.reader = ProductReader(pool: runtime.pool, shared: shared)
        self.reservations = Reservations(
            pool: runtime.pool, outbox: runtime.outbox,
            lifetime: { configuration.current.productSettings.reservationLifetime })
    }

    func prepare() async throws {
        let configuration = runtime.configuration.current
        guard configuration.productSettings.sampleCatalog else { return }
        if try await SampleCatalog(currency: configuration.currency).seed(runtime.pool, runtime.outbox) {
            runtime.logger.info("sample catalogue added")
        }
    }

    func addPublicRoutes(to router: Router<ServiceRequestContext>) {
        let configuration = runtime.configuration
        ProductRoutes(pool: runtime.pool, reader: reader).add(to: router)
        ProductEditing(
            pool: runtime.pool, outbox: runtime.outbox, reader: reader, currency: { configuration.current.currency }
        ).add(to: router)
        InventoryRoutes(pool: runtime.pool, outbox: runtime.outbox).add(to: router)
        CategoryRoutes(pool: runtime.pool, reader: reader).add(to: router)
    }

    func addInternalRoutes(to router: Router<ServiceRequestContext>) {
        InternalRoutes(pool: runtime.pool, reservations: reservations).add(to: router)
    }

    var eventHandler: EventHandler? {
        let events = CatalogEvents(reservations: reservations, logger: runtime.logger)
        return { event, transaction in try await events.handle(event, transaction) }
    }

    var backgroundServices: [any Service] {
        [ReservationExpiry(reservations: reservations, logger: runtime.logger)]
    }
}

extension ServiceConfiguration {
    /// The product service's part, with its defaults where the file has none.
    var productSettings: ProductConfiguration { product ?? ProductConfiguration() }
}
