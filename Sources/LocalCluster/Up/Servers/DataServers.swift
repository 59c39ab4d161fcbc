import Logging
import ServiceLifecycle

/// The servers beside the cluster: prepared, supervised together and asked for readiness.
struct DataServers: Sendable {
    let readiness: ServerReadiness
    /// One service that runs them side by side, so that they also stop side by side.
    let services: [any Service]

    init(state: StateDirectory, programs: ServerPrograms, settings: ClusterSettings, logger: Logger) async throws {
        let rabbitMQ = try RabbitMQServer(state: state, programs: programs, settings: settings).prepare()
        let redis = try RedisServer(state: state, programs: programs, settings: settings).prepare()
        let postgres = PostgresServer(state: state, programs: programs, settings: settings)
        readiness = ServerReadiness(state: state, settings: settings)
        @Sendable func supervisor(_ process: ServerProcess) -> ServerSupervisor {
            ServerSupervisor(process: process, state: state, logger: logger, stopLimit: .seconds(4))
        }
        services = [
            SideBySide(
                services: [
                    supervisor(rabbitMQ.portMapper), supervisor(rabbitMQ.broker), supervisor(redis),
                    // Making the database cluster takes a second or two, in which the broker starts already.
                    Prepared { supervisor(try await postgres.prepare()) },
                ])
        ]
    }
}

/// Runs services at the same time and stops them at the same time.
private struct SideBySide: Service {
    let services: [any Service]

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { try await service.run() } }
            try await group.waitForAll()
        }
    }
}

/// A service that must be prepared before it can run.
private struct Prepared: Service {
    let make: @Sendable () async throws -> any Service

    init(_ make: @escaping @Sendable () async throws -> any Service) { self.make = make }

    func run() async throws { try await make().run() }
}
