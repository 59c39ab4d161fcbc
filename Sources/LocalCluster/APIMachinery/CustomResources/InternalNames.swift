import KubernetesClient

/// Definitions as some messages show them: with the names of Kubernetes' own types instead of the API's.
enum InternalNames {
    private static let schemaFields: [(name: String, key: String, empty: String)] = [
        ("ID", "id", "\"\""), ("Schema", "$schema", "\"\""), ("Ref", "$ref", "null"),
        ("Description", "description", "\"\""), ("Type", "type", "\"\""), ("Nullable", "nullable", "false"),
        ("Format", "format", "\"\""), ("Title", "title", "\"\""), ("Default", "default", "null"),
        ("Maximum", "maximum", "null"), ("ExclusiveMaximum", "exclusiveMaximum", "false"),
        ("Minimum", "minimum", "null"), ("ExclusiveMinimum", "exclusiveMinimum", "false"),
        ("MaxLength", "maxLength", "null"), ("MinLength", "minLength", "null"), ("Pattern", "pattern", "\"\""),
        ("MaxItems", "maxItems", "null"), ("MinItems", "minItems", "null"), ("UniqueItems", "uniqueItems", "false"),
        ("MultipleOf", "multipleOf", "null"), ("Enum", "enum", "null"), ("MaxProperties", "maxProperties", "null"),
        ("MinProperties", "minProperties", "null"), ("Required", "required", "null"), ("Items", "items", "null"),
        ("AllOf", "allOf", "null"), ("OneOf", "oneOf", "null"), ("AnyOf", "anyOf", "null"), ("Not", "not", "null"),
        ("Properties", "properties", "null"), ("AdditionalProperties", "additionalProperties", "null"),
        ("PatternProperties", "patternProperties", "null"), ("Dependencies", "dependencies", "null"),
        ("AdditionalItems", "additionalItems", "null"), ("Definitions", "definitions", "null"),
        ("ExternalDocs", "externalDocs", "null"), ("Example", "example", "null"),
        ("XPreserveUnknownFields", "x-kubernetes-preserve-unknown-fields", "null"),
        ("XEmbeddedResource", "x-kubernetes-embedded-resource", "false"),
        ("XIntOrString", "x-kubernetes-int-or-string", "false"),
        ("XListMapKeys", "x-kubernetes-list-map-keys", "null"), ("XListType", "x-kubernetes-list-type", "null"),
        ("XMapType", "x-kubernetes-map-type", "null"), ("XValidations", "x-kubernetes-validations", "null"),
    ]

    static func schema(_ source: JSONValue) -> String {
        object(
            schemaFields.map { field in (field.name, source[field.key].map { value($0, field.key) } ?? field.empty) })
    }

    private static func object(_ members: [(String, String)]) -> String {
        "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    private static func value(_ value: JSONValue, _ key: String) -> String {
        switch key {
        case "not": return schema(value)
        case "items": return object([("Schema", schema(value)), ("JSONSchemas", "null")])
        case "additionalProperties":
            guard let allows = value.boolValue else { return object([("Allows", "true"), ("Schema", schema(value))]) }
            return object([("Allows", String(allows)), ("Schema", "null")])
        case "allOf", "anyOf", "oneOf": return "[" + (value.arrayValue ?? []).map(schema).joined(separator: ",") + "]"
        case "properties":
            let members = (value.objectValue ?? [:]).sorted { $0.key < $1.key }
            return object(members.map { ($0.key, schema($0.value)) })
        case "x-kubernetes-validations":
            return "[" + (value.arrayValue ?? []).map { OpenAPISchemaReader.rule($0).json }.joined(separator: ",") + "]"
        default: return value.text()
        }
    }

    /// - Parameter shared: the fields that all versions share, and that therefore do not stand in any.
    static func versions(_ versions: [JSONValue], shared: Set<String>) -> String {
        func text(_ version: JSONValue, _ field: String) -> JSONValue? { shared.contains(field) ? nil : version[field] }
        let shown = versions.map { version in
            let schema = text(version, "schema").map {
                object([("OpenAPIV3Schema", $0["openAPIV3Schema"].map { Self.schema($0) } ?? "null")])
            }
            let subresources = text(version, "subresources").map { value in
                object([
                    ("Status", value["status"] == nil ? "null" : "{}"),
                    ("Scale", value["scale"].map { members($0, scaleFields) } ?? "null"),
                ])
            }
            let columns = text(version, "additionalPrinterColumns")?.arrayValue.map { list($0, columnFields) }
            let selectable = text(version, "selectableFields")?.arrayValue.map {
                list($0, [("JSONPath", "jsonPath", "\"\"")])
            }
            return object([
                ("Name", (version["name"] ?? "").text()), ("Served", (version["served"] ?? false).text()),
                ("Storage", (version["storage"] ?? false).text()),
                ("Deprecated", (version["deprecated"] ?? false).text()),
                ("DeprecationWarning", (version["deprecationWarning"] ?? .null).text()), ("Schema", schema ?? "null"),
                ("Subresources", subresources ?? "null"), ("AdditionalPrinterColumns", columns ?? "null"),
                ("SelectableFields", selectable ?? "null"),
            ])
        }
        return "[\(shown.joined(separator: ","))]"
    }

    private static let scaleFields = [
        ("SpecReplicasPath", "specReplicasPath", "\"\""), ("StatusReplicasPath", "statusReplicasPath", "\"\""),
        ("LabelSelectorPath", "labelSelectorPath", "null"),
    ]
    private static let columnFields = [
        ("Name", "name", "\"\""), ("Type", "type", "\"\""), ("Format", "format", "\"\""),
        ("Description", "description", "\"\""), ("Priority", "priority", "0"), ("JSONPath", "jsonPath", "\"\""),
    ]

    private static func members(_ value: JSONValue, _ fields: [(String, String, String)]) -> String {
        object(fields.map { name, key, empty in (name, value[key]?.text() ?? empty) })
    }

    private static func list(_ values: [JSONValue], _ fields: [(String, String, String)]) -> String {
        "[" + values.map { members($0, fields) }.joined(separator: ",") + "]"
    }
}
