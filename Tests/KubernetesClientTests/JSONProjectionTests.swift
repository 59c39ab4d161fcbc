import Testing

@testable import KubernetesClient

@Suite struct JSONProjectionTests {
    private func read(_ text: String, _ projection: JSONProjection) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8), reading: projection)
    }

    @Test(arguments: [
        #"1"#, #"-1.5e3"#, #"true"#, #"null"#, #""""#, #""}],\"\\""#, #"[]"#, #"[{"x":"]"},[1,"}"]]"#,
        #"{"x":{"y":[]}}"#,
    ])
    func passesOverAnyValueWhereverItStands(value: String) throws {
        for text in [#"{"skip":\#(value),"a":1}"#, #"{"a":1,"skip": \#(value) }"#, #" { "skip" : \#(value) , "a":1}"#] {
            #expect(try read(text, .except(["skip"])) == ["a": 1])
        }
        #expect(try read(#"{"skip":\#(value)}"#, .only([:])) == [:])
    }

    @Test(arguments: [#"{"skip":["#, #"{"skip":"x"#, #"{"skip":"\"#, #"{"skip":1"#, #"{"skip":{"a":1}"#])
    func textThatEndsInsideIsStillNoJSON(text: String) {
        #expect(throws: JSONTextError.self) { try read(text, .except(["skip"])) }
    }

    @Test func readsWhatIsWantedOfEveryObjectOfAList() throws {
        let text =
            #"{"kind":"L","items":[{"metadata":{"name":"a","managedFields":[1]},"spec":{"managedFields":2}},{"status":1}]}"#
        #expect(
            try read(text, .list(metadataOnly: false, omitsManagedFields: true))
                == ["kind": "L", "items": [["metadata": ["name": "a"], "spec": ["managedFields": 2]], ["status": 1]]])
        #expect(
            try read(text, .list(metadataOnly: true, omitsManagedFields: true))
                == ["kind": "L", "items": [["metadata": ["name": "a"]], [:]]])
        #expect(
            try read(text, .list(metadataOnly: false, omitsManagedFields: false)) == JSONValue(parsing: text))
    }

    @Test func longNamesStayApartHoweverManyThereAre() throws {
        let names = (0..<3000).map { "a-name-longer-than-fifteen-\($0)" }
        let object = "{" + names.map { "\"\($0)\":\"\($0)\"" }.joined(separator: ",") + "}"
        let read = try JSONValue(parsing: "[\(object),\(object)]")
        for index in 0..<2 {
            #expect(names.allSatisfy { read[index]?[$0]?.stringValue == $0 })
        }
    }
}
