import Foundation
import KubernetesClient
import Testing

private struct Sample: Codable, Equatable {
    enum Mode: String, Codable { case fast = "Fast" }
    struct Inner: Codable, Equatable { var on: Bool }
    var name: String
    var count: Int
    var ratio: Double
    var mode: Mode
    var inner: Inner?
    var list: [Inner]
    var map: [String: [Int]]
    var raw: JSONValue
    var time: Date
    var data: Data
    var small: UInt8
}

private struct Manual: Codable, Equatable {
    var values: [Int]
    enum Keys: String, CodingKey { case outer, inner }

    init(values: [Int]) { self.values = values }

    init(from decoder: any Decoder) throws {
        var list = try decoder.container(keyedBy: Keys.self).nestedContainer(keyedBy: Keys.self, forKey: .outer)
            .nestedUnkeyedContainer(forKey: .inner)
        values = []
        while !list.isAtEnd { values.append(try list.decode(Int.self)) }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        var outer = container.nestedContainer(keyedBy: Keys.self, forKey: .outer)
        var list = outer.nestedUnkeyedContainer(forKey: .inner)
        for value in values { try list.encode(value) }
    }
}

@Suite struct JSONValueCodingTests {
    private let sample = Sample(
        name: "x", count: -3, ratio: 0.5, mode: .fast, inner: nil, list: [.init(on: true), .init(on: false)],
        map: ["a": [1, 2]], raw: ["any": [1, "two", .null]], time: Date(timeIntervalSince1970: 1_700_000_000),
        data: Data([1, 2, 255]), small: 200)

    @Test func writesWhatTheAPIExpects() throws {
        #expect(
            try JSONValueEncoder().encode(sample) == [
                "name": "x", "count": -3, "ratio": 0.5, "mode": "Fast", "list": [["on": true], ["on": false]],
                "map": ["a": [1, 2]], "raw": ["any": [1, "two", .null]], "time": "2023-11-14T22:13:20Z", "data": "AQL/",
                "small": 200,
            ])
    }

    @Test func whatIsWrittenReadsBackTheSame() throws {
        #expect(try JSONValueDecoder().decode(Sample.self, from: JSONValueEncoder().encode(sample)) == sample)
        let manual = Manual(values: [3, 1, 2])
        let json = try JSONValueEncoder().encode(manual)
        #expect(json == ["outer": ["inner": [3, 1, 2]]])
        #expect(try JSONValueDecoder().decode(Manual.self, from: json) == manual)
    }

    @Test func theErrorNamesThePathAndWhatWasFound() {
        let json: JSONValue = ["list": [["on": true], ["on": "yes"]]]
        struct List: Decodable { var list: [Sample.Inner] }
        let error = #expect(throws: DecodingError.self) { try JSONValueDecoder().decode(List.self, from: json) }
        guard case .typeMismatch(_, let context)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(context.codingPath.map(\.stringValue) == ["list", "[1]", "on"])
        #expect(context.debugDescription == "expected true or false, found a string")
    }

    @Test func missingNullAndOutOfRangeAreDifferentErrors() {
        func decode(_ json: JSONValue) -> DecodingError? {
            struct One: Decodable { var value: Int8 }
            do {
                _ = try JSONValueDecoder().decode(One.self, from: json)
                return nil
            } catch { return error as? DecodingError }
        }
        if case .keyNotFound? = decode([:]) {} else { Issue.record("not a missing key") }
        if case .valueNotFound? = decode(["value": .null]) {} else { Issue.record("not a missing value") }
        if case .typeMismatch? = decode(["value": 300]) {} else { Issue.record("300 fits no Int8") }
        #expect(decode(["value": 3.0]) == nil)
    }

    @Test func numbersThatJSONCannotHoldAreRefused() {
        #expect(throws: EncodingError.self) { try JSONValueEncoder().encode(["a": Double.nan]) }
        #expect(throws: EncodingError.self) { try JSONValueEncoder().encode(["a": UInt64.max]) }
    }

    @Test func jsonValuesPassThroughFoundationsCodersToo() throws {
        let json: JSONValue = ["a": [1, 2.5, "x", .null, true]]
        #expect(try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(json)) == json)
    }

    private struct Widget: KubernetesObject {
        static let resourceKind = ResourceKind(group: "example.com", version: "v1", plural: "widgets", kind: "Widget")
        var untyped: UntypedObject
        init(untyped: UntypedObject) { self.untyped = untyped }
    }

    private struct Spec: Codable, Equatable {
        struct Part: Codable, Equatable { var size: Int? }
        var color: String?
        var part: Part?
    }

    @Test func aTypedWriteKeepsTheFieldsItsTypeDoesNotKnow() throws {
        var widget = Widget(
            untyped: UntypedObject([
                "apiVersion": "example.com/v1", "kind": "Widget", "metadata": ["name": "w", "new": 1],
                "spec": ["color": "red", "future": [1], "part": ["size": 1, "future": true]],
            ]))
        var spec = try widget.decode(Spec.self, at: "spec")
        #expect(spec == Spec(color: "red", part: .init(size: 1)))
        spec.color = nil
        spec.part?.size = 2
        try widget.encode(spec, at: "spec")
        #expect(widget.untyped.spec == ["future": [1], "part": ["size": 2, "future": true]])
        #expect(widget.untyped["metadata", "new"] == 1)
        #expect(try widget.decode(Spec.self, at: "status") == Spec())
    }
}
