import KubernetesClient

/// How expressions see the values of a schema: their type, and how large they can be in a request.
final class CELDeclaredType: Sendable {
    let type: CELType
    /// Elements of a list or map, bytes of a text; 0 for what has none.
    let maxElements: UInt64
    /// Bytes of the smallest value in JSON.
    let minimumSize: Int
    let fields: [String: CELDeclaredType]
    /// Of a list's elements or a map's values.
    let element: CELDeclaredType?

    static let maximumRequest = 3 * 1024 * 1024

    private init(
        _ type: CELType, maxElements: Int = 0, minimumSize: Int, fields: [String: CELDeclaredType] = [:],
        element: CELDeclaredType? = nil
    ) {
        self.type = type
        self.maxElements = UInt64(max(0, maxElements))
        self.minimumSize = minimumSize
        self.fields = fields
        self.element = element
    }

    private static let string = CELDeclaredType(.string, maxElements: maximumRequest - 2, minimumSize: 2)

    /// What a path of fields and `@items`, `@values`, `@keys` leads to.
    func at(_ path: some Collection<String>) -> CELDeclaredType? {
        guard let step = path.first else { return self }
        let next: CELDeclaredType? =
            switch step {
            case "@items", "@values": element
            case "@keys": type.parameters.count == 2 ? Self.string.sized(0) : nil
            default: fields[step]
            }
        return next?.at(path.dropFirst())
    }

    private func sized(_ maxElements: Int) -> CELDeclaredType {
        CELDeclaredType(type, maxElements: maxElements, minimumSize: minimumSize)
    }

    /// How often a value like this fits into one request.
    var maximumCardinality: UInt64 { UInt64(Self.maximumRequest / (minimumSize + 1)) }

    /// The view of a schema; `nil` for one that expressions cannot see (anything, and lists and maps of anything).
    ///
    /// - Parameter isRoot: whether it is that of a whole object, own or embedded, with its type and name.
    static func make(_ schema: Schema, isRoot: Bool, name: String) -> CELDeclaredType? {
        let isRoot = isRoot || schema.embeddedResource
        switch schema.kind {
        case .boolean: return CELDeclaredType(.bool, minimumSize: 4)
        case .integer: return CELDeclaredType(.int, minimumSize: 1)
        case .number: return CELDeclaredType(.double, minimumSize: 1)
        case .any: return nil
        case .intOrString:
            return CELDeclaredType(
                .dyn, maxElements: schema.bounds.maxLength.map { $0 * 4 } ?? maximumRequest - 2, minimumSize: 1)
        case .string: return text(schema)
        case .array:
            guard let items = schema.items, let element = make(items, isRoot: false, name: "\(name).@idx") else {
                return nil
            }
            let limit = schema.bounds.maxItems ?? (maximumRequest - 2) / (element.minimumSize + 1)
            return CELDeclaredType(.list(element.type), maxElements: limit, minimumSize: 2, element: element)
        case .object:
            guard let values = schema.additionalProperties, !schema.allowsAnyProperties else {
                return object(schema, isRoot: isRoot, name: name)
            }
            guard let element = make(values, isRoot: false, name: "\(name).@elem") else { return nil }
            let limit = schema.bounds.maxProperties ?? (maximumRequest - 2) / (element.minimumSize + 6)
            return CELDeclaredType(.map(.string, element.type), maxElements: limit, minimumSize: 2, element: element)
        }
    }

    private static func text(_ schema: Schema) -> CELDeclaredType {
        let maximum = schema.bounds.maxLength
        switch schema.format {
        case "byte": return CELDeclaredType(.bytes, maxElements: maximum ?? maximumRequest - 2, minimumSize: 2)
        case "duration": return CELDeclaredType(.duration, maxElements: 32, minimumSize: 3)
        case "date": return CELDeclaredType(.timestamp, maxElements: 12, minimumSize: 12)
        case "date-time": return CELDeclaredType(.timestamp, maxElements: 32, minimumSize: 21)
        default:
            if let maximum { return CELDeclaredType(.string, maxElements: maximum * 4, minimumSize: 2) }
            let longest = schema.bounds.enumeration?.map { $0.stringValue?.utf8.count ?? 0 }.max()
            return CELDeclaredType(.string, maxElements: longest ?? maximumRequest - 2, minimumSize: 2)
        }
    }

    private static func object(_ schema: Schema, isRoot: Bool, name: String) -> CELDeclaredType {
        var fields: [String: CELDeclaredType] = [:]
        var size = 2
        for (property, inner) in schema.properties {
            guard let type = make(inner, isRoot: false, name: "\(name).\(property)") else { continue }
            if let escaped = CELField.escaped(property) { fields[escaped] = type }
            if schema.required.contains(property), inner.defaultValue == nil {
                size += property.utf8.count + type.minimumSize + 4
            }
        }
        if isRoot {
            fields["apiVersion"] = string
            fields["kind"] = string
            let metadata = ["name": string, "generateName": string]
            let type = CELObjectType(name: "\(name).metadata", fields: metadata.mapValues(\.type))
            fields["metadata"] = CELDeclaredType(.object(type), minimumSize: 2, fields: metadata)
        }
        let type = CELObjectType(name: name, fields: fields.mapValues(\.type))
        return CELDeclaredType(.object(type), minimumSize: size, fields: fields)
    }
}
