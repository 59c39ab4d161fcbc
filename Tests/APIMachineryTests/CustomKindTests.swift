import KubernetesClient
import Testing

@testable import APIMachinery

@Suite struct CustomKindTests {
    private static let spec: JSONValue = [
        "type": "object", "required": ["image"],
        "properties": [
            "image": ["type": "string", "minLength": 1, "maxLength": 10],
            "replicas": ["type": "integer", "minimum": 0, "maximum": 50, "default": 1],
            "tier": ["type": "string", "enum": ["free", "standard"], "default": "standard", "nullable": true],
            "host": ["type": "string", "pattern": "^[a-z0-9-]+(\\.[a-z0-9-]+)*$"],
            "port": ["x-kubernetes-int-or-string": true],
            "ratio": ["type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 1],
            "since": ["type": "string", "format": "date-time"],
            "regions": [
                "type": "array", "items": ["type": "string"], "x-kubernetes-list-type": "set", "maxItems": 3,
                "minItems": 1,
            ],
            "routes": [
                "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["path"],
                "items": [
                    "type": "object", "required": ["path"],
                    "properties": ["path": ["type": "string"], "weight": ["type": "integer", "default": 100]],
                ],
            ],
            "tags": [
                "type": "object", "additionalProperties": ["type": "string", "maxLength": 3], "maxProperties": 2,
            ],
            "store": [
                "type": "object", "default": ["class": "fast"], "properties": ["class": ["type": "string"]],
            ],
            "free": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
            "one": [
                "type": "object", "properties": ["a": ["type": "string"], "b": ["type": "string"]],
                "oneOf": [["required": ["a"]], ["required": ["b"]]],
            ],
        ],
    ]

    private func faults(_ spec: JSONValue, old: JSONValue? = nil) throws -> [String] {
        let definition = try Kinds.custom(spec: Self.spec)
        func complete(_ spec: JSONValue) -> JSONValue {
            definition.withDefaults([
                "apiVersion": "example.dev/v1", "kind": "Shop", "metadata": ["name": "a", "namespace": "ns"],
                "spec": spec,
            ])
        }
        let errors =
            old.map { definition.validateUpdate(complete(spec), old: complete($0)) }
            ?? definition.validateCreate(complete(spec))
        return errors.map(\.description).sorted()
    }

    @Test(
        arguments: [
            (["image": "x"], []),
            ([:], ["spec.image: Required value"]),
            (["image": .null], ["spec.image: Required value"]),
            (
                ["image": "x", "tier": "gold"],
                ["spec.tier: Unsupported value: \"gold\": supported values: \"free\", \"standard\""]
            ),
            (
                ["image": "x", "host": "A B"],
                ["spec.host: Invalid value: \"A B\": spec.host in body should match '^[a-z0-9-]+(\\.[a-z0-9-]+)*$'"]
            ),
            (
                ["image": "x", "replicas": -1],
                ["spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0"]
            ),
            (
                ["image": "x", "ratio": 0],
                ["spec.ratio: Invalid value: 0: spec.ratio in body should be greater than 0"]
            ),
            (
                ["image": "x", "ratio": 1.5],
                ["spec.ratio: Invalid value: 1.5: spec.ratio in body should be less than or equal to 1"]
            ),
            (["image": ""], ["spec.image: Invalid value: \"\": spec.image in body should be at least 1 chars long"]),
            (["image": "xxxxxxxxxxx"], ["spec.image: Too long: may not be more than 10 bytes"]),
            (
                ["image": 3],
                ["spec.image: Invalid value: \"integer\": spec.image in body must be of type string: \"integer\""]
            ),
            (
                ["image": "x", "port": true],
                ["spec.port: Invalid value: \"boolean\": spec.port in body must be of type integer,string: \"boolean\""]
            ),
            (
                ["image": "x", "since": "soon"],
                ["spec.since: Invalid value: \"soon\": spec.since in body must be of type date-time: \"soon\""]
            ),
            (["image": "x", "regions": ["a", "a"]], ["spec.regions[1]: Duplicate value: \"a\""]),
            (
                ["image": "x", "regions": []],
                ["spec.regions: Invalid value: 0: spec.regions in body should have at least 1 items"]
            ),
            (
                ["image": "x", "regions": ["a", "b", "c", "d"]],
                ["spec.regions: Too many: 4: must have at most 3 items"]
            ),
            (
                ["image": "x", "routes": [["path": "/"], ["path": "/", "weight": 2]]],
                ["spec.routes[1]: Duplicate value: {\"path\":\"/\"}"]
            ),
            (["image": "x", "tags": ["a": "long"]], ["spec.tags.a: Too long: may not be more than 3 bytes"]),
            (["image": "x", "one": ["a": "1"]], []),
            (
                ["image": "x", "replicas": 1.5],
                [
                    "<nil>: Invalid value: \"\": Checked value must be of type integer (default format) in spec.replicas",
                    "spec.replicas: Invalid value: \"number\": spec.replicas in body must be of type integer: \"number\"",
                ]
            ),
        ] as [(JSONValue, [String])])
    func structuralFaults(_ spec: JSONValue, _ expected: [String]) throws {
        #expect(try faults(spec) == expected)
    }

    @Test func alternativesMustFit() throws {
        #expect(
            try faults(["image": "x", "one": ["a": "1", "b": "2"]])
                == [
                    "<nil>: Invalid value: \"\": \"spec.one\" must validate one and only one schema (oneOf). Found 2 valid alternatives"
                ])
    }

    @Test func whatWasWrongBeforeMayStay() throws {
        #expect(try faults(["image": "x", "replicas": 99, "tier": "free"], old: ["image": "x", "replicas": 99]) == [])
        #expect(try faults(["image": "x", "replicas": 98], old: ["image": "x", "replicas": 99]).count == 1)
    }

    @Test func defaultsFillWhatIsThereAndUnknownFieldsGo() throws {
        let definition = try Kinds.custom(spec: Self.spec)
        func complete(_ spec: JSONValue) throws -> JSONValue? {
            let body: JSONValue = [
                "apiVersion": "example.dev/v1", "kind": "Shop", "metadata": ["name": "a"], "spec": spec, "other": 1,
            ]
            return definition.withDefaults(try definition.decode(body).object)["spec"]
        }
        #expect(
            try complete(["image": "x", "unknown": 1, "routes": [["path": "/", "junk": 1]], "free": ["any": [1]]])
                == [
                    "image": "x", "replicas": 1, "tier": "standard", "store": ["class": "fast"],
                    "routes": [["path": "/", "weight": 100]], "free": ["any": [1]],
                ])
        #expect(
            try complete(["replicas": .null, "tier": .null, "store": .null])
                == ["replicas": 1, "tier": .null, "store": ["class": "fast"]])
        let error = #expect(throws: StatusError.self) {
            try definition.decode(
                [
                    "apiVersion": "example.dev/v1", "kind": "Shop", "metadata": ["name": "a", "colour": "red"],
                    "spec": ["nested": ["b": 1]], "extra": 1,
                ], validation: .strict)
        }
        #expect(
            error?.message
                == "Shop in version \"v1\" cannot be handled as a Shop: strict decoding error: unknown field "
                + "\"metadata.colour\", unknown field \"extra\", unknown field \"spec.nested\"")
    }

    @Test func statusIsWrittenOnlyThroughItself() throws {
        let definition = try Kinds.custom(
            spec: Self.spec, status: ["type": "object", "properties": ["phase": ["type": "string"]]])
        var shop = OneObject(definition)
        try shop.write(["metadata": ["name": "a"], "spec": ["image": "x"], "status": ["phase": "Forged"]], as: "user")
        #expect(shop.value?["status"] == nil)
        try shop.merge(["status": ["phase": "Ready"], "spec": ["image": "y"]], as: "controller", subresource: "status")
        #expect(shop.value?["status"] == ["phase": "Ready"])
        #expect(shop.value?[path: ["spec", "image"]] == "x")
        #expect(shop.managers["controller/update"] == ["f:status": [".": [:], "f:phase": [:]]])
        try shop.merge(["status": .null, "spec": ["image": "z"]], as: "user")
        #expect(shop.value?["status"] == ["phase": "Ready"])
        #expect(shop.managers["controller/update"] != nil)
        let error = #expect(throws: StatusError.self) {
            try shop.merge(["status": ["phase": 7]], as: "controller", subresource: "status")
        }
        #expect(error?.details?.causes.first?.field == "status.phase")
        #expect(
            error?.details?.causes.first?.message
                == "Invalid value: \"integer\": phase in body must be of type string: \"integer\"")
    }

    // MARK: Definitions

    private func definitionFaults(_ spec: JSONValue, _ change: (inout JSONValue) -> Void = { _ in }) throws -> [String]
    {
        var crd = Kinds.definition(spec: spec)
        change(&crd)
        let definition = try Kinds.builtin("customresourcedefinitions", "apiextensions.k8s.io")
        let object = definition.prepareForCreate(definition.withDefaults(try definition.decode(crd).object))
        return definition.validateCreate(object).map(\.description)
    }

    @Test func schemasMustBeStructural() throws {
        let root = "spec.validation.openAPIV3Schema.properties[spec]"
        #expect(try definitionFaults(Self.spec) == [])
        #expect(
            try definitionFaults(["type": "object", "properties": ["a": [:]]])
                == ["\(root).properties[a].type: Required value: must not be empty for specified object fields"])
        #expect(
            try definitionFaults(["type": "object", "properties": ["a": ["type": "array"]]])
                == ["\(root).properties[a].items: Required value: must be specified"])
        #expect(
            try definitionFaults(["type": "object", "properties": ["a": ["type": "integer", "default": "x"]]]).first?
                .contains("properties[a].default: Invalid value: \"string\":  in body must be of type integer") == true)
        #expect(
            try definitionFaults([
                "type": "object",
                "properties": [
                    "a": [
                        "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"],
                        "items": ["type": "object", "properties": ["k": ["type": "string"]]],
                    ]
                ],
            ]).count == 1)
    }

    @Test func namesAndVersionsMustFit() throws {
        let plain: JSONValue = ["type": "object"]
        #expect(
            try definitionFaults(plain) { $0[path: ["metadata", "name"]] = "other.example.dev" }
                == ["metadata.name: Invalid value: \"other.example.dev\": must be spec.names.plural+\".\"+spec.group"])
        #expect(try definitionFaults(plain) { $0[path: ["spec", "scope"]] = "Galaxy" }.count == 1)
        #expect(
            try definitionFaults(plain) { crd in
                crd.changeEach(inSpec: "versions") { $0["storage"] = false }
            }.contains { $0.contains("must have exactly one version marked as storage version") })
    }

    @Test func aDefinitionIsEstablishedUnlessItsNamesAreTaken() throws {
        let crd = Kinds.definition(spec: ["type": "object"])
        let status = CustomResourceDefinitions.status(of: crd, others: [], now: "2024-01-01T00:00:00Z")
        #expect(status["conditions"]?.arrayValue?.map { $0["status"] } == ["True", "True"])
        #expect(status[path: ["acceptedNames", "kind"]] == "Shop")
        let other: JSONValue = ["plural": "shops", "singular": "shop", "kind": "Shop", "listKind": "ShopList"]
        let refused = CustomResourceDefinitions.status(of: crd, others: [other], now: "2024-01-01T00:00:00Z")
        #expect(refused["conditions"]?[0]?["reason"] == "ListKindConflict")
        #expect(refused["conditions"]?[1]?["status"] == "False")
    }
}

extension JSONValue {
    fileprivate mutating func changeEach(inSpec list: String, _ change: (inout JSONValue) -> Void) {
        var elements = self["spec"]?[list]?.arrayValue ?? []
        for index in elements.indices { change(&elements[index]) }
        self[path: ["spec", list]] = .array(elements)
    }
}
