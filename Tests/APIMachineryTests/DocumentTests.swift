import KubernetesClient
import Testing

@testable import APIMachinery

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
            let own = members["$ref"]?.stringValue?.split(separator: "/").last.map { [String($0)] } ?? []
            return own + members.values.flatMap(references)
        case .array(let elements): return elements.flatMap(references)
        default: return []
        }
    }

    @Test func versionTwoHasEveryKindInOneDocument() throws {
        let custom = try Kinds.custom(spec: ["type": "object", "properties": ["a": ["type": "string"]]])
        let document = OpenAPIVersion2.document(BuiltinKinds.all + [custom])
        let definitions = try #require(document["definitions"]?.objectValue)
        #expect(document["swagger"] == "2.0" && definitions["dev.example.v1.Shop"] != nil)
        for kind in BuiltinKinds.all {
            let definition = definitions[kind.schema.typeName ?? kind.kind]
            let kinds = definition?["x-kubernetes-group-version-kind"]?.arrayValue?.map { $0["kind"]?.stringValue }
            #expect(kinds == [kind.kind], "\(kind.kind)")
        }
        let service = definitions["io.k8s.api.core.v1.ServicePort"]
        #expect(
            service?[path: ["properties", "targetPort", "$ref"]]
                == "#/definitions/io.k8s.apimachinery.pkg.util.intstr.IntOrString")
        #expect(service?[path: ["properties", "protocol"]] == ["type": "string"])
        #expect(
            definitions["io.k8s.apimachinery.pkg.util.intstr.IntOrString"] == [
                "type": "string", "format": "int-or-string",
            ])
        #expect(definitions["io.k8s.apimachinery.pkg.api.resource.Quantity"] == ["type": "string"])
        let one = document["paths"]?["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]
        #expect(one?["parameters"]?.arrayValue?.map { $0["name"] } == ["namespace", "name"])
        let put = one?["put"]
        #expect(put?["consumes"] == ["application/json", "application/yaml"])
        let deployment: JSONValue = ["$ref": "#/definitions/io.k8s.api.apps.v1.Deployment"]
        #expect(
            put?["parameters"]?[0] == ["name": "body", "in": "body", "required": true, "schema": deployment])
        #expect(one?["patch"]?["consumes"]?.arrayValue?.last == "application/apply-patch+yaml")
        #expect(put?[path: ["responses", "200"]] == ["description": "OK", "schema": deployment])
        let words = Set(
            document.bytes().split(separator: UInt8(ascii: "\"")).map { String(decoding: $0, as: UTF8.self) })
        #expect(words.isDisjoint(with: ["nullable", "oneOf", "requestBody"]))
        for reference in references(document) { #expect(definitions[reference] != nil, "\(reference)") }
    }

    /// As Kubernetes answers for the same schema.
    @Test func versionTwoOfACustomKindLosesWhatItsReadersRefuse() throws {
        let text: JSONValue = ["type": "string"]
        let kind = try Kinds.custom(spec: [
            "type": "object", "required": ["count", "maybe"],
            "properties": [
                "count": ["type": "integer", "format": "int32", "minimum": 1, "default": 3],
                "port": ["anyOf": [["type": "integer"], text], "x-kubernetes-int-or-string": true],
                "maybe": ["type": "string", "nullable": true, "description": "may be null", "enum": ["a", "b"]],
                "group": ["type": "object", "nullable": true, "properties": ["a": text]],
                "list": ["type": "array", "nullable": true, "items": text],
                "any": ["x-kubernetes-preserve-unknown-fields": true],
                "open": ["type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": ["a": text]],
                "map": [
                    "type": "object",
                    "additionalProperties": ["type": "object", "nullable": true, "properties": ["x": text]],
                ],
                "items": [
                    "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"],
                    "items": ["type": "object", "required": ["k"], "properties": ["k": text]],
                ],
                "either": [
                    "type": "object", "oneOf": [["required": ["a"]], ["required": ["b"]]],
                    "properties": ["a": text, "b": text],
                ],
                "name": ["type": "string", "allOf": [["minLength": 1]], "not": ["enum": ["x"]]],
            ],
        ])
        let definition = OpenAPIVersion2.document([kind])["definitions"]?["dev.example.v1.Shop"]
        #expect(
            definition?[path: ["properties", "spec"]] == [
                "type": "object", "required": ["count"],
                "properties": [
                    "count": ["type": "integer", "format": "int32", "minimum": 1],
                    "port": ["x-kubernetes-int-or-string": true],
                    "maybe": ["description": "may be null", "enum": ["a", "b"]], "group": [:], "list": [:],
                    "any": ["x-kubernetes-preserve-unknown-fields": true],
                    "open": ["x-kubernetes-preserve-unknown-fields": true],
                    "map": ["type": "object", "additionalProperties": [:]],
                    "items": [
                        "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"],
                        "items": ["type": "object", "required": ["k"], "properties": ["k": text]],
                    ],
                    "either": ["type": "object", "properties": ["a": text, "b": text]], "name": text,
                ],
            ])
        #expect(
            definition?[path: ["properties", "metadata", "$ref"]]
                == "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")
    }

    /// The contents of these fields, one within another.
    private func contents(_ bytes: [UInt8], _ path: Int...) throws -> [[UInt8]] {
        try path.reduce([bytes]) { messages, number in
            try messages.flatMap { message in
                var reader = ProtobufReader(message[...])
                var found: [[UInt8]] = []
                while let field = try reader.next() {
                    if field.number == number, case .bytes(let content) = field.content { found.append(Array(content)) }
                }
                return found
            }
        }
    }

    @Test func versionTwoInProtobufIsTheSameDocument() throws {
        let kind = try Kinds.custom(spec: [
            "type": "object", "required": ["a"],
            "properties": ["a": ["type": "number", "minimum": 0.5, "maxLength": 300]],
        ])
        let bytes = OpenAPIProtobuf.bytes(OpenAPIVersion2.document([kind]))
        func texts(_ contents: [[UInt8]]) -> [String] { contents.map { String(decoding: $0, as: UTF8.self) } }
        #expect(texts(try contents(bytes, 1)) == ["2.0"])
        #expect(texts(try contents(bytes, 2, 1)) == ["Kubernetes"])
        let paths = texts(try contents(bytes, 8, 2, 1))
        #expect(paths.contains("/apis/example.dev/v1/namespaces/{namespace}/shops/{name}"))
        // Definitions, then the schema of the kind, its properties, and those of its spec.
        let definitions = try contents(bytes, 9, 1)
        let shop = try #require(try definitions.first { texts(try contents($0, 1)) == ["dev.example.v1.Shop"] })
        let properties = try contents(shop, 2, 25, 1)
        let spec = try #require(try properties.first { texts(try contents($0, 1)) == ["spec"] })
        #expect(texts(try contents(spec, 2, 19)) == ["a"])
        #expect(texts(try contents(spec, 2, 25, 1, 2, 22, 1)) == ["number"])
        let value = try #require(try contents(spec, 2, 25, 1, 2).first)
        #expect(value.starts(with: [9 << 3 | 1, 0, 0, 0, 0, 0, 0, 0xE0, 0x3F]))
        #expect(value.dropFirst(9).starts(with: [11 << 3, 0xAC, 0x02]))
        #expect(texts(try contents(shop, 2, 31, 1)) == ["x-kubernetes-group-version-kind"])
        #expect(
            try JSONValue(parsing: try #require(try contents(shop, 2, 31, 2, 2).first)) == [
                ["group": "example.dev", "kind": "Shop", "version": "v1"]
            ])
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
