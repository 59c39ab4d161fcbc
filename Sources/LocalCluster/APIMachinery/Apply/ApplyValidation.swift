import KubernetesClient

/// What server-side apply refuses in a configuration before it merges.
enum ApplyValidation {
    /// The faults, as the merge library words them: `.spec.colour: field not declared in schema`.
    static func faults(_ value: JSONValue, _ schema: Schema?, path: String = "") -> [String] {
        guard let schema, !value.isNull else { return [] }
        switch (schema.kind, value) {
        // What is an integer or a string is only told apart when it is converted.
        case (.any, _), (.intOrString, _): return []
        case (.object, .object(let members)):
            // What lies deeper is told before the unknown members of a level.
            let names = members.keys.sorted()
            let deeper = names.flatMap { name in
                schema.member(name).map { faults(members[name] ?? .null, $0, path: "\(path).\(name)") } ?? []
            }
            if schema.preservesUnknownFields || schema.embeddedResource { return deeper }
            let unknown = names.filter { schema.member($0) == nil }
            return deeper + unknown.map { "\(path).\($0): field not declared in schema" }
        case (.array, .array(let elements)): return listFaults(elements, schema, path)
        case (.string, .string), (.boolean, .bool), (.number, .integer), (.number, .number), (.integer, .integer),
            (.integer, .number):
            return []
        case (.string, .integer), (.string, .number):
            if schema.format == "quantity" || schema.format == "date-time" { return [] }
        default: break
        }
        return ["\(path): expected \(expectation(schema, value))"]
    }

    /// Faults as one message.
    static func list(_ faults: [String]) -> String {
        faults.count == 1 ? faults[0] : "errors:\n" + faults.map { "  \($0)" }.joined(separator: "\n")
    }

    private static func listFaults(_ elements: [JSONValue], _ schema: Schema, _ path: String) -> [String] {
        var faults: [String] = []
        var seen: Set<FieldSet.Step> = []
        for (index, element) in elements.enumerated() {
            if case .map(let keys) = schema.listType {
                guard case .object = element else {
                    let what = element.isNull ? "a null element" : "non-map elements"
                    return faults + ["\(path): element \(index): associative list with keys may not have \(what)"]
                }
                if keys.allSatisfy({ element[$0] == nil && schema.items?.defaultKey($0) == nil }) {
                    let list = keys.map { JSONValue.string($0).text() }.joined(separator: " ")
                    return faults + [
                        "\(path): element \(index): associative list with keys has an element that omits all key fields "
                            + "[\(list)] (and doesn't have default values for any key fields)"
                    ]
                }
            }
            let step = TypedValue.step(to: element, in: schema)
            if schema.listType != .atomic, !seen.insert(step).inserted {
                faults.append("\(path): duplicate entries for key \(step.description)")
            }
            let inner = schema.listType == .atomic ? "[\(index)]" : step.description
            faults += Self.faults(element, schema.items, path: path + inner)
        }
        return faults
    }

    private static func expectation(_ schema: Schema, _ value: JSONValue) -> String {
        switch schema.kind {
        case .object: "map, got &{\(value.goText)}"
        case .array: "list, got &{\(value.goText)}"
        case .integer, .number: "numeric (int or float), got \(value.goType.name)"
        case .boolean: "boolean, got &{\(value.goText)}"
        default:
            schema.format == "quantity"
                ? "any scalar, got &{\(value.goText)}" : "string, got &value.valueUnstructured{Value:\(value.goSyntax)}"
        }
    }
}
