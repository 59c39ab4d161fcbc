import Foundation
import KubernetesClient
import LocalAPIServer
import Logging
import StorefrontAPI
import Testing

/// An API server in this process with the Storefront definition and the operator's ServiceAccount with its permissions,
/// as the manifests give them. The parts of a cluster that run pods are played by ``playControllers()``.
final class TestCluster: Sendable {
    let administrator: KubernetesClient
    /// With no more rights than the manifests give.
    let operatorConfiguration: ClientConfiguration
    private let server: Task<Void, any Error>
    private let folder: URL

    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private init(
        administrator: KubernetesClient, operatorConfiguration: ClientConfiguration, server: Task<Void, any Error>,
        folder: URL
    ) {
        self.administrator = administrator
        self.operatorConfiguration = operatorConfiguration
        self.server = server
        self.folder = folder
    }

    static func with(_ body: (TestCluster) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "operator-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var logger = Logger(label: "api-server")
        logger.logLevel = .error
        let apiServer = try APIServer(
            configuration: APIServerConfiguration(
                port: 0, stateFolder: folder.path, serviceRange: "127.78.128.0/17"), logger: logger)
        let running = Task { try await apiServer.run() }
        do {
            let port = try await apiServer.listeningPort()
            let configuration = try Kubeconfig(text: try apiServer.adminKubeconfig(port: port)).configuration()
            let client = KubernetesClient(configuration: configuration, logger: logger)
            let cluster = try await prepare(client, configuration, running, folder)
            try await body(cluster)
            try await client.shutdown()
        } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        _ = try? await running.value
        try? FileManager.default.removeItem(at: folder)
    }

    private static func prepare(
        _ client: KubernetesClient, _ configuration: ClientConfiguration, _ server: Task<Void, any Error>, _ folder: URL
    ) async throws -> TestCluster {
        for path in [
            "crds/storefronts.yaml", "manifests/overlays/cluster-wide/namespace.yaml",
            "manifests/base/service-account.yaml", "manifests/base/leader-election.yaml",
            "manifests/overlays/cluster-wide/rbac.yaml",
        ] {
            for object in try documents(path) {
                let kind = try #require(
                    ResourceKind.builtIn.first { $0.apiVersion == object.apiVersion && $0.kind == object.kind })
                _ = try await client.apply(kind, object, fieldManager: "tests")
            }
        }
        try await eventually("the Storefront definition") {
            (try? await client.list(Storefront.resourceKind)) != nil
        }
        let token = try await client.serviceAccountToken("storefront-operator", namespace: "storefront-system").token
        return TestCluster(
            administrator: client,
            operatorConfiguration: ClientConfiguration(
                server: configuration.server, certificateAuthority: configuration.certificateAuthority,
                token: .text(token), namespace: "storefront-system"),
            server: server, folder: folder)
    }

    /// The objects of a YAML file of this repository.
    static func documents(_ path: String) throws -> [UntypedObject] {
        let text = try String(contentsOf: repository.appending(path: path), encoding: .utf8)
        let documents = text.split(separator: "\n", omittingEmptySubsequences: false).split(separator: "---")
        return try documents.map { try JSONValue(yaml: $0.joined(separator: "\n")) }.filter { !$0.isNull }
            .map { UntypedObject($0) }
    }

    /// Until cancelled: Jobs complete, Deployments have their pods, Ingresses an address.
    func playControllers() async throws {
        while !Task.isCancelled {
            for job in try await administrator.listAll(.job).items where job["status", "conditions"] == nil {
                let now = JSONValue.string(Timestamp.now.seconds)
                try await setStatus(
                    .job, job,
                    [
                        "succeeded": 1, "startTime": now, "completionTime": now,
                        "conditions": [
                            ["type": "SuccessCriteriaMet", "status": "True", "lastTransitionTime": now],
                            ["type": "Complete", "status": "True", "lastTransitionTime": now],
                        ],
                    ])
            }
            for deployment in try await administrator.listAll(.deployment).items
            where deployment["status", "observedGeneration"]?.integerValue != deployment.generation {
                let replicas = deployment["spec", "replicas"] ?? 1
                try await setStatus(
                    .deployment, deployment,
                    [
                        "observedGeneration": JSONValue(deployment.generation), "replicas": replicas,
                        "updatedReplicas": replicas, "readyReplicas": replicas, "availableReplicas": replicas,
                    ])
            }
            for ingress in try await administrator.listAll(.ingress).items
            where ingress["status", "loadBalancer", "ingress"] == nil {
                try await setStatus(
                    .ingress, ingress,
                    ["loadBalancer": ["ingress": [["ip": "127.0.0.1", "ports": [["port": 8080, "protocol": "TCP"]]]]]])
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func setStatus(_ kind: ResourceKind, _ object: UntypedObject, _ status: JSONValue) async throws {
        do {
            _ = try await administrator.patch(
                kind, object.name, namespace: object.namespace, .merge(["status": status]), subresource: "status")
        } catch {
            if !error.isNotFound { throw error }
        }
    }

    /// The versions of all objects that the operator could have written, in a namespace.
    func versions(in namespace: String) async throws -> [String: String] {
        var versions: [String: String] = [:]
        let kinds: [ResourceKind] = [
            Storefront.resourceKind, .deployment, .job, .ingress, .service, .serviceAccount, .horizontalPodAutoscaler,
            .podDisruptionBudget, .networkPolicy, .persistentVolumeClaim, .secret, .configMap, .event,
        ]
        for kind in kinds {
            for object in try await administrator.listAll(kind, namespace: namespace).items {
                versions["\(kind)/\(object.name)"] = object.resourceVersion
            }
        }
        return versions
    }

    func secret(_ name: String, in namespace: String, _ content: [String: String]) async throws {
        var secret = UntypedObject(.secret, name: name, namespace: namespace)
        secret["data"] = .object(content.mapValues { .string(Data($0.utf8).base64EncodedString()) })
        _ = try await administrator.apply(.secret, secret, fieldManager: "tests")
    }

    func storefront(_ name: String, in namespace: String) async throws -> Storefront {
        try await administrator.get(Storefront.self, name, namespace: namespace)
    }
}

/// Tries until it is so.
func eventually(
    _ what: String, within limit: Duration = .seconds(30), _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(50))
    }
    throw NotInTime(what: what)
}

struct NotInTime: Error, CustomStringConvertible {
    var what: String
    var description: String { "not in time: \(what)" }
}
