import HTTPConnections
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import PodEnvironment
import ServiceFoundation
import ServiceLifecycle

/// `/health` and `/ready` for probes, and `/metrics` in Prometheus' format. A replica that stands by is as ready as the
/// one that leads.
struct ManagementServer: Service {
    var port: Int
    var registry: PrometheusRegistry
    var logger: Logger

    func run() async throws {
        let router = Router()
        router.get("/health") { _, _ in "ok\n" }
        router.get("/ready") { _, _ in "ok\n" }
        router.get("/metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: registry.text())))
        }
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)
        let application = Application(
            router: router, server: .kept(),
            configuration: ApplicationConfiguration(
                address: .hostname(PodEnvironment.current.listenAddress, port: port), serverName: nil),
            logger: quiet)
        try await application.run()
    }
}
