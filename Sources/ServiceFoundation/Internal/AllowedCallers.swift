public import Contracts
public import Hummingbird

/// Lets only the named services use a route of the internal listener: 403 for any other.
///
/// `router.group("/internal/v1/payments").add(middleware: AllowedCallers(.order))`
public struct AllowedCallers: RouterMiddleware {
    public typealias Context = ServiceRequestContext
    let callers: [ServiceName]

    public init(_ callers: ServiceName...) { self.callers = callers }

    public func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let caller = context.caller, callers.contains(caller) else {
            throw Problem.forbidden("caller_not_allowed", "This service may not call this route.")
        }
        return try await next(request, context)
    }
}
