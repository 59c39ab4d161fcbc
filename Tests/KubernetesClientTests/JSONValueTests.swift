import KubernetesClient
import Testing

@Suite struct JSONValueTests {
    @Test func setsAPathMakingObjectsOnTheWay() {
        var json: JSONValue = ["spec": ["a": 1]]
        json[path: ["spec", "template", "name"]] = "x"
        #expect(json == ["spec": ["a": 1, "template": ["name": "x"]]])
        json[path: ["spec", "a"]] = nil
        #expect(json == ["spec": ["template": ["name": "x"]]])
    }

    @Test func removingWhereNothingIsMakesNothing() {
        var json: JSONValue = ["a": 1]
        json[path: ["b", "c", "d"]] = nil
        #expect(json == ["a": 1])
    }

    @Test func replacesAScalarThatIsInTheWay() {
        var json: JSONValue = ["a": 1]
        json[path: ["a", "b"]] = 2
        #expect(json == ["a": ["b": 2]])
        json["x"] = nil
        #expect(json == ["a": ["b": 2]])
    }

    @Test func readsOnlyWhatFits() {
        let json: JSONValue = ["s": "x", "i": 3, "d": 2.5, "b": true, "l": ["x", 1], "m": ["a": "b", "n": 1]]
        #expect(json["s"]?.stringValue == "x" && json["s"]?.intValue == nil)
        #expect(json["i"]?.intValue == 3 && json["i"]?.doubleValue == 3)
        #expect(json["d"]?.integerValue == nil)
        #expect(json["l"]?[1] == 1 && json["l"]?[2] == nil)
        #expect(json["m"]?.stringMapValue == ["a": "b"])
        #expect(json["none"] == nil && json[path: ["m", "none", "x"]] == nil)
    }
}
