import KubernetesClient
import Testing

@testable import StorefrontAPI

@Suite("The schema and the Swift types")
struct SchemaTests {
    /// Every described object reachable from the spec and status, with its place.
    static func described(_ schema: Schema, at place: String) -> [(place: String, schema: Schema)] {
        switch schema.kind {
        case .object(let properties):
            return [(place, schema)]
                + properties.sorted { $0.key < $1.key }.flatMap { described($0.value, at: "\(place).\($0.key)") }
        case .array(let element, _): return described(element, at: "\(place)[]")
        case .map(let value): return described(value, at: "\(place){}")
        default: return []
        }
    }

    static func properties(of type: any Described.Type) -> Set<String> {
        var names: Set<String> = []
        for child in Mirror(reflecting: type.init()).children {
            guard let label = child.label else { continue }
            // The payment service has the members of any service on its own level.
            if type == PaymentServiceSpec.self, label == "service" {
                names.formUnion(properties(of: ServiceSpec.self))
            } else {
                names.insert(label)
            }
        }
        return names
    }

    @Test("name the same properties, in both directions")
    func sameProperties() throws {
        let all =
            Self.described(StorefrontSpec.schema, at: "spec") + Self.described(StorefrontStatus.schema, at: "status")
        #expect(all.count > 20)
        for (place, schema) in all {
            let origin = try #require(schema.origin, "\(place) has no Swift type")
            #expect(Set(schema.properties.keys) == Self.properties(of: origin), "\(place)")
        }
    }

    @Test("agree on every default")
    func sameDefaults() throws {
        var expected = StorefrontSpec()
        expected.notifications.file = FileChannel()
        let filled = StorefrontSpec.schema.filled([
            "postgres": ["server": ["host": "", "adminSecretName": ""]],
            "rabbitmq": ["server": ["host": "", "adminSecretName": ""]],
            "redis": ["secretName": ""],
        ])
        #expect(try JSONValueDecoder().decode(StorefrontSpec.self, from: filled) == expected)
    }

    @Test("every default is a value its own schema allows")
    func defaultsAreValid() {
        for (place, schema) in Self.described(StorefrontSpec.schema, at: "spec") {
            for (name, property) in schema.properties {
                guard let value = property.defaultValue else { continue }
                #expect(property.problems(in: property.filled(value), at: "\(place).\(name)") == [])
            }
        }
    }

    @Test("every property, list and text says what it is and how large it may be")
    func isBounded() {
        func check(_ schema: Schema, _ place: String) {
            #expect(!schema.description.isEmpty, "\(place) has no description")
            switch schema.kind {
            case .string:
                #expect(schema.maximumLength != nil || !schema.choices.isEmpty || schema.format != nil, "\(place)")
            case .integer: #expect(schema.maximum != nil, "\(place)")
            case .object(let properties): for (name, property) in properties { check(property, "\(place).\(name)") }
            case .map(let value):
                #expect(schema.maximumCount != nil, "\(place)")
                check(value, "\(place){}")
            case .array(let element, _):
                #expect(schema.maximumCount != nil, "\(place)")
                check(element, "\(place)[]")
            case .boolean, .intOrString: break
            }
        }
        check(StorefrontSpec.schema, "spec")
    }
}
