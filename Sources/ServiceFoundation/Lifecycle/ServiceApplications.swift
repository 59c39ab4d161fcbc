public import Contracts
public import Hummingbird
public import NIOCore

/// Builds a service's listeners as pure functions of the service and its runtime: a test runs the same applications
/// in-process (`app.test(.router) { … }`).
public enum ServiceApplications {
    /// The public listener's application.
    public static func publicApplication(
        _ service: some StorefrontService, _ runtime: ServiceRuntime
    ) -> Application<RouterResponder<ServiceRequestContext>> { fatalError("soon") }

    /// The internal listener's application. `identity` tells who is calling; by default the client certificate does.
    public static func internalApplication(
        _ service: some StorefrontService, _ runtime: ServiceRuntime,
        identity: @escaping @Sendable (any Channel) -> ServiceName? = { _ in nil }
    ) -> Application<RouterResponder<ServiceRequestContext>> { fatalError("soon") }
}
