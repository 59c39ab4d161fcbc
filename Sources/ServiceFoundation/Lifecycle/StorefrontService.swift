public import Contracts
public import Hummingbird
public import Messaging
public import PostgreSQL
public import ServiceLifecycle

/// One of the shop's services: what it adds to the parts that all five share.
public protocol StorefrontService: Sendable {
    static var name: ServiceName { get }
    /// The service's own schema, from version 100 on; outbox, inbox and idempotency tables come before it.
    static var migrations: [Migration] { get }

    /// Builds the service's stores and handlers; must not wait for any server.
    init(_ runtime: ServiceRuntime) throws

    /// Idempotent work after the migrations: seeding, bootstrapping. Run by `migrate`, and by `serve` before it is
    /// ready (retried until it succeeds).
    func prepare() async throws

    /// Routes of the public listener (8080); paths in full, `/api/v1/…`.
    func addPublicRoutes(to router: Router<ServiceRequestContext>)
    /// Routes of the internal listener (8443, mTLS); paths in full, `/internal/v1/…`.
    func addInternalRoutes(to router: Router<ServiceRequestContext>)

    /// Handles the events of the service's queue; `nil` for a service that consumes none.
    var eventHandler: EventHandler? { get }
    /// Loops that run beside the listeners: sagas, expiry, retries.
    var backgroundServices: [any Service] { get }
}

extension StorefrontService {
    public func prepare() async throws {}
    public func addInternalRoutes(to router: Router<ServiceRequestContext>) {}
    public var eventHandler: EventHandler? { nil }
    public var backgroundServices: [any Service] { [] }

    /// The whole schema, foundation's tables first.
    public static var allMigrations: [Migration] {
        [Outbox.migration, Inbox.migration, Idempotency.migration] + migrations
    }
}
