import KubernetesClient

/// Brings a value into the one form that objects of built-in kinds have: unknown fields left out, zero values dropped
/// where they mean nothing, members that are always present filled in, quantities, times and base64 checked.
struct TypedDecoder {
    /// The paths of fields the schema does not have.
    var unknownFields: [String] = []
    /// The names on the way to the value that is decoded, embedded structs among them.
    private var names: [String]

    /// Whether `2.0` is an integer: not in a text, but in a document that was read before.
    private let isConverted: Bool

    /// - Parameter at: the path of the value in its document.
    init(at names: [String] = [], isConverted: Bool = false) {
        self.names = names
        self.isConverted = isConverted
    }

    struct Fault: Error {
        var message: String
        /// What the conversion of a document that was read already says about the same fault.
        var conversion: String

        init(message: String, conversion: String? = nil) {
            self.message = message
            self.conversion = conversion ?? message
        }
    }

    /// - Parameters:
    ///   - path: of the value, for messages.
    ///   - owner: the name of the innermost type that has a name.
    mutating func decode(
        _ value: JSONValue, _ schema: Schema, path: String = "", owner: String = ""
    ) throws(Fault) -> JSONValue {
        switch (schema.kind, value) {
        case (.any, _): return value
        case (_, .null): return Self.zero(schema)
        case (.object, .object(let members)):
            if let element = schema.additionalProperties { return try map(members, element, path, owner) }
            return try structure(members, schema, path)
        case (.array, .array(let elements)):
            guard let items = schema.items else { return value }
            var result: [JSONValue] = []
            for (index, element) in elements.enumerated() {
                result.append(try decode(element, items, path: "\(path)[\(index)]", owner: owner))
            }
            // What goes through Kubernetes' store comes back without empty lists.
            return result.isEmpty && !schema.keepsZero ? .null : .array(result)
        case (.string, .string(let text)): return .string(try string(text, schema.format))
        case (.string, .integer), (.string, .number):
            if schema.format == "quantity" { return .string(try string(value.text(), "quantity")) }
        case (.string, .object), (.string, .array), (.string, .bool):
            if schema.format == "quantity" { return .string(try string("", "quantity")) }
        case (.boolean, .bool), (.intOrString, .string), (.number, .integer), (.number, .number):
            return value
        case (.intOrString, .integer(let number)):
            if Int32(exactly: number) != nil { return value }
        case (.intOrString, .number):
            if isConverted, let number = value.integerValue { return .integer(number) }
        case (.integer, .number) where !isConverted: break
        case (.integer, _):
            if let number = value.integerValue, schema.format != "int32" || Int32(exactly: number) != nil {
                return .integer(number)
            }
        default: break
        }
        throw mismatch(value, schema, owner)
    }

    private mutating func structure(
        _ members: [String: JSONValue], _ schema: Schema, _ path: String
    ) throws(Fault) -> JSONValue {
        let owner = schema.typeName.map { String($0.split(separator: ".").last ?? "") } ?? ""
        var result: [String: JSONValue] = [:]
        result.reserveCapacity(members.count)
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            guard let property = schema.properties[name] else { continue }
            let inner = path.isEmpty ? name : "\(path).\(name)"
            if member.isNull, !property.alwaysPresent { continue }
            let names = self.names
            self.names += [property.embeddedIn, name].compactMap(\.self)
            let decoded = try decode(member, property, path: inner, owner: owner)
            self.names = names
            if Self.isKept(decoded, property) { result[name] = decoded }
        }
        for name in members.keys.sorted() where schema.properties[name] == nil {
            unknownFields.append(path.isEmpty ? name : "\(path).\(name)")
        }
        Self.addPresent(&result, schema)
        return .object(result)
    }

    private mutating func map(
        _ members: [String: JSONValue], _ element: Schema, _ path: String, _ owner: String
    ) throws(Fault) -> JSONValue {
        var result: [String: JSONValue] = [:]
        for (key, member) in members { result[key] = try decode(member, element, path: path, owner: owner) }
        return .object(result)
    }

    private static func addPresent(_ members: inout [String: JSONValue], _ schema: Schema) {
        for (name, property) in schema.properties where property.alwaysPresent && members[name] == nil {
            members[name] = zero(property)
        }
    }

    /// What a member that nobody set looks like.
    static func zero(_ schema: Schema) -> JSONValue {
        switch schema.kind {
        case .object where schema.additionalProperties == nil:
            var members: [String: JSONValue] = [:]
            addPresent(&members, schema)
            return .object(members)
        case .string where schema.keepsZero: return .null
        case .string:
            switch schema.format {
            case "date-time", "micro-time": return .null
            case "quantity": return "0"
            default: return ""
            }
        case .integer, .number, .intOrString: return 0
        case .boolean: return false
        default: return .null
        }
    }

    private static func isKept(_ value: JSONValue, _ schema: Schema) -> Bool {
        if schema.alwaysPresent { return true }
        switch value {
        case .null: return false
        case .array(let elements): return !elements.isEmpty || schema.keepsZero
        case .object(let members): return !members.isEmpty || schema.additionalProperties == nil
        case .string(""), .integer(0), .bool(false): return schema.keepsZero
        default: return true
        }
    }

    private func string(_ text: String, _ format: String?) throws(Fault) -> String {
        switch format {
        case "quantity":
            if let canonical = Quantity.canonical(text) { return canonical }
            throw Fault(message: Quantity.fault)
        case "date-time":
            do throws(TimeText.Fault) { return try TimeText.read(text).seconds } catch {
                throw Self.badTime(text, error, layout: "2006-01-02T15:04:05Z07:00")
            }
        case "micro-time":
            do throws(TimeText.Fault) { return try TimeText.read(text, micro: true).micro } catch {
                throw Self.badTime(text, error, layout: "2006-01-02T15:04:05.000000Z07:00")
            }
        case "byte":
            if let position = Base64.firstFault(text) {
                throw Fault(message: "illegal base64 data at input byte \(position)")
            }
        default: break
        }
        return text
    }

    private static func badTime(_ text: String, _ fault: TimeText.Fault, layout: String) -> Fault {
        let why =
            switch fault {
            case .outOfRange(let part): ": \(part) out of range"
            case .extra(let rest): ": extra text: \"\(rest)\""
            case .mismatch(let rest, let expected): " as \"\(layout)\": cannot parse \"\(rest)\" as \"\(expected)\""
            }
        return Fault(message: "parsing time \(JSONValue.string(text).text())\(why)")
    }

    private func mismatch(_ value: JSONValue, _ schema: Schema, _ owner: String) -> Fault {
        let text = if case .number = value, let whole = value.integerValue { "\(whole).0" } else { value.text() }
        let number = "number\(schema.kind == .integer || schema.kind == .intOrString ? " \(text)" : "")"
        let found =
            switch value {
            case .integer, .number: number
            default: value.kindName
            }
        let field = ([owner] + names).filter { !$0.isEmpty }.joined(separator: ".")
        let type = Self.goName(schema)
        return Fault(
            message: "json: cannot unmarshal \(found) into Go struct field \(field) of type \(type)",
            conversion: Self.conversion(value, found, schema, type))
    }

    private static func conversion(_ value: JSONValue, _ found: String, _ schema: Schema, _ type: String) -> String {
        switch schema.kind {
        case .intOrString: return "json: cannot unmarshal \(found) into Go value of type int32"
        case .object:
            return schema.additionalProperties == nil
                ? "cannot restore struct from: \(value.goType.kind)" : "cannot restore map from \(value.goType.kind)"
        case .array: return "cannot restore slice from \(value.goType.kind)"
        case .string where schema.format == "date-time" || schema.format == "micro-time":
            return "json: cannot unmarshal \(found) into Go value of type string"
        default:
            switch value {
            case .integer, .number: return "cannot convert \(value.goType.name) to \(type)"
            default: return "unrecognized type: \(type)"
            }
        }
    }

    private static func goName(_ schema: Schema) -> String {
        switch schema.kind {
        case .object:
            if let values = schema.additionalProperties {
                return values.format == "quantity" ? "v1.ResourceList" : "map[string]\(goName(values))"
            }
            return schema.typeName.map { $0.split(separator: ".").suffix(2).joined(separator: ".") } ?? "struct"
        case .array: return "[]" + (schema.items.map(goName) ?? "interface {}")
        case .boolean: return "bool"
        case .integer: return schema.format ?? "int64"
        case .number: return "float64"
        case .intOrString: return "int32"
        default: return schema.format == "byte" ? "[]uint8" : "string"
        }
    }
}
