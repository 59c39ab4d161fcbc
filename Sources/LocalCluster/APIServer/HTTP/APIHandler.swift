internal import APIMachinery
internal import HTTPTypes
internal import Hummingbird
internal import KubernetesClient
internal import Logging
internal import NIOCore

/// Answers every request: who is it, what is asked, may they, and then the handler for it.
struct APIHandler: HTTPResponder {
    typealias Context = APIContext

    let store: ObjectStore
    let registry: Registry
    let authenticator: Authenticator
    let authorizer: Authorizer
    let tokens: ServiceAccountTokens
    let services: ServiceAllocator
    let kubelet: KubeletClient
    let podCounters = PodCounters()
    /// Whether pods get their ServiceAccount's token mounted.
    let admitsServiceAccounts: Bool
    let logger: Logger

    /// As Kubernetes: larger bodies are refused.
    private static let bodyLimit = 3 * 1024 * 1024

    private static let endpointsWarning =
        "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"

    func respond(to request: Request, context: APIContext) async throws -> Response {
        do {
            return try await answer(request, context)
        } catch let error as StatusError {
            return .failure(error)
        } catch let failure as WarnedFailure {
            return .failure(failure.error).with(warnings: failure.warnings)
        } catch {
            logger.error("request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            return .failure(
                StatusError(
                    code: 500, reason: "InternalError", message: "Internal error occurred: \(error)",
                    details: .init(causes: [.init(reason: nil, message: "\(error)")])))
        }
    }

    private func answer(_ request: Request, _ context: APIContext) async throws -> Response {
        if request.uri.path.contains("//") { return .pageNotFound }
        let query = QueryParameters(request.uri.query ?? "")
        let target = RequestTarget(method: request.method, path: request.uri.path, query: query)
        try Self.checkTimeout(query, target)
        guard let sender = await authenticator.user(of: request.headers, on: context.channel) else {
            throw StatusError.unauthorized
        }
        let user = try impersonated(sender, request.headers, target)
        try authorize(user, target)
        var body: [UInt8] = []
        if request.method != .get {
            guard let collected = try? await request.body.collect(upTo: Self.bodyLimit) else {
                throw StatusError(
                    code: 413, reason: "RequestEntityTooLarge",
                    message: "Request entity too large: limit is \(Self.bodyLimit)")
            }
            body = Array(collected.readableBytesView)
        }
        let request = APIRequest(
            method: request.method, path: request.uri.path, query: query, headers: request.headers, body: body,
            target: target, user: user, channel: context.channel)
        switch target {
        case .nonResource: return try answerPath(request)
        case .resource(let target):
            guard let warning = deprecation(target) else { return try await answerResource(request, target) }
            do {
                return try await answerResource(request, target).with(warnings: [warning])
            } catch let error as StatusError {
                throw WarnedFailure(error: error, warnings: [warning])
            }
        }
    }

    /// A limit that the client sets itself, which a watch and a log do not have.
    private static func checkTimeout(_ query: QueryParameters, _ target: RequestTarget) throws(StatusError) {
        if case .resource(let target) = target, target.verb == "watch" || target.subresource == "log" { return }
        guard let text = query["timeout"], !text.isEmpty else { return }
        do { _ = try GoDuration.nanoseconds(text) } catch {
            throw .badRequest("invalid timeout specified in the request URL - \(error.message)")
        }
    }

    /// What every answer about a deprecated kind warns of.
    private func deprecation(_ target: ResourceTarget) -> String? {
        if target.group.isEmpty { return target.resource == "endpoints" ? Self.endpointsWarning : nil }
        return registry.definition(group: target.group, version: target.version, plural: target.resource)?
            .deprecationWarning
    }

    private func authorize(_ user: UserInfo, _ target: RequestTarget) throws(StatusError) {
        let access =
            switch target {
            case .nonResource(let path, let verb): AccessAttributes(verb: verb, path: path)
            case .resource(let target):
                AccessAttributes(
                    verb: target.verb, group: target.group, resource: target.fullResource,
                    name: target.selectedName ?? target.name, namespace: target.namespace)
            }
        let decision = authorizer.authorize(user, access)
        guard decision.allowed else { throw .forbidden(user, target, reason: decision.reason) }
    }

    private func answerResource(_ request: APIRequest, _ target: ResourceTarget) async throws -> Response {
        if target.group == Self.customMetricsGroup { return try await customMetrics(request, target) }
        guard
            let definition = registry.definition(
                group: target.group, version: target.version, plural: target.resource)
        else {
            if registry.isBuiltin(group: target.group) { throw StatusError.resourceNotFound }
            return .pageNotFound
        }
        let request = ObjectRequest(request: request, target: target, definition: definition)
        guard target.namespace.isEmpty || definition.namespaced || target.resource == "namespaces" else {
            throw StatusError.resourceNotFound
        }
        if let review = Review(definition) {
            guard target.name.isEmpty, definition.namespaced == !target.namespace.isEmpty else {
                throw StatusError.resourceNotFound
            }
            guard target.verb == "create" else { throw StatusError.methodNotAllowed }
            return try answer(review, request)
        }
        if !target.subresource.isEmpty { return try await answerSubresource(request) }
        if definition.namespaced, target.namespace.isEmpty, !["list", "watch"].contains(target.verb) {
            throw target.name.isEmpty ? StatusError.methodNotAllowed : .resourceNotFound
        }
        guard definition.verbs.contains(target.verb),
            target.name.isEmpty == Self.isForCollections(target.verb) || target.verb == "watch"
        else { throw StatusError.methodNotAllowed }
        if target.group == "metrics.k8s.io" { return try await metrics(request) }
        if ["create", "patch"].contains(target.verb) { try await awaitDefaultAccount(request) }
        switch target.verb {
        case "get": return try get(request)
        case "list": return try list(request)
        case "watch": return try watch(request)
        case "create": return try create(request)
        case "update": return try replace(request)
        case "patch": return try patch(request)
        case "delete": return try delete(request)
        case "deletecollection": return try deleteCollection(request)
        default: throw StatusError.methodNotAllowed
        }
    }

    private static func isForCollections(_ verb: String) -> Bool {
        ["list", "watch", "create", "deletecollection"].contains(verb)
    }
}

/// What a request came in on.
struct APIContext: InitializableFromSource, Sendable {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }
}

/// A request about objects of a served kind.
struct ObjectRequest: Sendable {
    let request: APIRequest
    let target: ResourceTarget
    let definition: ResourceDefinition

    var query: QueryParameters { request.query }
    var namespace: String { definition.namespaced ? target.namespace : "" }
    var name: String { target.name }
    /// `nil` for the object itself.
    var subresource: String? { target.subresource.isEmpty ? nil : target.subresource }
}
