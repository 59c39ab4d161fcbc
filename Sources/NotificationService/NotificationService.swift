import Contracts
import Hummingbird
import Messaging
import PostgreSQL
import ServiceFoundation
import ServiceLifecycle

/// Mails about what happens in the shop, and the log of them.
struct NotificationService: StorefrontService {
    static let name = ServiceName.notification
    static let migrations = NotificationMigrations.all

    let runtime: ServiceRuntime
    let templates: MailTemplates
    let transports: TransportSet
    let notifications: Notifications

    init(_ runtime: ServiceRuntime) throws {
        self.runtime = runtime
        self.templates = try MailTemplates()
        self.transports = TransportSet(configuration: runtime.configuration, environment: runtime.environment)
        self.notifications = Notifications(runtime: runtime, templates: templates)
    }

    func addPublicRoutes(to router: Router<ServiceRequestContext>) {
        NotificationRoutes(runtime: runtime, notifications: notifications).add(to: router)
    }

    var eventHandler: EventHandler? {
        let events = NotificationEvents(notifications: notifications)
        return { event, transaction in try await events.handle(event, transaction) }
    }

    var worker: DeliveryWorker { DeliveryWorker(runtime: runtime, templates: templates, transports: transports) }

    var backgroundServices: [any Service] { [worker] }
}
