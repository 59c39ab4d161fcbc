internal import APIMachinery
internal import HTTPTypes
internal import Hummingbird
internal import KubernetesClient

extension APIHandler {
    /// Everything that is not about objects.
    func answerPath(_ request: APIRequest) throws -> Response {
        let segments = request.path.split(separator: "/").map(String.init)
        if let check = HealthCheck(segments, request.query) { return check.answer }
        let isRead = request.method == .get || request.method == .head
        switch (segments.first ?? "", segments.count) {
        case ("api", 1) where !isRead, ("version", 1) where !isRead: throw StatusError.methodNotAllowed
        case _ where !isRead: return .pageNotFound
        case ("version", 1):
            _ = try DiscoveryForm.negotiate(request.headers[.accept])
            return .json(ServerVersion.json)
        case ("api", _): return try answerCore(request, segments)
        case ("apis", _): return try answerGroups(request, segments)
        case ("openapi", _) where segments.dropFirst().first == "v3":
            return answerOpenAPI(request, Array(segments.dropFirst(2)))
        case ("openapi", 2) where segments[1] == "v2": return answerOpenAPIVersion2(request)
        case ("metrics", 1): return .text(ServerMetrics(store).text)
        case (".well-known", 2) where request.path.hasPrefix(TokenDiscovery.configurationPath):
            return .json(TokenDiscovery.configuration(address: request.address))
        case ("openid", 3) where request.path.hasPrefix(TokenDiscovery.keysPath):
            return .json(tokens.keySet, type: "application/jwk-set+json")
        case ("", _):
            return .json([
                "paths": [
                    "/.well-known/openid-configuration", "/api", "/api/v1", "/apis", "/healthz", "/livez", "/metrics",
                    "/openapi/v2", "/openapi/v3", "/openid/v1/jwks", "/readyz", "/version",
                ]
            ])
        default: return .pageNotFound
        }
    }

    private func answerCore(_ request: APIRequest, _ segments: [String]) throws(StatusError) -> Response {
        let form = try DiscoveryForm.negotiate(request.headers[.accept], isCore: segments.count == 1)
        switch segments.count {
        case 1:
            guard case .aggregated = form else { return .json(Discovery.coreVersions(address: request.address)) }
            return aggregated(request, core: true)
        case 2 where segments[1] == "v1": return try answerResources(group: "", version: "v1")
        default: throw .resourceNotFound
        }
    }

    private func answerGroups(_ request: APIRequest, _ segments: [String]) throws(StatusError) -> Response {
        let form = try DiscoveryForm.negotiate(request.headers[.accept])
        switch segments.count {
        case 1:
            guard case .aggregated = form else {
                return .json(registry.document("/apis") { Discovery.groupList($0) }.bytes)
            }
            return aggregated(request, core: false)
        case 2:
            guard let group = Discovery.group(segments[1], registry.all) else { return .pageNotFound }
            return .json(group)
        default: return try answerResources(group: segments[1], version: segments[2])
        }
    }

    private func answerResources(group: String, version: String) throws(StatusError) -> Response {
        guard let list = Discovery.resourceList(group: group, version: version, registry.all) else {
            if registry.isBuiltin(group: group) { throw .resourceNotFound }
            return .pageNotFound
        }
        return .json(list)
    }

    private func aggregated(_ request: APIRequest, core: Bool) -> Response {
        request.answer(
            registry.document("aggregated/\(core)") { Discovery.aggregated(core: core, $0) },
            type: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
    }

    private func answerOpenAPI(_ request: APIRequest, _ path: [String]) -> Response {
        let (group, version): (String, String)
        switch path.count {
        case 0:
            return request.answer(
                registry.document("openapi") { OpenAPIDocument.index($0) }, type: "text/plain; charset=utf-8")
        case 2 where path[0] == "api": (group, version) = ("", path[1])
        case 3 where path[0] == "apis": (group, version) = (path[1], path[2])
        default: return Response(status: .notFound)
        }
        guard registry.all.contains(where: { $0.group == group && $0.version == version }) else {
            return Response(status: .notFound)
        }
        return request.answer(
            registry.document("openapi/\(group)/\(version)") {
                OpenAPIDocument.document(group: group, version: version, $0)
            })
    }
}

extension APIHandler {
    private func answerOpenAPIVersion2(_ request: APIRequest) -> Response {
        let clauses = MediaClause.parse(request.headers[.accept] ?? "*/*")
        guard let clause = clauses.first(where: { $0.isJSON || OpenAPIProtobuf.accepted.contains($0.type) }) else {
            return Response(status: .notAcceptable)
        }
        if clause.isJSON { return request.answer(registry.document("openapi/v2") { OpenAPIVersion2.document($0) }) }
        return request.answer(
            registry.document("openapi/v2/protobuf", bytes: { OpenAPIProtobuf.bytes(OpenAPIVersion2.document($0)) }),
            type: OpenAPIProtobuf.contentType)
    }
}

extension APIRequest {
    /// Where the client found the server.
    fileprivate var address: String {
        guard let address = channel.localAddress, let host = address.ipAddress, let port = address.port else {
            return ""
        }
        return "\(host):\(port)"
    }

    /// A document, or that it is still the one the client has.
    fileprivate func answer(_ document: ServedDocument, type: String = "application/json") -> Response {
        var response =
            headers[.ifNoneMatch] == document.tag
            ? Response(status: .notModified) : .json(document.bytes, type: type)
        response.headers[.eTag] = document.tag
        response.headers[.vary] = "Accept"
        return response
    }
}

/// `/livez` and its like: the server that answers is well.
private struct HealthCheck {
    let answer: Response

    init?(_ segments: [String], _ query: QueryParameters) {
        guard let name = segments.first, ["healthz", "livez", "readyz"].contains(name) else { return nil }
        let checks = ["ping", "log", "storage"]
        switch segments.count {
        case 1 where query["verbose"] != nil:
            let excluded = query.all("exclude")
            let lines = checks.map { "[+]\($0)\(excluded.contains($0) ? " excluded:" : "") ok\n" }
            answer = .text(lines.joined() + "\(name) check passed\n")
        case 1: answer = .text("ok")
        case 2 where checks.contains(segments[1]): answer = .text("ok")
        default: answer = .pageNotFound
        }
    }
}

/// What the server tells of itself, in the format of Prometheus.
private struct ServerMetrics {
    let text: String

    init(_ store: ObjectStore) {
        var lines = [
            "# HELP apiserver_resource_objects Stored objects by resource.", "# TYPE apiserver_resource_objects gauge",
        ]
        let counts = store.counts
        lines += counts.map { "apiserver_resource_objects{resource=\"\($0.resource)\"} \($0.objects)" }
        lines += [
            "# HELP apiserver_longrunning_requests Open watches by resource.",
            "# TYPE apiserver_longrunning_requests gauge",
        ]
        lines += counts.map {
            "apiserver_longrunning_requests{verb=\"WATCH\",resource=\"\($0.resource)\"} \($0.watches)"
        }
        text = lines.joined(separator: "\n") + "\n"
    }
}

/// What `/version` says: the behaviour this server follows.
enum ServerVersion {
    static let git = "v1.36.0"

    static let json: JSONValue = [
        "major": "1", "minor": "36", "gitVersion": .string(git), "gitCommit": "storefront", "gitTreeState": "clean",
        "buildDate": "2026-04-22T00:00:00Z", "goVersion": "swift6.3", "compiler": "swiftc", "platform": "linux/amd64",
        "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1", "minCompatibilityMinor": "35",
    ]
}
