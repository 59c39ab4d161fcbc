import KubernetesClient
import NIOHTTP1
import Testing

@Suite struct OpenAPITests {
    private static let protobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

    /// As client-go, Argo CD and Terraform ask for it.
    @Test(arguments: [
        ("application/com.github.proto-openapi.spec.v2@v1.0+protobuf", Optional(protobuf)), (protobuf, protobuf),
        ("application/json", "application/json"), ("*/*", "application/json"),
        ("\(protobuf), application/json", protobuf), ("application/json;as=x", "application/json"),
        ("application/yaml", nil), ("application/vnd.kubernetes.protobuf", nil), ("text/html", nil),
    ])
    func versionTwoComesInTwoForms(accept: String, type: String?) async throws {
        try await withServer { running in
            do throws(KubernetesError) {
                let answer = try await running.client.send(
                    APIRequest(.GET, "/openapi/v2", accept: accept))
                #expect(answer.headers["Content-Type"] == [type ?? "a refusal"])
                #expect(answer.headers["ETag"].first?.count == 130)
                if type == Self.protobuf {
                    #expect(answer.body.starts(with: [0x0A, 3] + Array("2.0".utf8)))
                } else {
                    #expect(try answer.json()["swagger"] == "2.0")
                }
            } catch {
                #expect(type == nil && error.status?.code == 406)
            }
        }
    }

    @Test func aDefinitionIsInItAtOnce() async throws {
        try await withServer { running in
            func names() async throws -> Set<String> {
                let answer = try await running.client.send(APIRequest(.GET, "/openapi/v2"))
                return Set(try answer.json()["definitions"]?.objectValue?.keys.map { $0 } ?? [])
            }
            #expect(try await names().contains("io.k8s.api.apps.v1.Deployment"))
            var definition = UntypedObject(.customResourceDefinition, name: "shops.example.dev", namespace: nil)
            definition.spec = [
                "group": "example.dev", "scope": "Namespaced", "names": ["plural": "shops", "kind": "Shop"],
                "versions": [
                    [
                        "name": "v1", "served": true, "storage": true,
                        "schema": ["openAPIV3Schema": ["type": "object"]],
                    ]
                ],
            ]
            try await running.client.create(.customResourceDefinition, definition)
            for _ in 0..<100 {
                if try await names().contains("dev.example.v1.Shop") { return }
                try await Task.sleep(for: .milliseconds(50))
            }
            Issue.record("the definition is not there after 5 s")
        }
    }
}
