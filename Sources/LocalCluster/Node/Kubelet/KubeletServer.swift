import Foundation
import HTTPConnections
import HTTPTypes
import Hummingbird
import KubernetesClient
import Logging
import NIOCore
import NIOSSL

/// The kubelet's HTTPS API, as far as an API server asks it: container logs and statistics.
struct KubeletServer: Sendable {
    let configuration: NodeConfiguration
    let access: KubeletAccess
    let pods: PodSet
    let usage: PodUsage
    let logger: Logger

    /// Runs until cancelled.
    ///
    /// - Parameter listening: told the port once.
    /// - Throws: when the certificates cannot be read or the address cannot be listened on.
    func run(listening: @escaping @Sendable (Int) -> Void) async throws {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(configuration.kubeletCertificateFile)
                .map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: configuration.kubeletKeyFile, format: .pem)))
        // A client that does not answer a goodbye must not hold up the end.
        tls.shutdownTimeout = .milliseconds(200)
        if let authority = configuration.clientAuthorityFile {
            // Certificates are asked for; who has none may have a token.
            tls.certificateVerification = .optionalVerification
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority))
        }
        let waiting = WaitingConnections()
        defer { waiting.close() }
        let application = Application(
            router: router(), server: .kept(tls, waiting: waiting),
            configuration: .init(address: .hostname(configuration.address, port: configuration.kubeletPort)),
            onServerRunning: { channel in listening(channel.localAddress?.port ?? 0) }, logger: logger)
        try await application.run()
    }

    private func router() -> Router<KubeletRequestContext> {
        let router = Router(context: KubeletRequestContext.self)
        router.add(middleware: KubeletGate(access: access))
        router.get("/healthz") { _, _ in "ok" }
        router.get("/containerLogs/:namespace/:pod/:container") { request, context in
            try await logs(request, context)
        }
        router.get("/stats/summary") { _, _ in
            let body = await summary().text()
            return Response(
                status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: .init(string: body)))
        }
        return router
    }

    // MARK: logs

    private func logs(_ request: Request, _ context: KubeletRequestContext) async throws -> Response {
        let namespace = context.parameters.get("namespace") ?? ""
        let pod = context.parameters.get("pod") ?? ""
        let container = context.parameters.get("container") ?? ""
        do {
            let parameters = request.uri.queryParameters.map { (String($0.key), String($0.value)) }
            let query = try LogQuery(Dictionary(parameters, uniquingKeysWith: { $1 }))
            let (path, isLive) = try await pods.log(
                namespace: namespace, pod: pod, container: container, previous: query.previous)
            let reader = LogReader(path: path, query: query)
            return Response(
                status: .ok, headers: [.contentType: "text/plain"],
                body: ResponseBody { writer in
                    try await reader.read(isLive: isLive) { try await writer.write(ByteBuffer(bytes: $0)) }
                    try await writer.finish(nil)
                })
        } catch let error as NodeError {
            return Response(
                status: error.code == .notFound ? .notFound : .badRequest,
                body: .init(byteBuffer: ByteBuffer(string: error.message)))
        }
    }

    // MARK: statistics

    /// The kubelet's stats/v1alpha1 Summary, with the fields that metrics-server reads.
    private func summary() async -> JSONValue {
        var pods: [JSONValue] = []
        for running in await self.pods.running() {
            var containers: [JSONValue] = []
            for (name, process) in running.processes.sorted(by: { $0.key < $1.key }) {
                guard let sample = await usage.usage(process) else { continue }
                var container = Self.figures(sample)
                container["name"] = .string(name)
                containers.append(container)
            }
            pods.append([
                "podRef": [
                    "name": .string(running.pod.name), "namespace": .string(running.pod.namespace),
                    "uid": .string(running.pod.uid),
                ],
                "containers": .array(containers),
            ])
        }
        var node = await usage.machine.map(Self.figures) ?? .emptyObject
        node["nodeName"] = .string(configuration.name)
        return ["node": node, "pods": .array(pods)]
    }

    private static func figures(_ sample: PodUsage.Sample) -> JSONValue {
        let time = JSONValue.string(sample.time.seconds)
        return [
            "cpu": [
                "time": time, "usageNanoCores": JSONValue(sample.cpuNanocores),
                "usageCoreNanoSeconds": JSONValue(sample.cpuNanoseconds),
            ],
            "memory": [
                "time": time, "workingSetBytes": JSONValue(sample.memoryBytes),
                "rssBytes": JSONValue(sample.memoryBytes),
            ],
        ]
    }
}

extension LogQuery {
    /// - Throws: ``NodeError`` for numbers that are none.
    init(_ parameters: [String: String]) throws {
        func number(_ name: String) throws -> Int? {
            guard let text = parameters[name] else { return nil }
            guard let number = Int(text), number >= 0 else {
                throw NodeError(.badRequest, "invalid value of \(name): \(text)")
            }
            return number
        }
        func flag(_ name: String) -> Bool { ["true", "1", ""].contains(parameters[name] ?? "false") }
        self.init()
        follow = flag("follow")
        previous = flag("previous")
        timestamps = flag("timestamps")
        tailLines = try number("tailLines")
        limitBytes = try number("limitBytes")
        if let seconds = try number("sinceSeconds") { since = Timestamp.now + .seconds(-seconds) }
        if let text = parameters["sinceTime"] {
            guard let time = Timestamp(text) else {
                throw NodeError(.badRequest, "invalid value of sinceTime: \(text)")
            }
            since = time
        }
    }
}
