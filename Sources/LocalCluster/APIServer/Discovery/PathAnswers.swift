internal import APIMachinery
internal import HTTPTypes
internal import Hummingbird
internal import KubernetesClient

extension APIHandler {
    /// Everything that is not about objects.
    func answerPath(_ request: APIRequest) async throws -> Response {
        let segments = request.path.split(separator: "/").map(String.init)
        guard request.method == .get || request.method == .head else {
            return .pageNotFound
        }
        switch segments.first ?? "" {
        case "healthz", "livez", "readyz": return .text("ok")
        case "version" where segments.count == 1: return .json(ServerVersion.json)
        case "api": return try answerCore(request, segments)
        case "apis": return try answerGroups(request, segments)
        case "openapi" where segments.dropFirst().first == "v3":
            return answerOpenAPI(request, Array(segments.dropFirst(2)))
        case "": return .json(["paths": ["/api", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"]])
        default: return .pageNotFound
        }
    }

    private func answerCore(_ request: APIRequest, _ segments: [String]) throws(StatusError) -> Response {
        switch segments.count {
        case 1:
            guard case .aggregated(let version) = try DiscoveryForm.negotiate(request.headers[.accept]) else {
                return .json(Discovery.coreVersions)
            }
            return aggregated(core: true, version)
        case 2 where segments[1] == "v1": return try answerResources(group: "", version: "v1")
        default: throw .resourceNotFound
        }
    }

    private func answerGroups(_ request: APIRequest, _ segments: [String]) throws(StatusError) -> Response {
        switch segments.count {
        case 1:
            guard case .aggregated(let version) = try DiscoveryForm.negotiate(request.headers[.accept]) else {
                return .json(registry.document("/apis") { Discovery.groupList($0) })
            }
            return aggregated(core: false, version)
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

    private func aggregated(core: Bool, _ version: String) -> Response {
        let bytes = registry.document("aggregated/\(core)/\(version)") {
            Discovery.aggregated(core: core, version: version, $0)
        }
        return .json(bytes, type: "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList")
    }

    private func answerOpenAPI(_ request: APIRequest, _ path: [String]) -> Response {
        switch path.count {
        case 0:
            let bytes = registry.document("openapi") { OpenAPIDocument.index($0) }
            return .json(bytes, type: "text/plain; charset=utf-8")
        case 2 where path[0] == "api": return openAPI(group: "", version: path[1])
        case 3 where path[0] == "apis": return openAPI(group: path[1], version: path[2])
        default: return .pageNotFound
        }
    }

    private func openAPI(group: String, version: String) -> Response {
        guard registry.all.contains(where: { $0.group == group && $0.version == version }) else { return .pageNotFound }
        return .json(
            registry.document("openapi/\(group)/\(version)") {
                OpenAPIDocument.document(group: group, version: version, $0)
            })
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
