import KubernetesClient
import Testing

@testable import APIMachinery

/// Expressions whose values and errors were seen on a real Kubernetes 1.36.
@Suite struct CELLibraryTests {
    private func evaluate(_ text: String) throws -> CELValue {
        let program = try CELChecker.compile(text, names: [:])
        return try CELEvaluator(values: [:]).evaluate(program.expression)
    }

    @Test(arguments: [
        "'hello'.indexOf('l', 9) == -1", "'abc'.split('', 2) == ['a', 'bc']",
        "'hello'.replace('', '_') == '_h_e_l_l_o_'",
        "'%s'.format([[1.5]]) == '[1.500000]'", "'%f'.format([1234567.5]) == '1,234,567.500000'",
        "'%s %d'.format(['a', 1]) == 'a 1'", "string(1234567.891) == '1.234567891e+06'", "string(1e20) == '1e+20'",
        "string(timestamp('2024-02-29T12:30:45+02:00')) == '2024-02-29T12:30:45+02:00'",
        "timestamp('2024-02-29T12:30:45+02:00') == timestamp('2024-02-29T10:30:45Z')",
        "timestamp('2024-02-29T12:30:45Z').getDayOfYear() == 59 && timestamp(0).getDayOfWeek() == 4",
        "duration('1.5s') + duration('500ms') == duration('2s')", "[3, 1, 2].sort() == [1, 2, 3]",
        "['bb', 'a'].sortBy(x, x.size()) == ['a', 'bb']", "[[1], [2, 3]].flatten() == [1, 2, 3]",
        "{'a': 1}.transformMap(k, v, v + 1) == {'a': 2}",
        "['a', 'b'].transformMapEntry(i, v, {v: i}) == {'a': 0, 'b': 1}",
        "[5, 6].transformList(i, v, i > 0, i + v) == [7]", "[1, 2].exists(i, v, i == 1 && v == 2)",
        "[0, 1].exists(x, 1 / x == 1)", "optional.of(3).optMap(x, x + 1).value() == 4",
        "[?optional.of(1), ?optional.none()].size() == 1", "{'a': 1}[?'b'].orValue(9) == 9",
        "sets.equivalent([1, 2], [2, 1, 1]) && !sets.intersects([1], [2])",
        "quantity('1Gi').isGreaterThan(quantity('1G')) && quantity('1') == quantity('1000m')",
        "semver('1.2.3-alpha').isLessThan(semver('1.2.3')) && isSemver('v1.2', true)",
        "cidr('10.0.0.0/8').containsIP('10.1.1.1') && ip('::1').isLoopback()",
        "url('https://[::1]:80/p?x=1&x=2').getQuery() == {'x': ['1', '2']}", "ip.isCanonical('2001:db8::1')",
        "format.dns1123Label().validate('Abc').hasValue()", "'a1b22'.findAll('[0-9]+', 1) == ['1']",
    ])
    func librariesComputeAsKubernetesDoes(_ rule: String) throws {
        #expect(try evaluate(rule) == .bool(true))
    }

    @Test(arguments: [
        ("1 / 0 == 1", "division by zero"), ("[1][5] == 1", "index out of bounds: 5"),
        ("{'a': 1}['b'] == 1", "no such key: b"), ("dyn(1) + 'a' == 'a'", "no such overload"),
        ("'hello'.substring(3, 1) == ''", "invalid substring range. start: 3, end: 1"),
        ("[1, 2].slice(0, 9) == []", "cannot slice(0, 9), list is length 2"),
        ("['a', 'a'].transformMapEntry(i, v, {v: i}) == {}", "insert failed: key a already exists"),
        ("semver('1.2.x').major() == 1", "Invalid character(s) found in patch number \"x\""),
        (
            "ip('1.2.3').family() == 4",
            "IP Address \"1.2.3\" parse error during conversion from string: "
                + "ParseAddr(\"1.2.3\"): IPv4 address too short"
        ),
    ])
    func failuresReadAsInKubernetes(_ rule: String, _ message: String) {
        let error = #expect(throws: CELError.self) { try evaluate(rule) }
        #expect(error?.message == message)
    }

    @Test(arguments: [
        ("1 == 1u", "1:3: found no matching overload for '_==_' applied to '(int, uint)'"),
        ("[1, 'x'].size() == 2", "1:5: expected type 'int' but found 'string'"),
        ("true && 'a'", "1:9: expected type 'bool' but found 'string'"),
        ("math.abs(1) == 1", "1:1: undeclared reference to 'math' (in container '')"),
        ("duration('x') > duration('1h')", "1:10: invalid duration argument"),
        (
            "'%d'.format(['x']) == ''",
            "1:14: error during formatting: decimal clause can only be used on integers, was "
                + "given string"
        ),
        ("(true", "1:6: Syntax error: missing ')' at '<EOF>'"), ("int('x') == 1", "type conversion error"),
        ("1.size() == 1", "1:7: found no matching overload for 'size' applied to 'int.()'"),
    ])
    func whatDoesNotCompileIsToldWithItsPlace(_ rule: String, _ message: String) {
        let faults = #expect(throws: CELFaults.self) { try evaluate(rule) }
        #expect(faults?.report(in: rule).contains(message) == true)
    }

    @Test func costsAreEstimatedByWhatTheSchemaBounds() throws {
        func cost(_ rule: String, _ schema: JSONValue) throws -> UInt64 {
            let type = try #require(
                CELDeclaredType.make(OpenAPISchemaReader.read(schema), isRoot: false, name: "self"))
            return CELCost.estimate(try CELChecker.compile(rule, names: ["self": type.type]), type).high
        }
        let strings: JSONValue = ["type": "array", "items": ["type": "string"]]
        let bounded: JSONValue = ["type": "array", "maxItems": 10, "items": ["type": "string", "maxLength": 10]]
        let pairs = "self.all(x, self.exists_one(y, x == y))"
        #expect(try cost(pairs, strings) > 1_000_000_000)
        #expect(try cost(pairs, bounded) < 2_000)
        #expect(try cost("self.size() > 1", strings) == 3)
    }
}
