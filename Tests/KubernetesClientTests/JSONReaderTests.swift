import KubernetesClient
import Testing

@Suite struct JSONReaderTests {
    @Test func readsEveryKindOfValue() throws {
        let json = try JSONValue(
            parsing: #" {"a": [null, true, false, 0, -12, 1.5, -2e3, "x"], "b": {"c": {}}, "d": []} "#)
        #expect(
            json == [
                "a": [.null, true, false, 0, -12, 1.5, .number(-2000), "x"], "b": ["c": [:]], "d": [],
            ])
    }

    @Test func wholeNumbersStayWhole() throws {
        #expect(try JSONValue(parsing: "9223372036854775807") == .integer(.max))
        #expect(try JSONValue(parsing: "9223372036854775808") == .number(9_223_372_036_854_775_808))
        #expect(try JSONValue(parsing: "1.0") == .number(1))
        #expect(try JSONValue(parsing: "1.0").integerValue == 1)
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e4\u20AC""#, "ä€"), (#""\ud83d\ude00!""#, "😀!"),
        ("\"ä€😀\"", "ä€😀"), (#""\ud83d""#, "\u{FFFD}"), (#""\ud83dx\u0041""#, "\u{FFFD}xA"),
    ])
    func readsStrings(text: String, expected: String) throws {
        #expect(try JSONValue(parsing: text) == .string(expected))
    }

    @Test(arguments: [
        "", " ", "{", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "tru", "nul", "01", "-", "1.", "1e",
        "+1",
        "\"abc", "\"a\nb\"", #""\x""#, #""\u12g4""#, "[1] 2", "1e999", "'a'", "\u{FEFF}{}",
    ])
    func refusesWhatIsNotJSON(text: String) {
        #expect(throws: JSONTextError.self) { try JSONValue(parsing: text) }
    }

    @Test func saysWhereTheErrorIs() {
        let error = #expect(throws: JSONTextError.self) { try JSONValue(parsing: "[1  x2]") }
        #expect(error?.offset == 4)
        #expect(error?.message == "invalid character 'x' after array element")
    }

    /// As Go's `encoding/json` says it, so that an API server's clients read the words they know.
    @Test(arguments: [
        ("", "unexpected end of JSON input"), ("{", "unexpected end of JSON input"),
        ("[1", "unexpected end of JSON input"), ("x", "invalid character 'x' looking for beginning of value"),
        ("{a:1}", "invalid character 'a' looking for beginning of object key string"),
        (#"{"a"}"#, "invalid character '}' after object key"),
        (#"{"a":1 "b""#, "invalid character '\"' after object key:value pair"),
        ("[1] 2", "invalid character '2' after top-level value"), ("[01]", "invalid character '1' after array element"),
        ("trux", "invalid character 'x' in literal true (expecting 'e')"), ("nul", "unexpected end of JSON input"),
        ("-x", "invalid character 'x' in numeric literal"),
        ("1.x", "invalid character 'x' after decimal point in numeric literal"),
        ("1ex", "invalid character 'x' in exponent of numeric literal"),
        ("\"a\nb\"", "invalid character '\\n' in string literal"),
        ("\u{1}", #"invalid character '\x01' looking for beginning of value"#),
        (#""\x""#, "invalid character 'x' in string escape code"),
        (#""\u12g4""#, #"invalid character 'g' in \u hexadecimal character escape"#),
        ("'", #"invalid character '\'' looking for beginning of value"#),
    ])
    func saysWhatHasNoPlaceWhereItStands(text: String, message: String) {
        let error = #expect(throws: JSONTextError.self) { try JSONValue(parsing: text) }
        #expect(error?.message == message)
    }

    @Test func tellsDuplicateKeysWithTheirPathAndTakesTheLast() throws {
        var duplicates: [String] = []
        let json = try JSONValue(parsing: #"{"spec": {"ports": [{"a": 1, "a": 2}], "x": 1}, "spec": {"x": 3}}"#) {
            duplicates.append($0)
        }
        #expect(duplicates == ["spec.ports[0].a", "spec"])
        #expect(json == ["spec": ["x": 3]])
    }

    @Test func refusesDocumentsNestedTooDeeplyInsteadOfOverflowingTheStack() throws {
        let deep = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        _ = try JSONValue(parsing: deep)
        #expect(throws: JSONTextError.self) { try JSONValue(parsing: "[" + deep + "]") }
        #expect(throws: JSONTextError.self) { try JSONValue(parsing: String(repeating: "[{\"a\":", count: 100_000)) }
    }

    @Test func readsBytesOfAnySlice() throws {
        let bytes = Array("xx{\"a\":1}yy".utf8)
        #expect(try JSONValue(parsing: bytes[2..<9]) == ["a": 1])
        #expect(try JSONValue(parsing: AnyCollection(bytes[2..<9])) == ["a": 1])
    }
}
