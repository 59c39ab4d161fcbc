import KubernetesClient
import StorefrontAPI
import TestOperator
import Testing

extension InCluster {
    @Suite("The definition")
    struct DefinitionTests {
        @Test("is accepted and established, with its status and columns")
        func established() async throws {
            let client = try currentCluster().cluster.administrator
            let definition = try await client.get(.customResourceDefinition, ClusterUnderTest.definition)
            let conditions = definition["status", "conditions"]?.arrayValue ?? []
            for type in ["Established", "NamesAccepted"] {
                #expect(conditions.contains { $0["type"]?.stringValue == type && $0["status"] == "True" })
            }
            // Such as a schema that is not structural.
            #expect(!conditions.contains { $0["type"] == "NonStructuralSchema" })
            let kinds = try await client.resources(group: "storefront.dev", version: "v1alpha1")
            #expect(kinds.contains(Storefront.resourceKind))
        }

        @Test("gives a new Storefront its defaults")
        func defaults() async throws {
            let cluster = try currentCluster()
            let namespace = try await cluster.newNamespace("defaults")
            let scene = try await ShopScene.apply(cluster.cluster, namespace: namespace, secrets: false) {
                $0[path: ["spec", "services", "user"]] = nil
            }
            let storefront = try #require(try await scene.object(Storefront.resourceKind, "acme"))
            #expect(storefront["spec", "services", "user", "autoscaling"]?["minReplicas"] == 2)
            #expect(storefront["spec", "deletionPolicy"] == "Retain")
            let spec = try Storefront(untyped: storefront).spec()
            #expect(spec.services.user.autoscaling.maxReplicas == 10)
        }

        @Test(
            "refuses a Storefront that makes no sense, in words that say what is wrong",
            arguments: [
                (["logLevel": "loud"], "spec.logLevel: Unsupported value: \"loud\""),
                (
                    ["order": ["taxBasisPoints": -1]],
                    "spec.order.taxBasisPoints: Invalid value: -1: "
                        + "spec.order.taxBasisPoints in body should be greater than or equal to 0"
                ),
                (
                    ["services": ["user": ["autoscaling": ["minReplicas": 9]]]],
                    "minReplicas must not exceed maxReplicas"
                ),
                (["currency": "EUR"], "the currency of a shop cannot be changed"),
                (["postgres": .null], "spec.postgres: Required value"),
                (
                    ["services": ["user": ["env": [["name": "POD_IP", "value": "1"]]]]],
                    "POD_IP, POD_NAME and POD_NAMESPACE are set by the operator"
                ),
                (["notifications": ["file": .null]], "set file, smtp or both"),
            ] as [(JSONValue, String)])
        func refused(_ change: JSONValue, _ words: String) async throws {
            let cluster = try currentCluster()
            let namespace = try await cluster.newNamespace("refused")
            let scene = try await ShopScene.apply(cluster.cluster, namespace: namespace, secrets: false)
            let error = await #expect(throws: KubernetesError.self) { try await scene.patch(change) }
            #expect(error?.isInvalid == true)
            #expect(error?.status?.message.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
        }
    }
}
