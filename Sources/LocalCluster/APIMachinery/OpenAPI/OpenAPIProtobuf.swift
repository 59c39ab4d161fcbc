public import KubernetesClient

/// A document of OpenAPI v2 as the messages of `openapi.v2` (gnostic), which is the form that client-go asks for.
public enum OpenAPIProtobuf {
    public static let contentType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
    /// Its names in requests: client-go still says the one with an @.
    public static let accepted = [contentType, "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"]

    public static func bytes(_ document: JSONValue) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, document["swagger"]?.stringValue)
        writer.message(2) { info in
            info.string(1, document[path: ["info", "title"]]?.stringValue)
            info.string(2, document[path: ["info", "version"]]?.stringValue)
        }
        writer.message(8) { $0.named(2, document["paths"]) { $0.pathItem($1) } }
        writer.message(9) { $0.named(1, document["definitions"]) { $0.schema($1) } }
        return writer.bytes
    }
}

extension ProtobufWriter {
    /// Members of an object, sorted, as messages of a name and a value.
    fileprivate mutating func named(
        _ field: Int, _ members: JSONValue?, _ write: (inout ProtobufWriter, JSONValue) -> Void
    ) {
        for (name, value) in (members?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            message(field) { entry in
                entry.string(1, name)
                entry.message(2) { write(&$0, value) }
            }
        }
    }

    private mutating func strings(_ field: Int, _ values: JSONValue?) {
        for value in values?.arrayValue ?? [] { string(field, value.stringValue) }
    }

    /// A value of any kind is a text of YAML, which JSON is.
    private mutating func any(_ value: JSONValue) { string(2, String(decoding: value.bytes(), as: UTF8.self)) }

    private mutating func extensions(_ field: Int, of object: JSONValue) {
        named(field, .object((object.objectValue ?? [:]).filter { $0.key.hasPrefix("x-") })) { $0.any($1) }
    }

    // MARK: paths

    fileprivate mutating func pathItem(_ item: JSONValue) {
        for (field, method) in [(2, "get"), (3, "put"), (4, "post"), (5, "delete"), (8, "patch")] {
            guard let value = item[method] else { continue }
            message(field) { $0.operation(value) }
        }
        parameters(9, item["parameters"])
    }

    private mutating func operation(_ operation: JSONValue) {
        strings(6, operation["produces"])
        strings(7, operation["consumes"])
        parameters(8, operation["parameters"])
        message(9) { responses in
            responses.named(1, operation["responses"]) { value, response in
                value.message(1) { content in
                    content.string(1, response["description"]?.stringValue)
                    guard let schema = response["schema"] else { return }
                    content.message(2) { $0.message(1) { $0.schema(schema) } }
                }
            }
        }
        strings(10, operation["schemes"])
        extensions(13, of: operation)
    }

    private mutating func parameters(_ field: Int, _ parameters: JSONValue?) {
        for parameter in parameters?.arrayValue ?? [] {
            message(field) { item in
                item.message(1) { either in
                    switch parameter["in"]?.stringValue {
                    case "body": either.message(1) { $0.bodyParameter(parameter) }
                    case "path":
                        either.message(2) { $0.message(4) { $0.plainParameter(parameter, type: 5, unique: 18) } }
                    default: either.message(2) { $0.message(3) { $0.plainParameter(parameter, type: 6, unique: 20) } }
                    }
                }
            }
        }
    }

    private mutating func bodyParameter(_ parameter: JSONValue) {
        string(2, parameter["name"]?.stringValue)
        string(3, "body")
        flag(4, parameter["required"]?.boolValue)
        if let schema = parameter["schema"] { message(5) { $0.schema(schema) } }
    }

    /// - Parameters: the fields in which parameters of a path and of a query differ.
    private mutating func plainParameter(_ parameter: JSONValue, type: Int, unique: Int) {
        flag(1, parameter["required"]?.boolValue)
        string(2, parameter["in"]?.stringValue)
        string(4, parameter["name"]?.stringValue)
        string(type, parameter["type"]?.stringValue)
        flag(unique, parameter["uniqueItems"]?.boolValue)
    }

    // MARK: schemas

    private static let texts = [(1, "$ref"), (2, "format"), (3, "title"), (4, "description"), (13, "pattern")]
    private static let numbers = [(6, "multipleOf"), (7, "maximum"), (9, "minimum")]
    private static let flags = [(8, "exclusiveMaximum"), (10, "exclusiveMinimum"), (16, "uniqueItems")]
    private static let integers = [
        (11, "maxLength"), (12, "minLength"), (14, "maxItems"), (15, "minItems"), (17, "maxProperties"),
        (18, "minProperties"),
    ]

    fileprivate mutating func schema(_ schema: JSONValue) {
        for (field, word) in Self.texts { string(field, schema[word]?.stringValue) }
        for (field, word) in Self.numbers { number(field, schema[word]?.doubleValue) }
        for (field, word) in Self.flags { flag(field, schema[word]?.boolValue) }
        for (field, word) in Self.integers { integer(field, schema[word]?.intValue) }
        strings(19, schema["required"])
        for value in schema["enum"]?.arrayValue ?? [] { message(20) { $0.any(value) } }
        switch schema["additionalProperties"] {
        case .bool(let isAllowed): message(21) { $0.flag(2, isAllowed) }
        case .some(let values): message(21) { $0.message(1) { $0.schema(values) } }
        case nil: break
        }
        if let type = schema["type"]?.stringValue { message(22) { $0.string(1, type) } }
        if let items = schema["items"] { message(23) { $0.message(1) { $0.schema(items) } } }
        if schema["properties"] != nil { message(25) { $0.named(1, schema["properties"]) { $0.schema($1) } } }
        if let example = schema["example"] { message(30) { $0.any(example) } }
        extensions(31, of: schema)
    }
}
