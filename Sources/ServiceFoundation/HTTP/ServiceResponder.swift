import Contracts
import HTTPTypes
public import Hummingbird
import Logging
import Messaging
import NIOCore

/// What surrounds every route of a listener: correlation id, authentication, time limit, problem details, metrics and
/// the request log.
public struct ServiceResponder: HTTPResponder {
    public typealias Context = ServiceRequestContext

    let router: RouterResponder<ServiceRequestContext>
    let routes: RouteTable
    let tokens: TokenVerifier?
    let identity: @Sendable (any Channel) -> PeerIdentity
    let timeout: Duration
    let metrics: RequestMetrics

    public func respond(to request: Request, context: Context) async throws -> Response {
        var context = context
        let correlationID = CorrelationHeader.read(request.headers)
        context.correlationID = correlationID
        context.logger[metadataKey: "correlation_id"] = .string(correlationID)
        let prepared = context
        return await Correlation.$id.withValue(correlationID) {
            let start = ContinuousClock.now
            metrics.started()
            var response: Response
            do {
                response = try await answer(request, prepared)
            } catch {
                response = ProblemMapping.problem(of: error, prepared.logger).response(instance: request.uri.path)
            }
            response.headers[.correlationID] = correlationID
            response.headers[.contentTypeOptions] = "nosniff"
            let duration = ContinuousClock.now - start
            let route = prepared.endpointPath ?? "NotFound"
            metrics.finished(request.method, route, response.status, duration)
            prepared.logger.debug(
                "request",
                metadata: [
                    "method": "\(request.method.rawValue)", "route": "\(route)", "status": "\(response.status.code)",
                    "duration_ms": "\(duration.milliseconds)",
                ])
            return response
        }
    }

    private func answer(_ request: Request, _ context: Context) async throws -> Response {
        var context = context
        switch identity(context.channel) {
        case .notAsked: break
        case .unknown: throw Problem.forbidden("caller_not_allowed", "The client certificate names no service.")
        case .service(let caller): context.caller = caller
        }
        if let tokens, let authorization = request.headers[.authorization] {
            context.principal = try await tokens.verify(BearerToken.read(authorization))
            if let principal = context.principal {
                context.logger[metadataKey: "user_id"] = .string(principal.userID.text)
            }
        }
        let ready = context
        return try await withTimeLimit(timeout) {
            do {
                return try await router.respond(to: request, context: ready)
            } catch let problem as Problem where problem.status == 404 && ready.endpointPath == "NotFound" {
                guard let allowed = routes.methods(of: request.uri.path) else { throw problem }
                throw Problem(
                    status: 405, code: "method_not_allowed", title: "Method Not Allowed",
                    detail: "This resource has no such method.", headers: ["Allow": allowed])
            }
        }
    }
}
