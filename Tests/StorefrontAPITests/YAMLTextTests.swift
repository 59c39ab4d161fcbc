import KubernetesClient
import Testing

@testable import StorefrontAPI

@Suite("YAML text")
struct YAMLTextTests {
    @Test(
        "quotes what a reader of YAML would take for something else",
        arguments: [
            ("true", #""true""#), ("No", #""No""#), ("1", #""1""#), ("", #""""#), ("a: b", #""a: b""#),
            ("a #b", #""a #b""#), ("- a", #""- a""#), ("plain text", "plain text"), ("/health", "/health"),
            ("~", #""~""#), ("a:", #""a:""#), (".5", #"".5""#), (".status.url", ".status.url"),
            ("[a]", #""[a]""#), ("it's", #""it's""#),
        ])
    func scalars(_ text: String, _ written: String) {
        #expect((["key": .string(text)] as JSONValue).yaml() == "key: \(written)\n")
    }

    @Test("writes nested lists and objects in block style, sorted")
    func blocks() {
        let value: JSONValue = [
            "b": [["y": 1, "x": ["p", "q"]], "s", [1, 2], [:]], "a": [:], "c": [], "d": ["e": .null],
        ]
        #expect(
            value.yaml() == """
                a: {}
                b:
                  - x:
                      - p
                      - q
                    "y": 1
                  - s
                  - - 1
                    - 2
                  - {}
                c: []
                d:
                  e: null

                """)
    }

    @Test("folds long texts and keeps lines of others")
    func texts() {
        let long = String(repeating: "word ", count: 30).dropLast()
        let value: JSONValue = ["long": .string(String(long)), "lines": "one\n  two\n", "open": "one\n\ntwo"]
        #expect(
            value.yaml() == """
                lines: |
                  one
                    two
                long: >-
                  \(String(repeating: "word ", count: 20))word
                  word word word word word word word word word
                open: |-
                  one

                  two

                """)
    }
}
