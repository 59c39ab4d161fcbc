import KubernetesClient
import Testing

@testable import APIMachinery

@Suite struct CELTests {
    private static let schema: JSONValue = [
        "type": "object",
        "properties": [
            "min": ["type": "integer"], "max": ["type": "integer"], "ratio": ["type": "number"],
            "name": ["type": "string"], "flag": ["type": "boolean"], "any": ["x-kubernetes-int-or-string": true],
            "hosts": ["type": "array", "items": ["type": "string"]],
            "tags": ["type": "object", "additionalProperties": ["type": "string"]],
            "since": ["type": "string", "format": "date-time"], "wait": ["type": "string", "format": "duration"],
            "a-b": ["type": "string"], "nested": ["type": "object", "properties": ["x": ["type": "integer"]]],
            "ports": [
                "type": "array",
                "items": ["type": "object", "properties": ["name": ["type": "string"], "port": ["type": "integer"]]],
            ],
        ],
    ]
    private static let value: JSONValue = [
        "min": 1, "max": 5, "ratio": 0.5, "name": "shop-a", "flag": true, "any": "80", "hosts": ["a.test", "b.test"],
        "tags": ["x": "1", "y": "2"], "since": "2024-01-01T00:00:00Z", "wait": "90m", "a-b": "dash",
        "ports": [["name": "http", "port": 80], ["name": "tls", "port": 443]],
    ]

    private func evaluate(_ text: String) throws -> CELValue {
        let schema = OpenAPISchemaReader.read(Self.schema)
        let type = try #require(CELDeclaredType.make(schema, isRoot: false, name: "self")).type
        let program = try CELChecker.compile(text, names: ["self": type, "oldSelf": type])
        let value = try CELValue(Self.value, schema)
        return try CELEvaluator(values: ["self": value, "oldSelf": value]).evaluate(program.expression)
    }

    @Test(arguments: [
        "self.min <= self.max", "self.min + 2 * 3 == 7 && self.max % 2 == 1", "-self.min < 0", "self.ratio < 1",
        "self.ratio * 2.0 == 1.0", "has(self.name) && !has(self.nested)", "self.flag ? self.min == 1 : false",
        "self.name.startsWith('shop') && self.name.endsWith('a') && self.name.contains('-')",
        "self.name.matches('^[a-z]+-[a-z]$')", "size(self.name) == 6 && self.hosts.size() == 2",
        "self.name.split('-')[1] == 'a'", "self.name.upperAscii() == 'SHOP-A'",
        "self.name.replace('-', '_') == 'shop_a'",
        "self.name.substring(0, 4) == 'shop' && self.name.indexOf('-') == 4", "['a', 'b'].join(',') == 'a,b'",
        "self.hosts.all(h, h.endsWith('.test'))", "self.hosts.exists(h, h == 'a.test')",
        "self.hosts.exists_one(h, h == 'a.test')", "self.ports.filter(p, p.port > 100).map(p, p.name) == ['tls']",
        "self.ports.map(p, p.port > 100, p.name)[0] == 'tls'", "self.tags.all(k, self.tags[k] != '')",
        "'x' in self.tags && !('z' in self.tags)", "'a.test' in self.hosts", "self.tags['x'] == '1'",
        "int('5') == self.max && string(self.min) == '1' && double(self.min) == 1.0", "type(self.any) == string",
        "self.since > timestamp('2023-01-01T00:00:00Z')", "self.wait == duration('1h30m')", "self.a__dash__b == 'dash'",
        "'%s has %d of %.1f'.format([self.name, self.max, self.ratio]) == 'shop-a has 5 of 0.5'",
        "self.hosts.isSorted() && [3, 1, 2].max() == 3 && [1, 2].sum() == 3", "{'k': 1}['k'] == 1",
        "self.?nested.?x.orValue(7) == 7", "self.min == 1 || self.nested.x == 1", "r'\\d' == '\\\\d'",
        "self.hosts.map(h, size(h)).all(n, n == 6)", "oldSelf.min == self.min", "!self.hosts.exists(h, h == '')",
    ])
    func practicalRulesHold(_ rule: String) throws {
        #expect(try evaluate(rule) == .bool(true))
    }

    @Test(arguments: [
        "self.nope == 1", "self.min == 'a'", "self.min +", "self.min && true", "undeclared > 1", "self.name.frob()",
        "self.hosts.all(h, h)", "self.hosts.all(1, true)", "size(self.min) > 0", "self.name.matches('[')",
        "self.min < 'a'", "'a' + 1 == 'a1'", "for == 1", "self.hosts[0] == 1", "has(self)", "self.tags.x.y == ''",
        "cel.bind(x, 1, x == 1)", "self.name in 'abc'",
    ])
    func whatCannotBeCompiledIsRefused(_ rule: String) {
        #expect(throws: CELFaults.self) { try evaluate(rule) }
    }

    @Test func deepAndOverflowingExpressionsFailInsteadOfCrashing() {
        let chain = Array(repeating: "1", count: 20_000).joined(separator: "+")
        for rule in [
            String(repeating: "(", count: 50_000), String(repeating: "!(", count: 50_000) + "true", "\(chain) == 1",
            "9223372036854775807 + 1 > 0", "1 / (self.min - 1) == 1", "int(1e300) > 0", "self.hosts[7] == ''",
            "duration('99999999999999h') > duration('1h')",
            "timestamp('9999-01-01T00:00:00Z') - timestamp('0001-01-01T00:00:00Z') > duration('1h')",
        ] {
            #expect(throws: (any Error).self) { try evaluate(rule) }
        }
    }

    @Test func errorsShowThePlace() throws {
        let error = #expect(throws: CELFaults.self) { try evaluate("self.min > self.nope") }
        #expect(
            error?.report(in: "self.min > self.nope")
                == "compilation failed: ERROR: <input>:1:16: undefined field 'nope'\n | self.min > self.nope\n | ...............^"
        )
    }

    // MARK: In definitions

    private static let ruled: JSONValue = [
        "type": "object",
        "properties": [
            "min": ["type": "integer"], "max": ["type": "integer"],
            "mode": [
                "type": "string",
                "x-kubernetes-validations": [
                    ["rule": "self in ['a', 'b']", "messageExpression": "'mode ' + self + ' is unknown'"]
                ],
            ],
            "size": [
                "type": "integer",
                "x-kubernetes-validations": [
                    ["rule": "self >= oldSelf", "message": "size can only grow", "reason": "FieldValueForbidden"]
                ],
            ],
            "tls": ["type": "boolean"], "secret": ["type": "string"],
            "hosts": [
                "type": "array",
                "items": ["type": "string", "x-kubernetes-validations": [["rule": " self.endsWith('.test') "]]],
            ],
            "once": [
                "type": "string",
                "x-kubernetes-validations": [
                    [
                        "rule": "!oldSelf.hasValue() || oldSelf.value() == self", "optionalOldSelf": true,
                        "message": "set once",
                    ]
                ],
            ],
        ],
        "x-kubernetes-validations": [
            ["rule": "!has(self.min) || !has(self.max) || self.min <= self.max", "message": "min must not exceed max"],
            [
                "rule": "!has(self.tls) || !self.tls || has(self.secret)", "message": "tls needs a secret",
                "reason": "FieldValueRequired", "fieldPath": ".secret",
            ],
        ],
    ]

    private func faults(_ spec: JSONValue, old: JSONValue? = nil) throws -> [String] {
        let definition = try Kinds.custom(spec: Self.ruled)
        func object(_ spec: JSONValue) -> JSONValue { ["metadata": ["name": "a"], "spec": spec] }
        let errors =
            old.map { definition.validateUpdate(object(spec), old: object($0)) }
            ?? definition.validateCreate(object(spec))
        return errors.map(\.description)
    }

    @Test func rulesSpeakWithTheirMessages() throws {
        #expect(try faults(["min": 1, "max": 2, "mode": "a", "hosts": ["x.test"], "size": 5]) == [])
        #expect(try faults(["min": 3, "max": 2]) == ["spec: Invalid value: min must not exceed max"])
        #expect(try faults(["tls": true]) == ["spec.secret: Required value: tls needs a secret"])
        #expect(try faults(["mode": "c"]) == ["spec.mode: Invalid value: \"c\": mode c is unknown"])
        #expect(
            try faults(["hosts": ["x.test", "y.com"]])
                == ["spec.hosts[1]: Invalid value: \"y.com\": failed rule: self.endsWith('.test')"])
        #expect(
            try faults(["min": 3, "max": "two"]).contains {
                $0.hasPrefix("<nil>: Invalid value: null: some validation rules were not checked")
            })
    }

    @Test func transitionRulesCompareWithWhatWas() throws {
        #expect(try faults(["size": 4], old: ["size": 5]) == ["spec.size: Forbidden: size can only grow"])
        #expect(try faults(["size": 6], old: ["size": 5]) == [])
        #expect(try faults([:], old: ["size": 5]) == [])
        #expect(try faults(["size": 1], old: [:]) == [])
        #expect(try faults(["once": "a"], old: [:]) == [])
        #expect(try faults(["once": "b"], old: ["once": "a"]) == ["spec.once: Invalid value: \"b\": set once"])
        #expect(try faults(["once": "a"]) == [])
    }

    @Test func aRuleThatCannotBeUsedRefusesItsDefinition() throws {
        let definition = try Kinds.builtin("customresourcedefinitions", "apiextensions.k8s.io")
        func refusal(_ rule: JSONValue) throws -> String? {
            let spec: JSONValue = [
                "type": "object",
                "properties": [
                    "list": [
                        "type": "array", "maxItems": 9,
                        "items": ["type": "string", "maxLength": 9, "x-kubernetes-validations": [rule]],
                    ]
                ],
            ]
            let crd = definition.withDefaults(try definition.decode(Kinds.definition(spec: spec)).object)
            return definition.validateCreate(definition.prepareForCreate(crd)).first?.description
        }
        #expect(try refusal(["rule": "self != ''"]) == nil)
        #expect(try refusal(["rule": "self.x == 1"])?.contains("compilation failed: ERROR: <input>:1:5") == true)
        // What a rule says is shown as Go writes JSON.
        #expect(
            try refusal(["rule": "self.x < 1 && true"])?.contains(#"{"Rule":"self.x \u003c 1 \u0026\u0026 true","#)
                == true)
        #expect(try refusal(["rule": "size(self)"])?.contains("cel expression must evaluate to a bool") == true)
        #expect(try refusal(["rule": "self == oldSelf"])?.contains("uncorrelatable") == true)
        #expect(try refusal(["rule": "self != ''", "messageExpression": "1"]) != nil)
        #expect(try refusal(["rule": "self != ''", "reason": "Because"])?.contains("Unsupported value") == true)
    }
}
