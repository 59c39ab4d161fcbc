import APIMachinery
import KubernetesClient
import Testing

@Suite struct SelectorTests {
    private static let objects: [String: [String: String]] = [
        "a": ["app": "web", "tier": "front"], "b": ["app": "web"], "c": ["app": "db", "size": "5"], "d": [:],
        "e": ["app": ""],
    ]

    @Test(arguments: [
        ("app=web", ["a", "b"]), ("app==db", ["c"]), ("app!=web", ["c", "d", "e"]),
        ("app in (web, db)", ["a", "b", "c"]),
        ("app notin (web,db)", ["d", "e"]), ("tier", ["a"]), ("!app", ["d"]),
        ("app=web,tier notin (back)", ["a", "b"]),
        ("app=", ["e"]), ("", ["a", "b", "c", "d", "e"]), (" app = web , tier ", ["a"]), ("app in (,db)", ["c", "e"]),
        ("size>3", ["c"]), ("size<3", []),
    ])
    func labelSelectors(_ text: String, _ names: [String]) throws {
        let selector = try LabelSelector(parsing: text)
        #expect(Self.objects.filter { selector.matches($0.value) }.keys.sorted() == names)
    }

    @Test(arguments: [
        ("app in (web", "unable to parse requirement: found '', expected: ',' or ')'"),
        ("app in (", "unable to parse requirement: found '', expected: ',', ')' or identifier"),
        ("a b=c", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
        ("app=not valid!", nil), ("-a=b", nil), ("a=b,", nil), ("=b", nil),
        (
            "a>b",
            "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer"
        ),
    ])
    func malformedLabelSelectorsAreRefused(_ text: String, _ message: String?) {
        let error = #expect(throws: StatusError.self) { try LabelSelector(parsing: text) }
        #expect(error?.code == 400)
        if let message { #expect(error?.message == message) }
    }

    @Test func selectorsOfObjects() throws {
        let selector = try #require(
            LabelSelector([
                "matchLabels": ["app": "web"],
                "matchExpressions": [
                    ["key": "tier", "operator": "NotIn", "values": ["back"]], ["key": "x", "operator": "DoesNotExist"],
                ],
            ]))
        #expect(selector.matches(["app": "web"]))
        #expect(!selector.matches(["app": "web", "tier": "back"]))
        #expect(selector.text == "app=web,tier notin (back),!x")
        #expect(LabelSelector(["matchExpressions": [["key": "a", "operator": "Like"]]]) == nil)
        #expect(LabelSelector([:])?.matches([:]) == true)
    }

    @Test func fieldSelectorsKnowTheFieldsOfTheirKind() throws {
        let pods = try Kinds.builtin("pods")
        let selector = try FieldSelector(parsing: "metadata.name=a,status.phase!=Running", for: pods)
        #expect(selector.matches(["metadata": ["name": "a"], "status": ["phase": "Pending"]]))
        #expect(!selector.matches(["metadata": ["name": "a"], "status": ["phase": "Running"]]))
        #expect(selector.name == "a")
        for (text, plural, message) in [
            (
                "data.k=x", "configmaps",
                "\"data.k\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
            ),
            ("metadata.name", "pods", "invalid selector: 'metadata.name'; can't understand 'metadata.name'"),
            ("message=x", "events", "field label not supported: message"),
        ] {
            let error = #expect(throws: StatusError.self) {
                try FieldSelector(parsing: text, for: Kinds.builtin(plural))
            }
            #expect(error?.message == message)
        }
        let events = try FieldSelector(parsing: "source=kubelet", for: Kinds.builtin("events"))
        #expect(events.matches(["source": ["component": "kubelet"]]))
    }

    @Test func jsonPathsFindValues() throws {
        let object: JSONValue = [
            "spec": ["ports": [["name": "a", "port": 1], ["name": "b", "port": 2]], "map": ["b.c": "dotted"]],
            "status": ["conditions": [["type": "Ready", "status": "True"], ["type": "Synced", "status": "False"]]],
        ]
        for (path, found) in [
            (".spec.ports[1].name", ["b"]), (".spec.ports[*].port", [1, 2]), (".spec.ports[-1].port", [2]),
            (".status.conditions[?(@.type==\"Ready\")].status", ["True"]),
            (".status.conditions[?(@.type != 'Ready')].type", ["Synced"]),
            (".spec.map['b\\.c']", ["dotted"]), (".spec.map['b.c']", []), (".spec.none.deeper", []),
            ("{.spec.ports[0].port}", [1]),
        ] as [(String, [JSONValue])] {
            #expect(try #require(JSONPath(path)).values(in: object) == found, "\(path)")
        }
        for broken in ["spec", ".a[", ".a[?(x)]", ".a[x]"] { #expect(JSONPath(broken) == nil) }
    }
}
