import KubernetesClient
import Testing

@Suite struct ObjectTests {
    @Test func pathsFollowGroupNamespaceAndSubresource() {
        #expect(
            ResourceKind.pod.path(namespace: "a", name: "b", subresource: "log") == "/api/v1/namespaces/a/pods/b/log")
        #expect(ResourceKind.deployment.path(namespace: nil) == "/apis/apps/v1/deployments")
        #expect(ResourceKind.node.path(namespace: "ignored", name: "n") == "/api/v1/nodes/n")
        #expect(
            ResourceKind.clusterRole.path(namespace: nil, name: "system:x/y z")
                == "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:x%2Fy%20z")
        #expect(ResourceKind.deployment.apiVersion == "apps/v1" && ResourceKind.pod.apiVersion == "v1")
        #expect("\(ResourceKind.lease)" == "leases.coordination.k8s.io" && "\(ResourceKind.secret)" == "secrets")
    }

    @Test func noTwoBuiltInKindsAreTheSame() {
        #expect(Set(ResourceKind.builtIn).count == ResourceKind.builtIn.count)
    }

    @Test func metadataIsReadAndWrittenInPlace() throws {
        var object = UntypedObject(.deployment, name: "d", namespace: "n", labels: ["a": "b"])
        #expect(object.apiVersion == "apps/v1" && object.kind == "Deployment" && object.key.description == "n/d")
        object.labels["c"] = "d"
        object.annotations = [:]
        object.finalizers = ["x/y"]
        object["spec", "replicas"] = 3
        let owner = UntypedObject([
            "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p", "uid": "1", "generation": 4],
        ])
        object.ownerReferences = [OwnerReference(controlledBy: owner)]
        #expect(
            object.json == [
                "apiVersion": "apps/v1", "kind": "Deployment", "spec": ["replicas": 3],
                "metadata": [
                    "name": "d", "namespace": "n", "labels": ["a": "b", "c": "d"], "finalizers": ["x/y"],
                    "ownerReferences": [
                        [
                            "apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "1", "controller": true,
                            "blockOwnerDeletion": true,
                        ]
                    ],
                ],
            ])
        #expect(object.controllerReference?.uid == "1")
        #expect(!object.isBeingDeleted && owner.generation == 4 && object.resourceVersion == nil)
        object["metadata", "deletionTimestamp"] = "2026-01-01T00:00:00Z"
        #expect(object.isBeingDeleted && object.deletionTimestamp?.seconds == "2026-01-01T00:00:00Z")
    }

    @Test func emptyMetadataIsLeftOutAndNotNull() {
        var object = UntypedObject(.pod, name: "p")
        object.labels = [:]
        object.annotations = [:]
        object.finalizers = []
        object.ownerReferences = []
        object.namespace = nil
        #expect(object.json == ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p"]])
    }

    @Test func kindsWithoutNamespaceHaveNone() {
        #expect(UntypedObject(.node, name: "n", namespace: "x").namespace == nil)
    }
}
