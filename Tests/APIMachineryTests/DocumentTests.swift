import APIMachinery
import KubernetesClient
import Testing

@Suite struct DocumentTests {
    @Test func kubectlFindsWhatItReads() throws {
        let document = OpenAPIDocument.document(group: "apps", version: "v1", BuiltinKinds.all)
        let patch = document["paths"]?["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]?["patch"]
        #expect(patch?[path: ["x-kubernetes-group-version-kind", "kind"]] == "Deployment")
        let names = patch?["parameters"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
        #expect(Set(names).isSuperset(of: ["dryRun", "fieldManager", "fieldValidation", "force"]))
        let formats = patch?[path: ["requestBody", "content"]]?.objectValue?.keys.sorted()
        #expect(formats?.contains("application/strategic-merge-patch+json") == true)
        let schemas = try #require(document[path: ["components", "schemas"]])
        let containers = schemas["io.k8s.api.core.v1.PodSpec"]?[path: ["properties", "containers"]]
        #expect(containers?["items"] == ["$ref": "#/components/schemas/io.k8s.api.core.v1.Container"])
        #expect(containers?["x-kubernetes-patch-merge-key"] == "name")
        #expect(containers?["x-kubernetes-list-map-keys"] == ["name"])
        #expect(schemas["io.k8s.api.apps.v1.DeploymentSpec"]?["required"] == ["selector", "template"])
        for (name, schema) in schemas.objectValue ?? [:] {
            for reference in references(schema) {
                #expect(schemas[reference] != nil, "\(name) refers to \(reference)")
            }
        }
    }

    private func references(_ value: JSONValue) -> [String] {
        switch value {
        case .object(let members):
            let own = members["$ref"]?.stringValue.map { [String($0.dropFirst("#/components/schemas/".count))] } ?? []
            return own + members.values.flatMap(references)
        case .array(let elements): return elements.flatMap(references)
        default: return []
        }
    }

    @Test func theIndexChangesWithADocument() throws {
        func url(_ kinds: [ResourceDefinition]) -> JSONValue? {
            OpenAPIDocument.index(kinds)["paths"]?["apis/example.dev/v1"]?["serverRelativeURL"]
        }
        let one = try Kinds.custom(spec: ["type": "object", "properties": ["a": ["type": "string"]]])
        let two = try Kinds.custom(spec: ["type": "object", "properties": ["b": ["type": "string"]]])
        #expect(url([one]) != nil)
        #expect(url([one]) != url([two]))
        let document = OpenAPIDocument.document(group: "example.dev", version: "v1", [one])
        let schema = document[path: ["components", "schemas", "dev.example.v1.Shop"]]
        #expect(schema?[path: ["properties", "spec", "properties", "a", "type"]] == "string")
    }

    /// One length-delimited field.
    private func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        [number << 3 | 2, UInt8(content.count)] + content
    }

    private func field(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

    private func body(_ apiVersion: String, _ kind: String, _ raw: [UInt8]) -> [UInt8] {
        [0x6B, 0x38, 0x73, 0] + field(1, field(1, apiVersion) + field(2, kind)) + field(2, raw)
    }

    @Test func protobufBodiesAreRead() throws {
        let metadata = field(1, field(1, "x") + field(8, []) + field(11, field(1, "app") + field(2, "web")))
        let secret = body("v1", "Secret", metadata + field(2, field(1, "key") + field(2, [0, 0xFF])) + field(3, "a/b"))
        let secrets = try Kinds.builtin("secrets")
        #expect(
            try secrets.decode(try ProtobufBody.decode(secret, as: secrets)).object == [
                "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "x", "labels": ["app": "web"]],
                "data": ["key": "AP8="], "type": "a/b",
            ])
        // A volume's source is a message of its own there, and a port either a number or a name.
        let volume = field(1, field(1, "v") + field(2, field(6, field(1, "s"))))
        let probe = field(10, field(1, field(3, field(1, [8, 1, 26, 4] + Array("http".utf8)))) + [24, 7])
        let container = field(2, field(1, "c") + probe + field(8, field(1, field(1, "cpu") + field(2, field(1, "2")))))
        let pod = try ProtobufBody.decode(body("v1", "Pod", metadata + field(2, volume + container)), as: nil)
        #expect(pod[path: ["spec", "volumes"]] == [["name": "v", "secret": ["secretName": "s"]]])
        let first = pod[path: ["spec", "containers"]]?[0]
        #expect(first?["livenessProbe"] == ["tcpSocket": ["port": "http"], "timeoutSeconds": 7])
        #expect(first?[path: ["resources", "limits", "cpu"]] == "2")
        let options = try ProtobufBody.decode(
            body("v1", "DeleteOptions", field(4, "Background")), as: secrets)
        #expect(options["propagationPolicy"] == "Background")
    }

    @Test func brokenProtobufIsABadRequest() {
        for bytes: [UInt8] in [
            [], Array("hello".utf8), [0x6B, 0x38, 0x73, 0, 0x0A, 0xFF], [0x6B, 0x38, 0x73, 0, 0x0F],
        ] {
            let error = #expect(throws: StatusError.self) { try ProtobufBody.decode(bytes, as: nil) }
            #expect(error?.code == 400)
        }
    }
}
