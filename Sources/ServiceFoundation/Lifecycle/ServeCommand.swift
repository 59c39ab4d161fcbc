public import ArgumentParser
import Messaging
import PostgreSQL
import Redis
import ServiceLifecycle
import UnixSignals

/// Serves until SIGTERM or SIGINT.
public struct ServeCommand<S: StorefrontService>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "serve", abstract: "Serve requests and events until told to stop.")
    }

    @Option(help: "Milliseconds between leaving the load balancers and closing the listeners.")
    var drain = 1500

    public init() {}

    public func run() async throws {
        let bootstrap = try Bootstrap(S.name, serving: true)
        let service = try S(bootstrap.runtime)
        var configuration = ServiceGroupConfiguration(
            services: services(service, bootstrap).map {
                .init(
                    service: $0, successTerminationBehavior: .ignore,
                    failureTerminationBehavior: .gracefullyShutdownGroup)
            },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: bootstrap.runtime.logger)
        // Less than the thirty seconds after which a pod is killed.
        configuration.maximumGracefulShutdownDuration = .seconds(20)
        try await ServiceGroup(configuration: configuration).run()
        await bootstrap.runtime.publisher?.close()
        await bootstrap.redis?.close()
        await bootstrap.peerClient?.shutdown()
        await bootstrap.runtime.pool.close()
    }

    /// In the order of starting; they are shut down in reverse, each waiting for the one after it.
    private func services(_ service: S, _ bootstrap: Bootstrap) -> [any Service] {
        let runtime = bootstrap.runtime
        let readiness = Readiness()
        let idempotency = runtime.idempotency
        var services: [any Service] = [
            ManagementApplication(runtime: runtime, readiness: readiness, metrics: bootstrap.metrics).build(),
            ChoreService(interval: .seconds(2)) { bootstrap.reload() },
        ]
        func whenPrepared(_ service: any Service) {
            services.append(AfterPreparation(readiness: readiness, service: service))
        }
        whenPrepared(ChoreService(interval: .seconds(600)) { try? await idempotency.removeExpired() })
        whenPrepared(ChoreService(interval: .seconds(3600)) { try? await Inbox.removeOld(runtime.pool) })
        if let publisher = runtime.publisher {
            services.append(PublisherConnection(publisher: publisher))
            whenPrepared(OutboxRelay(runtime.pool, publisher: publisher, logger: runtime.logger))
        }
        for background in service.backgroundServices { whenPrepared(background) }
        if let handler = service.eventHandler {
            whenPrepared(
                EventConsumer(
                    Bootstrap.rabbitMQ(S.name, runtime.environment), service: S.name, pool: runtime.pool,
                    logger: runtime.logger, handler: handler))
        }
        if let tls = bootstrap.tls {
            services.append(ServiceApplications.internalApplication(service, runtime, tls: tls))
        }
        services.append(ServiceApplications.publicApplication(service, runtime))
        services.append(
            PreparationService(service: service, pool: runtime.pool, readiness: readiness, logger: runtime.logger))
        services.append(DrainService(readiness: readiness, delay: .milliseconds(drain)))
        return services
    }
}
