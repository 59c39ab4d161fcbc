import Foundation
import KubernetesClient
import NIOHTTP1
import Testing

extension ServerTests {
    private static func review(_ verb: String, _ group: String, _ resource: String) -> UntypedObject {
        var review = UntypedObject(selfSubjectAccessReview, name: "")
        review["spec", "resourceAttributes"] = [
            "verb": .string(verb), "group": .string(group), "resource": .string(resource), "namespace": "default",
        ]
        return review
    }

    private static let selfSubjectAccessReview = ResourceKind(
        group: "authorization.k8s.io", version: "v1", plural: "selfsubjectaccessreviews",
        kind: "SelfSubjectAccessReview", isNamespaced: false)

    @Test func aRoleLabelledAsPartOfViewIsPartOfIt() async throws {
        try await withServer { running in
            let admin = running.client
            try await admin.create(.serviceAccount, UntypedObject(.serviceAccount, name: "op", namespace: "default"))
            var binding = UntypedObject(.roleBinding, name: "op", namespace: "default")
            binding["roleRef"] = ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"]
            binding["subjects"] = [["kind": "ServiceAccount", "name": "op", "namespace": "default"]]
            try await admin.create(.roleBinding, binding)
            let token = try await admin.serviceAccountToken("op", namespace: "default").token
            try await running.withClient(token: token) { client in
                func may() async throws -> Bool {
                    let review = Self.review("list", "storefront.dev", "storefronts")
                    return try await client.create(Self.selfSubjectAccessReview, review)["status", "allowed"] == true
                }
                #expect(try await !may())
                var part = UntypedObject(
                    .clusterRole, name: "view-storefronts",
                    labels: ["rbac.authorization.k8s.io/aggregate-to-view": "true"])
                part["rules"] = [["apiGroups": ["storefront.dev"], "resources": ["storefronts"], "verbs": ["list"]]]
                try await admin.create(.clusterRole, part)
                #expect(try await may())
                try await admin.delete(.clusterRole, "view-storefronts")
                #expect(try await !may())
            }
        }
    }

    @Test func aTokenDiesWithTheSecretItIsBoundTo() async throws {
        try await withServer { running in
            let admin = running.client
            try await admin.create(.serviceAccount, UntypedObject(.serviceAccount, name: "op", namespace: "default"))
            try await admin.create(.secret, UntypedObject(.secret, name: "key", namespace: "default"))
            let body: JSONValue = [
                "spec": ["boundObjectRef": ["kind": "Secret", "apiVersion": "v1", "name": "key"]]
            ]
            let answer = try await admin.send(
                APIRequest(
                    .POST, "/api/v1/namespaces/default/serviceaccounts/op/token", body: body.bytes(), isIdempotent: true
                ))
            let token = try #require(try answer.json()["status"]?["token"]?.stringValue)
            try await running.withClient(token: token) { client in
                await expectRefusal(\.isForbidden) { try await client.list(.configMap, namespace: "default") }
                try await admin.delete(.secret, "key", namespace: "default")
                await expectRefusal(\.isUnauthorized) { try await client.list(.configMap, namespace: "default") }
            }
        }
    }

    @Test func theNamespacesOfTheSystemCannotBeDeleted() async throws {
        try await withServer { running in
            for name in ["default", "kube-system", "kube-public"] {
                await expectRefusal(\.isForbidden) { try await running.client.delete(.namespace, name) }
            }
        }
    }

    @Test func aScaleThatIsAppliedOwnsTheReplicas() async throws {
        try await withServer { running in
            let client = running.client
            var deployment = UntypedObject(.deployment, name: "web", namespace: "default")
            deployment["spec"] = [
                "replicas": 1, "selector": ["matchLabels": ["app": "web"]],
                "template": [
                    "metadata": ["labels": ["app": "web"]],
                    "spec": ["containers": [["name": "web", "image": "web:1"]]],
                ],
            ]
            try await client.apply(.deployment, deployment, fieldManager: "owner")
            let path = "/apis/apps/v1/namespaces/default/deployments/web/scale"
            func scale(_ replicas: Int, force: Bool) -> APIRequest {
                let body: JSONValue = [
                    "apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": ["name": "web"],
                    "spec": ["replicas": JSONValue(replicas)],
                ]
                return APIRequest(
                    .PATCH, path, query: [("fieldManager", "scaler"), ("force", String(force))],
                    contentType: "application/apply-patch+yaml", body: body.bytes(), isIdempotent: true)
            }
            await expectRefusal(\.isConflict) { try await client.send(scale(3, force: false)) }
            _ = try await client.send(scale(3, force: true))
            #expect(try await client.get(.deployment, "web", namespace: "default")["spec", "replicas"] == 3)
        }
    }
}
