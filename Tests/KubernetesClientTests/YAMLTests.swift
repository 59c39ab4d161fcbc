import KubernetesClient
import Testing

@Suite struct YAMLTests {
    @Test func readsAKubeconfigAsKubectlWritesIt() throws {
        let json = try JSONValue(
            yaml: """
                apiVersion: v1
                clusters:
                - cluster:
                    certificate-authority-data: LS0tLS1CRUdJTg==
                    server: https://127.0.0.1:6443 # local
                  name: local
                contexts:
                - context: {cluster: local, user: admin, namespace: "shop"}
                  name: local
                current-context: local
                kind: Config
                preferences: {}
                users:
                - name: admin
                  user:
                    token: 'it''s: secret'
                """)
        #expect(
            json == [
                "apiVersion": "v1", "kind": "Config", "current-context": "local", "preferences": [:],
                "clusters": [
                    [
                        "name": "local",
                        "cluster": [
                            "certificate-authority-data": "LS0tLS1CRUdJTg==", "server": "https://127.0.0.1:6443",
                        ],
                    ]
                ],
                "contexts": [
                    ["name": "local", "context": ["cluster": "local", "user": "admin", "namespace": "shop"]]
                ],
                "users": [["name": "admin", "user": ["token": "it's: secret"]]],
            ])
    }

    /// YAML, and the same as JSON.
    private static let samples: [(yaml: String, json: String)] = [
        ("", "null"), ("# nothing\n---\n", "null"), ("a", #""a""#), ("42", "42"),
        ("a: ~\nb:\nc: null", #"{"a":null,"b":null,"c":null}"#),
        (
            "- 1\n- -2.5\n- true\n- 0x1F\n- 1e3\n- \"1\"\n- 1.2.3\n- -x",
            #"[1,-2.5,true,31,1000.0,"1","1.2.3","-x"]"#
        ),
        ("a: x # comment\nb: x#no\nc: '# no'", ##"{"a":"x","b":"x#no","c":"# no"}"##),
        (
            "a:\n- b\n-   c: 1\n    d: 2\n- - x\n  - y\n-\n  z: 3",
            #"{"a":["b",{"c":1,"d":2},["x","y"],{"z":3}]}"#
        ),
        ("a: |\n  one\n   two\n\n  three\n\nb: 1", #"{"a":"one\n two\n\nthree\n","b":1}"#),
        ("a: |-\n  one\n  two\n", #"{"a":"one\ntwo"}"#), ("a: |+\n  one\n\nb: 1", #"{"a":"one\n\n","b":1}"#),
        ("a: >\n  one\n  two\n\n  three\n", #"{"a":"one two\nthree\n"}"#),
        ("- |\n x\n- y", #"["x\n","y"]"#), ("a: |2\n   x", #"{"a":" x\n"}"#),
        ("a: one\n  two\nb: \"x\n  y\"", #"{"a":"one two","b":"x y"}"#),
        ("a: \"\\u00e4\\n\\x41\\\\\"", #"{"a":"ä\nA\\"}"#), ("\"a b\": 1\n'c:d': 2", #"{"a b":1,"c:d":2}"#),
        (
            "a: [1, 'x, y', {b: c, d}, [],\n  2]\ne: {}",
            #"{"a":[1,"x, y",{"b":"c","d":null},[],2],"e":{}}"#
        ),
        (#"{"a": [1, 2.5, "x\ty"], "b": {"c": null}}"#, #"{"a":[1,2.5,"x\ty"],"b":{"c":null}}"#),
        ("url: http://x:1/y\ntime: 12:30", #"{"url":"http://x:1/y","time":"12:30"}"#),
        ("a: 1\n---\na: 2", #"{"a":1}"#), ("a: 1\r\nb:\r\n  c: 2\r\n", #"{"a":1,"b":{"c":2}}"#),
    ]

    @Test(arguments: samples)
    func reads(yaml: String, json: String) throws {
        #expect(try JSONValue(yaml: yaml) == JSONValue(parsing: json))
    }

    @Test(arguments: [
        ("a: &x 1", 1), ("a: 1\nb: *x", 2), ("a: !!binary x", 1), ("? a\n: b", 1), ("a: 1\na: 2", 2),
        ("a: 1\n  b: 2", 2),
        ("\ta: 1", 1), ("a: 'x", 1), ("a: [1", 1), ("a: {b: 1", 1), ("a: 1\nb", 2), ("a: \"\\q\"", 1), ("- 1\nb: 2", 2),
    ])
    func refusesWithTheLine(yaml: String, line: Int) {
        let error = #expect(throws: YAMLError.self) { try JSONValue(yaml: yaml) }
        #expect(error?.line == line)
    }
}
