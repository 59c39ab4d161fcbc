import Hummingbird

/// The first middleware of every router: turns the framework's own errors into problems before the router answers them
/// in its own way.
struct FrameworkErrors: RouterMiddleware {
    typealias Context = ServiceRequestContext

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError {
            throw ProblemMapping.problem(ofStatus: error.status)
        }
    }
}
