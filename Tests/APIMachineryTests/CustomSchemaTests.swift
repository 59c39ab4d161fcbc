import KubernetesClient
import Testing

@testable import APIMachinery

@Suite struct CustomSchemaTests {
    private func faults(_ value: JSONValue, _ schema: JSONValue, old: JSONValue? = nil) -> [String] {
        StructuralValidation.faults(
            ["v": value], OpenAPISchemaReader.read(["type": "object", "properties": ["v": schema]]),
            old: old.map { ["v": $0] }
        ).map(\.description).sorted()
    }

    @Test(arguments: [
        ("date", "2024-02-29", "2023-02-29"), ("date-time", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00"),
        ("duration", "3 days", "x"), ("ipv4", "1.2.3.4", "256.1.1.1"), ("ipv6", "::1", "1::2::3"),
        ("cidr", "10.0.0.0/8", "10.0.0.0/33"), ("mac", "01:23:45:67:89:ab", "01:23"), ("byte", "YQ==", "a b"),
        ("uuid4", "123e4567-e89b-42d3-a456-426614174000", "123e4567-e89b-12d3-a456-426614174000"),
        ("email", "A <a@b.c>", "a@"), ("uri", "mailto:a@b", "a"), ("hostname", "a.example", "a.b"),
        ("isbn10", "0321751043", "0321751044"), ("creditcard", "4111 1111 1111 1111", "4111111111111112"),
        ("k8s-short-name", "abc", "Abc"), ("hexcolor", "#fff", "#ffff"), ("rgbcolor", "rgb(1,2,3)", "rgb(256,1,1)"),
    ])
    func formatsAreChecked(_ format: String, _ good: String, _ bad: String) {
        let schema: JSONValue = ["type": "string", "format": .string(format)]
        #expect(faults(.string(good), schema) == [])
        #expect(
            faults(.string(bad), schema)
                == ["v: Invalid value: \"\(bad)\": v in body must be of type \(format): \"\(bad)\""])
        #expect(faults(.string(bad), ["type": "string", "format": "no-such-format"]) == [])
    }

    @Test func combinationsTellTheAlternativeThatFitsBest() {
        let schema: JSONValue = [
            "type": "object", "properties": ["a": ["type": "string"], "b": ["type": "string"]],
            "anyOf": [["required": ["a"]], ["required": ["b"]]],
        ]
        #expect(
            faults([:], schema)
                == [
                    "<nil>: Invalid value: \"\": \"v\" must validate at least one schema (anyOf)",
                    "v.a: Required value",
                ])
        #expect(faults(["b": "1"], schema) == [])
        #expect(
            faults(3, ["type": "integer", "allOf": [["minimum": 4], ["maximum": 9]]])
                == [
                    "<nil>: Invalid value: \"\": \"v\" must validate all the schemas (allOf)",
                    "v: Invalid value: 3: v in body should be greater than or equal to 4",
                ])
        #expect(
            faults(3, ["type": "integer", "not": ["enum": [3]]])
                == ["<nil>: Invalid value: \"\": \"v\" must not validate the schema (not)"])
    }

    @Test func numbersKeepToTheirFormat() {
        #expect(
            faults(3_000_000_000, ["type": "integer", "format": "int32"])
                == ["<nil>: Invalid value: \"\": Checked value must be of type integer with format int32 in v"])
        #expect(
            faults(4, ["type": "integer", "multipleOf": 3])
                == ["v: Invalid value: 4: v in body should be a multiple of 3"])
    }

    @Test func whatIsUnchangedIsTolerated() {
        let list: JSONValue = [
            "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"],
            "items": [
                "type": "object", "properties": ["k": ["type": "string"], "v": ["type": "string", "maxLength": 1]],
            ],
        ]
        let old: JSONValue = [["k": "a", "v": "long"]]
        #expect(faults([["k": "b"], ["k": "a", "v": "long"]], list, old: old) == [])
        #expect(
            faults([["k": "a", "v": "other"]], list, old: old) == ["v[0].v: Too long: may not be more than 1 byte"])
    }

    @Test(arguments: [
        ("[", "missing closing ]: `[`"), ("(a", "missing closing ): `(a`"), ("*a", "missing argument to repetition"),
        ("(?=a)b", "invalid or unsupported Perl syntax: `(?=`"), ("(a)\\1", "invalid escape sequence: `\\1`"),
        ("a++", "invalid nested repetition operator: `++`"), ("a{2,1}", "invalid repeat count: `{2,1}`"),
    ])
    func patternsMustBeOnesThatKubernetesHas(_ pattern: String, _ fault: String) {
        #expect(Pattern.fault(pattern)?.contains(fault) == true)
    }

    @Test(
        arguments: [
            (".l[-2:]", ["q", "r"]), (".l[0,2]", ["p", "r"]), (".l[5]", []), (".o[?(@.v>1)].n", ["b"]),
            (".o[?(@.f)].n", ["a"]), ("..n", ["a", "b"]), (".['x\\.y']", ["dot"]), (".o[*]['n']", ["a", "b"]),
        ] as [(String, [JSONValue])])
    func columnsFindTheirValues(_ path: String, _ values: [JSONValue]) throws {
        let object: JSONValue = [
            "l": ["p", "q", "r"], "o": [["n": "a", "v": 1, "f": "y"], ["n": "b", "v": 2]], "x.y": "dot",
        ]
        #expect(try #require(JSONPath(path)).values(in: object) == values)
    }

    @Test func theCostOfRulesIsBounded() throws {
        func faults(_ spec: JSONValue) throws -> [FieldError] {
            let definition = try Kinds.builtin("customresourcedefinitions", "apiextensions.k8s.io")
            let crd = definition.withDefaults(try definition.decode(Kinds.definition(spec: spec)).object)
            return definition.validateCreate(definition.prepareForCreate(crd))
        }
        let rule: JSONValue = [["rule": "self.all(x, self.exists_one(y, x == y))"]]
        let unbounded: JSONValue = [
            "type": "array", "items": ["type": "string"], "x-kubernetes-validations": rule,
        ]
        let list: JSONValue = ["type": "object", "properties": ["l": unbounded]]
        let errors = try faults(list)
        #expect(errors.contains { $0.detail.contains("exceeds budget by factor of more than 100x") })
        var bounded = unbounded
        bounded["maxItems"] = 20
        bounded["items"] = ["type": "string", "maxLength": 10]
        #expect(try faults(["type": "object", "properties": ["l": bounded]]) == [])
    }
}
