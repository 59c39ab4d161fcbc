import AsyncHTTPClient
import Foundation
import KubernetesClient
import LocalNode
import NIOCore
import NIOHTTP1
import NIOSSL
import Testing

/// A node of a cluster that knows nothing of it: no scheduler binds its pods, no certificate of the cluster is its own.
@Suite(.serialized) struct JoinedNodeTests {
    @Test func withoutASchedulerPodsThatFitAreTaken() async throws {
        try await NodeUnderTest.run(controllers: false) { node in
            var configuration = node.configuration
            configuration.taints = [try #require(Taint("team=shop:NoSchedule"))]
            let tolerant: JSONValue = ["tolerations": [["key": "team", "operator": "Exists"]]]
            var lease = UntypedObject(.lease, name: "kube-scheduler", namespace: "kube-system")
            lease.spec = [
                "holderIdentity": "it", "leaseDurationSeconds": 3600, "renewTime": .string(Timestamp.now.micro),
            ]
            try await node.client.create(.lease, lease)
            try await node.create("refused", script: "sleep 60")
            try await node.create("taken", script: "sleep 60", spec: tolerant)
            try await node.withAgent(configuration) {
                try await node.eventually("the node is ready") {
                    try await node.client.find(.node, "local")?["status", "conditions"] != nil
                }
                #expect(try await node.pod("taken")["spec", "nodeName"] == nil, "a scheduler is alive")
                try await node.client.delete(.lease, "kube-scheduler", namespace: "kube-system")
                try await node.waitReady("taken")
                try await node.eventually("it is said why") {
                    try await node.condition("refused", "PodScheduled")?["message"]?.stringValue
                        == "0/1 nodes are available: 1 node(s) had untolerated taint(s). preemption: 0/1 nodes are available: "
                        + "1 Preemption is not helpful for scheduling."
                }
            }
        }
    }

    @Test func aNodeThatIsDeletedComesBack() async throws {
        try await NodeUnderTest.withNode { node in
            try await node.eventually("it is there") { try await node.client.find(.node, "local") != nil }
            let before = try await node.client.get(.node, "local")
            try await node.client.delete(.node, "local")
            try await node.eventually("it is there again, ready") {
                let after = try await node.client.find(.node, "local")
                return after.map { $0.uid != before.uid } == true
                    && after?["status", "conditions"]?.arrayValue?.contains {
                        $0["type"] == "Ready" && $0["status"] == "True"
                    } == true
            }
        }
    }

    @Test func claimsThatNobodyServesGetAVolume() async throws {
        try await NodeUnderTest.run { node in
            var configuration = node.configuration
            configuration.isForeign = true
            try await node.withAgent(configuration) {
                var claim = UntypedObject(.persistentVolumeClaim, name: "data", namespace: "default")
                claim.spec = ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "3Gi"]]]
                claim = try await node.client.create(.persistentVolumeClaim, claim)
                try await node.create(
                    "keeps", script: "echo kept > \"$CONTAINER_SANDBOX_MOUNT_POINT/data/file\"",
                    container: ["volumeMounts": [["name": "data", "mountPath": "/data"]]],
                    spec: [
                        "restartPolicy": "Never",
                        "volumes": [["name": "data", "persistentVolumeClaim": ["claimName": "data"]]],
                    ])
                try await node.waitPhase("keeps", "Succeeded")
                let volume = try await node.client.get(.persistentVolume, "pvc-\(claim.uid)")
                #expect(volume["spec", "claimRef", "uid"]?.stringValue == claim.uid)
                #expect(volume["spec", "capacity", "storage"] == "3Gi")
                let path = try #require(volume["spec", "hostPath", "path"]?.stringValue)
                #expect(try String(contentsOfFile: "\(path)/file", encoding: .utf8) == "kept\n")
                // As the cluster's volume controller says once the claim is gone.
                try await node.client.patch(
                    .persistentVolume, volume.name, .merge(["status": ["phase": "Released"]]), subresource: "status")
                try await node.eventually("both volume and data are gone") {
                    try await node.client.find(.persistentVolume, volume.name) == nil
                        && !FileManager.default.fileExists(atPath: path)
                }
            }
        }
    }

    @Test func theKubeletAPIAsksTheAPIServerWhoMay() async throws {
        try await NodeUnderTest.withNode { node in
            try await node.create("speaks", script: "echo hello", spec: ["restartPolicy": "Never"])
            try await node.waitPhase("speaks", "Succeeded")
            let registered = try await node.client.get(.node, "local")
            let port = registered["status", "daemonEndpoints", "kubeletEndpoint", "Port"]?.intValue ?? 0
            let url = "https://\(node.address(5)):\(port)/containerLogs/default/speaks/main"
            func ask(_ account: String?) async throws -> UInt {
                var request = HTTPClientRequest(url: url)
                if let account {
                    let token = try await node.client.serviceAccountToken(account, namespace: "default").token
                    request.headers.add(name: "Authorization", value: "Bearer \(token)")
                }
                return try await node.insecurely { try await $0.execute(request, timeout: .seconds(5)).status.code }
            }
            #expect(try await ask(nil) == 200, "who has the agent's files can have its answers")
            #expect(try await ask("default") == 403)
            try await node.client.create(
                .serviceAccount, UntypedObject(.serviceAccount, name: "admin", namespace: "default"))
            var binding = UntypedObject(.clusterRoleBinding, name: "logs")
            binding.json["roleRef"] = [
                "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin",
            ]
            binding.json["subjects"] = [["kind": "ServiceAccount", "name": "admin", "namespace": "default"]]
            try await node.client.create(.clusterRoleBinding, binding)
            try await node.eventually("the administrator may") { try await ask("admin") == 200 }
        }
    }
}

extension NodeUnderTest {
    /// As an API server asks that was told no authority of kubelets.
    func insecurely<Value: Sendable>(_ body: (HTTPClient) async throws -> Value) async throws -> Value {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .none
        let http = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: HTTPClient.Configuration(tlsConfiguration: tls))
        let result: Result<Value, any Error>
        do { result = .success(try await body(http)) } catch { result = .failure(error) }
        try await http.shutdown()
        return try result.get()
    }
}
