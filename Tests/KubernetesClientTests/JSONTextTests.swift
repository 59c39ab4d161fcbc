import KubernetesClient
import Testing

@Suite struct JSONTextTests {
    @Test func writesSortedKeysWithoutSpace() {
        let json: JSONValue = ["b": [1, 2.5, .null, true], "a": ["z": "ä\n\"\\\u{1}"]]
        #expect(json.text() == #"{"a":{"z":"ä\n\"\\\u0001"},"b":[1,2.5,null,true]}"#)
        #expect(json.description == json.text())
    }

    @Test func whatIsWrittenReadsBackTheSame() throws {
        let json: JSONValue = [
            "numbers": [.integer(.min), .integer(.max), 0.1, -1e-7, 1e300], "text": "tab\tcontrol\u{1F}emoji😀/",
            "empty": [[:], [], "", .null],
        ]
        #expect(try JSONValue(parsing: json.bytes()) == json)
    }

    @Test func numbersThatJSONCannotHoldAreNull() {
        #expect(JSONValue.number(.infinity).text() == "null")
        #expect(JSONValue.number(3).text() == "3")
    }

    @Test func aMemberIsFoundInTextWithoutReadingTheRest() throws {
        let json: JSONValue = [
            "a": ["wanted": "inner"], "b": [["wanted": 1]], "c": "\"wanted\":{", "d\\": "}\\",
            "wanted": ["x": [1, "]"]],
            "z": .null,
        ]
        let text = [UInt8(ascii: "!")] + json.bytes()
        for key in ["a", "b", "c", "wanted", "z"] {
            let range = try #require(JSONValue.range(of: key, in: text[1...]))
            #expect(try JSONValue(parsing: text[range]) == json[key])
        }
        #expect(JSONValue.range(of: "x", in: text[1...]) == nil)
        for text in ["{}", "[1]", "\"wanted\"", "", "{\"wanted\":1"] {
            #expect(JSONValue.range(of: "wanted", in: Array(text.utf8)[...]) == nil)
        }
    }
}
