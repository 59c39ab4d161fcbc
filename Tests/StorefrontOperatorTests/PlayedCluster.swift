import Foundation
import KubernetesClient
import LocalAPIServer
import Logging
import StorefrontAPI
import TestOperator
import TestServers

/// An API server with the Storefront definition and the operator's ServiceAccount with its permissions, as the manifests
/// give them. The parts of a cluster that run pods are played by ``playControllers()``.
///
/// The server is one of this process, or the one that the kubeconfig in `STOREFRONT_TEST_API_SERVER` names: that of a
/// Kubernetes without controllers.
struct PlayedCluster: Sendable {
    let cluster: TestCluster
    let identity: OperatorIdentity
    /// With no more rights than the manifests give.
    let operatorConfiguration: ClientConfiguration

    var administrator: KubernetesClient { cluster.administrator }

    static func with(_ body: (PlayedCluster) async throws -> Void) async throws {
        if let kubeconfig = ProcessInfo.processInfo.environment["STOREFRONT_TEST_API_SERVER"] {
            try await play(try .automatic(kubeconfig: kubeconfig), body)
            return
        }
        try await withTemporaryFolder { folder in
            var logger = Logger(label: "api-server")
            logger.logLevel = .error
            let apiServer = try APIServer(
                configuration: APIServerConfiguration(
                    port: 0, stateFolder: folder, serviceRange: "127.78.128.0/17"), logger: logger)
            let running = Task { try await apiServer.run() }
            do {
                let port = try await apiServer.listeningPort()
                try await play(Kubeconfig(text: apiServer.adminKubeconfig(port: port)).configuration(), body)
            } catch {
                running.cancel()
                _ = try? await running.value
                throw error
            }
            running.cancel()
            _ = try? await running.value
        }
    }

    private static func play(
        _ configuration: ClientConfiguration, _ body: (PlayedCluster) async throws -> Void
    ) async throws {
        let client = KubernetesClient(configuration: configuration)
        do {
            let cluster = TestCluster(configuration, client)
            try await cluster.apply(Repository.objects("crds/storefronts.yaml"))
            try await eventually(within: .seconds(30), "the Storefront definition") {
                (try? await client.list(Storefront.resourceKind)) != nil
            }
            let identity = OperatorIdentity(namespace: try await cluster.newNamespace("operator"), isClusterWide: true)
            let operatorConfiguration = try await identity.install(cluster)
            try await body(
                PlayedCluster(cluster: cluster, identity: identity, operatorConfiguration: operatorConfiguration))
            try await identity.remove(cluster)
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
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
            try await Task.sleep(for: .milliseconds(100))
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
}
