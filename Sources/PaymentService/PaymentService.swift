import Contracts
import Hummingbird
import Messaging
import PostgreSQL
import ServiceFoundation
import ServiceLifecycle

/// Money: authorizing, capturing, releasing and refunding, with a ledger of every call to the gateway.
struct PaymentService: StorefrontService {
    static let name = ServiceName.payment
    static let migrations = PaymentMigrations.all

    let runtime: ServiceRuntime
    let processor: PaymentProcessor
    let payments: Payments
    let events: OrderEvents

    init(_ runtime: ServiceRuntime) throws {
        let configuration = runtime.configuration
        self.init(
            runtime,
            gateway: MockGateway(pool: runtime.pool) { .milliseconds(configuration.current.payment?.mockDelay ?? 0) })
    }

    init(_ runtime: ServiceRuntime, gateway: any PaymentGateway, patience: Duration = .seconds(3)) {
        self.runtime = runtime
        self.processor = PaymentProcessor(runtime: runtime, gateway: gateway, patience: patience)
        self.payments = Payments(runtime: runtime, processor: processor)
        self.events = OrderEvents(runtime: runtime, processor: processor)
    }

    func addPublicRoutes(to router: Router<ServiceRequestContext>) {
        PaymentRoutes(runtime: runtime, payments: payments).add(to: router)
    }

    func addInternalRoutes(to router: Router<ServiceRequestContext>) {
        InternalRoutes(payments: payments).add(to: router)
    }

    var eventHandler: EventHandler? { { event, transaction in try await events.handle(event, transaction) } }

    var backgroundServices: [any Service] { [OperationWorker(runtime: runtime, processor: processor)] }
}
