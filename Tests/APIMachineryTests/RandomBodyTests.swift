import KubernetesClient
import Testing

@testable import APIMachinery

/// Bodies made at random from each kind's own fields: whatever they hold is either stored or refused with a 4xx or 5xx
/// answer, and what is stored survives a patch, an apply and another decode.
@Suite struct RandomBodyTests {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 33)
        }
    }

    private static let scalars: [JSONValue] = [
        "", "a", "web", "A b", "0.5", "99999999999Gi", "2024-01-01T00:00:00Z", "AAE=", "25%", "%", 0, 1, -1, 80, 70_000,
        9_223_372_036_854_775_807, 1.5, 1e300, true, false, .null, [], [:], ["a", "a"], ["a": "b"], [["a": .null]],
    ]

    private func value(_ schema: Schema, _ depth: Int, _ generator: inout Generator) -> JSONValue {
        if depth > 9 || Int.random(in: 0..<12, using: &generator) == 0 {
            return Self.scalars.randomElement(using: &generator) ?? .null
        }
        switch schema.kind {
        case .object:
            if let values = schema.additionalProperties {
                return ["k": value(values, depth + 1, &generator), "a b": value(values, depth + 1, &generator)]
            }
            var members: [String: JSONValue] = [:]
            for name in schema.properties.keys.sorted() where Int.random(in: 0..<3, using: &generator) == 0 {
                members[name] = value(schema.properties[name] ?? schema, depth + 1, &generator)
            }
            return .object(members)
        case .array:
            guard let items = schema.items else { return [] }
            return .array(
                (0..<Int.random(in: 0...2, using: &generator)).map { _ in value(items, depth + 1, &generator) })
        default: return Self.scalars.randomElement(using: &generator) ?? .null
        }
    }

    @Test func anyBodyIsStoredOrRefused() throws {
        var generator = Generator(state: 7)
        var stored = 0
        for definition in BuiltinKinds.all where definition.verbs.contains("update") {
            for _ in 0..<25 {
                var body = value(definition.schema.with { $0.properties["metadata"] = nil }, 0, &generator)
                body["metadata"] = ["name": "a", "namespace": "ns"]
                body["apiVersion"] = nil
                body["kind"] = nil
                var object = OneObject(definition)
                do {
                    try object.write(body, as: "one")
                    stored += 1
                    let before = object.value
                    try object.merge([:], as: "two")
                    #expect(object.value == before, "\(definition.kind): an empty patch changes nothing")
                    try object.merge(value(definition.schema, 0, &generator), as: "two")
                    try object.apply(["metadata": ["name": "a", "labels": ["x": "y"]]], as: "three", force: true)
                } catch let error as StatusError {
                    #expect((400..<600).contains(error.code))
                }
            }
        }
        #expect(stored > 50)
    }
}
