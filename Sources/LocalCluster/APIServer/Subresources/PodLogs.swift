internal import APIMachinery
internal import AsyncHTTPClient
internal import HTTPTypes
internal import Hummingbird
internal import KubernetesClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

extension APIHandler {
    /// `pods/log`: passes on what the pod's node says.
    func log(_ request: ObjectRequest) async throws -> Response {
        let pod = try find(request).value()
        try Self.checkLogOptions(request)
        let container = try chooseContainer(pod, request)
        let node = pod.text("spec", "nodeName")
        // A pod that no node has taken has said nothing yet.
        if node.isEmpty { return Response(status: .noContent) }
        guard let address = store.object("nodes", "", node).flatMap({ KubeletClient.address($0.value()) }) else {
            throw StatusError(
                code: 500, reason: "InternalError",
                message: "Internal error occurred: no address known of node \"\(node)\"")
        }
        let names = ["follow", "previous", "timestamps", "tailLines", "sinceSeconds", "sinceTime", "limitBytes"]
        let query = names.compactMap { name in request.query[name].map { "\(name)=\($0.queryEncoded)" } }
        let path = "/containerLogs/\(request.namespace)/\(request.name)/\(container)?\(query.joined(separator: "&"))"
        let answer = try await kubelet.get("https://\(address)\(path)")
        guard answer.status == .ok else {
            let text = try await String(buffer: answer.body.collect(upTo: 64 * 1024))
            let isClientError = (400..<500).contains(answer.status.code)
            throw StatusError(
                code: Int(answer.status.code), reason: isClientError ? "BadRequest" : "InternalError",
                message: text.trimmed)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/plain"],
            body: ResponseBody { writer in
                for try await part in answer.body { try await writer.write(part) }
                try await writer.finish(nil)
            })
    }

    private func chooseContainer(_ pod: JSONValue, _ request: ObjectRequest) throws(StatusError) -> String {
        func names(_ key: String) -> [String] {
            pod[path: ["spec", key]]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
        }
        let containers = names("containers")
        let all = names("initContainers") + containers
        if let container = request.query["container"], !container.isEmpty {
            guard all.contains(container) else {
                throw .badRequest("container \(container) is not valid for pod \(request.name)")
            }
            return container
        }
        if containers.count == 1 { return containers[0] }
        if let annotated = pod[path: ["metadata", "annotations", "kubectl.kubernetes.io/default-container"]]?
            .stringValue,
            containers.contains(annotated)
        {
            return annotated
        }
        throw .badRequest(
            "a container name must be specified for pod \(request.name), choose one of: "
                + "[\(all.joined(separator: " "))]")
    }

    private static func checkLogOptions(_ request: ObjectRequest) throws(StatusError) {
        var errors: [FieldError] = []
        for (name, least) in [("tailLines", 0), ("sinceSeconds", 1), ("limitBytes", 1)] {
            guard let text = request.query[name] else { continue }
            guard let number = Int(text) else {
                throw .badRequest("strconv.ParseInt: parsing \(JSONValue.string(text).text()): invalid syntax")
            }
            let bound = least == 0 ? "greater than or equal to 0" : "greater than 0"
            if number < least { errors.append(.invalid(name, JSONValue(number), "must be \(bound)")) }
        }
        if request.query["sinceSeconds"] != nil, request.query["sinceTime"] != nil {
            errors.append(.forbidden("[]", "at most one of `sinceTime` or `sinceSeconds` may be specified"))
        }
        if !errors.isEmpty { throw .invalid(kind: "PodLogOptions", group: "", name: request.name, errors) }
    }
}

/// Asks nodes, as the API server, with its own client certificate.
struct KubeletClient: Sendable {
    private let client: HTTPClient

    init(certificate: IssuedCertificate) throws {
        var tls = TLSConfiguration.makeClientConfiguration()
        // As Kubernetes without --kubelet-certificate-authority: nodes bring certificates of their own making.
        tls.certificateVerification = .none
        tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.certificatePEM.utf8)).map {
            .certificate($0)
        }
        tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(certificate.privateKeyPEM.utf8), format: .pem))
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.timeout.connect = .seconds(5)
        configuration.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func get(_ url: String) async throws -> HTTPClientResponse {
        // A log that is followed has no end.
        try await client.execute(HTTPClientRequest(url: url), timeout: .hours(24))
    }

    func shutdown() async throws { try await client.shutdown() }

    /// `10.0.0.1:10250` of a Node, `nil` while it has none.
    static func address(_ node: JSONValue) -> String? {
        let addresses = node[path: ["status", "addresses"]]?.arrayValue ?? []
        guard let address = addresses.first(where: { $0.text("type") == "InternalIP" })?.text("address") else {
            return nil
        }
        let port = node[path: ["status", "daemonEndpoints", "kubeletEndpoint", "Port"]]?.intValue ?? 10250
        return "\(address):\(port)"
    }
}

extension String {
    fileprivate var queryEncoded: String {
        utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            if byte < 128, character.isLetter || character.isNumber || "-._~".contains(character) {
                return String(character)
            }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
