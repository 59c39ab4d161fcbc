import Contracts
import HTTPConnections
import HTTPTypes
import Hummingbird
import Messaging
import PodEnvironment
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `/health` (the process lives), `/ready` (it should get requests) and `/metrics`.
struct ManagementApplication {
    let runtime: ServiceRuntime
    let readiness: Readiness
    let metrics: PrometheusRegistry

    private struct Report: Encodable {
        var status: String
        var checks: [String: Bool]
    }

    func build() -> some ApplicationProtocol {
        let router = Router()
        router.get("/health") { _, _ in "ok\n" }
        router.get("/ready") { _, _ -> Response in
            let checks = await self.checks()
            let ready = checks.values.allSatisfy { $0 }
            let body = try ContractsJSON.encoder().encode(
                Report(status: ready ? "ready" : "unavailable", checks: checks))
            return Response(
                status: ready ? .ok : .serviceUnavailable, headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(bytes: body)))
        }
        router.get("/metrics") { _, _ -> Response in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: metrics.text())))
        }
        return Application(
            router: router, server: .kept(),
            configuration: ApplicationConfiguration(
                address: .hostname(runtime.environment.listenAddress, port: PodLayout.managementPort), serverName: nil),
            logger: runtime.logger)
    }

    /// The broker must have been reached once; while it is away later, events wait in the outbox and requests go on.
    func checks() async -> [String: Bool] {
        var checks = ["prepared": readiness.isPrepared, "accepting": !readiness.isDraining]
        if let publisher = runtime.publisher { checks["broker"] = publisher.hasBeenConnected }
        let pool = runtime.pool
        let answered =
            (try? await withTimeLimit(.seconds(1)) { try await pool.query("SELECT 1") }) != nil
        checks["database"] = answered || pool.hasAnswered(within: .seconds(3))
        return checks
    }
}
