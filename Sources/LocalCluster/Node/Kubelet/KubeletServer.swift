import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTLS
import KubernetesClient
import Logging
import NIOCore
import NIOSSL
import NIOTLS
import SwiftASN1
import X509

/// The kubelet's HTTPS API, as far as an API server asks it: container logs and statistics.
///
/// Served only to clients with a certificate of the cluster's authority that is the API server's or an administrator's.
struct KubeletServer: Sendable {
    let configuration: NodeConfiguration
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
        tls.certificateVerification = .noHostnameVerification
        // A client that does not answer a goodbye must not hold up the end.
        tls.shutdownTimeout = .milliseconds(200)
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(configuration.clientAuthorityFile))
        let clients = configuration.kubeletClients
        let application = Application(
            router: router(),
            server: try .tls(
                .http1(configuration: .init(additionalChannelHandlers: [KubeletClientCheck(allowed: clients)])),
                tlsConfiguration: tls),
            configuration: .init(address: .hostname(configuration.address, port: configuration.kubeletPort)),
            onServerRunning: { channel in listening(channel.localAddress?.port ?? 0) }, logger: logger)
        try await application.run()
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
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

    private func logs(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
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

/// Closes connections whose client certificate is not one that may ask a kubelet.
private final class KubeletClientCheck: RemovableChannelHandler, ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let allowed: Set<String>

    init(allowed: Set<String>) { self.allowed = allowed }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event, !isAllowed(context) {
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func isAllowed(_ context: ChannelHandlerContext) -> Bool {
        guard let handler = try? context.pipeline.syncOperations.handler(type: NIOSSLHandler.self),
            let bytes = try? handler.peerCertificate?.toDERBytes(),
            let certificate = try? Certificate(derEncoded: bytes)
        else { return false }
        // Values of the subject: a common name and organizations are all that Kubernetes reads.
        let values = certificate.subject.flatMap { $0 }.map { "\($0.value)" }
        return values.contains("system:masters") || values.contains { allowed.contains($0) }
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
