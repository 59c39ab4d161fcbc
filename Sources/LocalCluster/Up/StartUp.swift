import KubernetesClient
import LocalAPIServer
import ServiceLifecycle

/// Waits for the parts to answer, runs the workload and stays until shutdown.
struct StartUp: Service {
    let servers: DataServers
    let control: ControlPlane
    let access: ClusterAccess
    let progress: ProgressDisplay
    let workload: @Sendable (ClusterAccess) async throws -> Void

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await bringUp() }
            try? await gracefulShutdown()
        } catch  where Task.isShuttingDownGracefully {
            // Whatever was under way was given up for the shutdown.
        } catch {
            try? await access.client.shutdown()
            throw error
        }
        progress.wait(for: "everything to stop")
        try? await access.client.shutdown()
    }

    private func bringUp() async throws {
        progress.wait(for: "the API server, PostgreSQL, Redis and RabbitMQ")
        try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask {
                _ = try await control.server.listeningPort()
                return "the Kubernetes API answers"
            }
            group.addTask {
                try await servers.readiness.waitForPostgres()
                return "PostgreSQL is running"
            }
            group.addTask {
                try await servers.readiness.waitForRedis()
                return "Redis is running"
            }
            group.addTask {
                try await servers.readiness.waitForRabbitMQ()
                return "RabbitMQ is running"
            }
            // The API server is the only one the workload waits for: whoever needs the others waits for them itself.
            group.addTask {
                _ = try await control.server.listeningPort()
                try await workload(access)
                return ""
            }
            for try await text in group where !text.isEmpty { progress.done(text) }
        }
    }
}
