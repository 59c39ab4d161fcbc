public import Contracts
import HTTPConnections
public import Hummingbird
import HummingbirdCore
import NIOCore
import PodEnvironment

/// Builds a service's listeners as pure functions of the service and its runtime: a test runs the same applications
/// in-process (`app.test(.router) { … }`).
public enum ServiceApplications {
    /// How long a request may take before it is answered with problem 503.
    public static let requestTimeout = Duration.seconds(30)

    /// The public listener's application.
    public static func publicApplication(
        _ service: some StorefrontService, _ runtime: ServiceRuntime
    ) -> Application<ServiceResponder> {
        let router = makeRouter()
        service.addPublicRoutes(to: router)
        return application(
            responder(router, runtime, listener: "public", tokens: runtime.tokens) { _ in .notAsked },
            runtime, .kept(http1), port: PodLayout.publicPort)
    }

    /// The internal listener's application without TLS, as if `caller` had called every time; for tests.
    public static func internalApplication(
        _ service: some StorefrontService, _ runtime: ServiceRuntime, caller: ServiceName?
    ) -> Application<ServiceResponder> {
        let router = makeRouter()
        service.addInternalRoutes(to: router)
        return application(
            responder(router, runtime, listener: "internal", tokens: nil) { _ in
                caller.map { .service($0) } ?? .unknown
            },
            runtime, .kept(http1), port: PodLayout.internalPort)
    }

    /// The internal listener's application: the client certificate tells who is calling.
    static func internalApplication(
        _ service: some StorefrontService, _ runtime: ServiceRuntime, tls: MutualTLS
    ) -> Application<ServiceResponder> {
        let router = makeRouter()
        service.addInternalRoutes(to: router)
        let identities = PeerIdentities()
        let server = HTTPServerBuilder { responder in
            KeptConnections(
                MutualTLSChannel(
                    base: HTTP1Channel(responder: responder, configuration: http1), tls: tls, identities: identities))
        }
        return application(
            responder(router, runtime, listener: "internal", tokens: nil) { identities.identity(of: $0) },
            runtime, server, port: PodLayout.internalPort)
    }

    /// Idle connections are kept longer than the edge keeps its own, so that a request never meets a closing one.
    private static let http1 = HTTP1Channel.Configuration(idleTimeout: .seconds(90))

    private static func makeRouter() -> Router<ServiceRequestContext> {
        let router = Router(context: ServiceRequestContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: FrameworkErrors())
        return router
    }

    private static func responder(
        _ router: Router<ServiceRequestContext>, _ runtime: ServiceRuntime, listener: String, tokens: TokenVerifier?,
        identity: @escaping @Sendable (any Channel) -> PeerIdentity
    ) -> ServiceResponder {
        ServiceResponder(
            router: router.buildResponder(), routes: RouteTable(router), tokens: tokens, identity: identity,
            timeout: requestTimeout, metrics: RequestMetrics(listener: listener))
    }

    private static func application(
        _ responder: ServiceResponder, _ runtime: ServiceRuntime, _ server: HTTPServerBuilder, port: Int
    ) -> Application<ServiceResponder> {
        Application(
            responder: responder, server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(runtime.environment.listenAddress, port: port), serverName: nil),
            logger: runtime.logger)
    }
}
