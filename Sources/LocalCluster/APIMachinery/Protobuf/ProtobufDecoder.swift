import KubernetesClient

/// Turns messages of built-in types into JSON, by the field numbers of their schemas. Unknown numbers are left out.
enum ProtobufDecoder {
    typealias Fault = ProtobufReader.Fault

    static func message(_ bytes: ArraySlice<UInt8>, _ schema: Schema) throws(Fault) -> JSONValue {
        var members: [String: JSONValue] = [:]
        try read(bytes, schema.protobufFields, schema, &members)
        return .object(members)
    }

    private static func read(
        _ bytes: ArraySlice<UInt8>, _ fields: [Int: Schema.ProtobufField], _ schema: Schema,
        _ members: inout [String: JSONValue]
    ) throws(Fault) {
        var reader = ProtobufReader(bytes)
        while let (number, content) = try reader.next() {
            switch fields[number] {
            case .inlined(let inner):
                if case .bytes(let message) = content { try read(message, inner, schema, &members) }
            case .property(let name):
                guard let property = schema.properties[name] else { continue }
                try add(content, property, to: &members[name])
            case nil: continue
            }
        }
    }

    private static func add(
        _ content: ProtobufReader.Content, _ schema: Schema, to member: inout JSONValue?
    ) throws(Fault) {
        if schema.kind == .array, let items = schema.items {
            var elements = member?.arrayValue ?? []
            if items.kind == .integer, case .bytes(let packed) = content {
                var reader = ProtobufReader(packed)
                while !reader.isAtEnd { elements.append(.integer(Int64(bitPattern: try reader.varint()))) }
            } else {
                elements.append(try value(content, items))
            }
            member = .array(elements)
        } else if schema.kind == .object, let values = schema.additionalProperties {
            guard case .bytes(let entry) = content else { throw Fault(message: "bad map entry") }
            let (key, value) = try mapEntry(entry, values)
            member = member ?? .emptyObject
            member?[key] = value
        } else {
            member = try value(content, schema)
        }
    }

    private static func mapEntry(
        _ entry: ArraySlice<UInt8>, _ values: Schema
    ) throws(Fault) -> (key: String, value: JSONValue) {
        var key = ""
        var result: JSONValue = values.kind == .object ? .emptyObject : ""
        var reader = ProtobufReader(entry)
        while let (number, content) = try reader.next() {
            guard case .bytes(let bytes) = content else { continue }
            if number == 1 {
                key = String(decoding: bytes, as: UTF8.self)
            } else if values.kind == .array {
                // A list as a map's value is a message with the elements as its first field.
                var list: JSONValue?
                var inner = ProtobufReader(bytes)
                while let (_, element) = try inner.next() { try add(element, values, to: &list) }
                result = list ?? []
            } else {
                result = try value(content, values)
            }
        }
        return (key, result)
    }

    private static func value(_ content: ProtobufReader.Content, _ schema: Schema) throws(Fault) -> JSONValue {
        switch (schema.kind, content) {
        case (.boolean, .varint(let number)): return .bool(number != 0)
        case (.integer, .varint(let number)): return .integer(Int64(bitPattern: number))
        case (.number, .fixed64(let bits)): return .number(Double(bitPattern: bits))
        case (.object, .bytes(let bytes)): return try message(bytes, schema)
        case (.any, .bytes(let bytes)): return raw(bytes)
        case (.intOrString, .bytes(let bytes)): return try intOrString(bytes)
        case (.string, .bytes(let bytes)):
            switch schema.format {
            case "byte": return .string(Base64.encode(bytes))
            case "quantity": return .string(try firstText(bytes))
            case "date-time", "micro-time": return try time(bytes, schema.format == "micro-time")
            default: return .string(String(decoding: bytes, as: UTF8.self))
            }
        default: throw Fault(message: "wrong wire type")
        }
    }

    /// RawExtension and FieldsV1: JSON text in the first field.
    private static func raw(_ bytes: ArraySlice<UInt8>) -> JSONValue {
        guard let text = try? firstText(bytes) else { return .null }
        return (try? JSONValue(parsing: text)) ?? .null
    }

    private static func firstText(_ bytes: ArraySlice<UInt8>) throws(Fault) -> String {
        var reader = ProtobufReader(bytes)
        while let (number, content) = try reader.next() {
            if number == 1, case .bytes(let text) = content { return String(decoding: text, as: UTF8.self) }
        }
        return ""
    }

    private static func intOrString(_ bytes: ArraySlice<UInt8>) throws(Fault) -> JSONValue {
        var isText = false
        var (number, text) = (Int64(0), "")
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            switch (field.number, field.content) {
            case (1, .varint(let type)): isText = type == 1
            case (2, .varint(let value)): number = Int64(bitPattern: value)
            case (3, .bytes(let value)): text = String(decoding: value, as: UTF8.self)
            default: break
            }
        }
        return isText ? .string(text) : .integer(number)
    }

    private static func time(_ bytes: ArraySlice<UInt8>, _ micro: Bool) throws(Fault) -> JSONValue {
        if bytes.isEmpty { return .null }
        var (seconds, nanoseconds) = (Int64(0), Int64(0))
        var reader = ProtobufReader(bytes)
        while let (number, content) = try reader.next() {
            guard case .varint(let value) = content else { continue }
            if number == 1 { seconds = Int64(bitPattern: value) }
            if number == 2 { nanoseconds = Int64(bitPattern: value) }
        }
        let time = TimeText.time(seconds, nanoseconds: nanoseconds % 1_000_000_000)
        return .string(micro ? time.micro : time.seconds)
    }
}
