public import KubernetesClient

/// What is wrong with one field of an object, in Kubernetes' words.
public struct FieldError: Error, Sendable, Hashable {
    /// The kind of fault; decides the first words of the message and the machine readable cause.
    public enum Kind: String, Sendable, Hashable {
        case invalid = "FieldValueInvalid"
        case required = "FieldValueRequired"
        case duplicate = "FieldValueDuplicate"
        case notSupported = "FieldValueNotSupported"
        case forbidden = "FieldValueForbidden"
        case tooLong = "FieldValueTooLong"
        case tooMany = "FieldValueTooMany"
        case typeInvalid = "FieldValueTypeInvalid"
        case notFound = "FieldValueNotFound"
        case internalError = "InternalError"
    }

    public var kind: Kind
    /// `spec.containers[0].image`; `<nil>` where Kubernetes has no path.
    public var field: String
    /// The offending value as the message shows it (JSON), `nil` for kinds that show none.
    public var shownValue: String?
    public var detail: String

    public init(_ kind: Kind, _ field: String, shown value: String? = nil, _ detail: String = "") {
        self.kind = kind
        self.field = field
        self.shownValue = value.map(Self.escaped)
        self.detail = detail
    }

    /// Objects and lists are shown as Go writes JSON: `<`, `>` and `&` by their numbers. Other values are as they are.
    static func escaped(_ json: String) -> String {
        guard json.hasPrefix("{") || json.hasPrefix("["), json.utf8.contains(where: { "<>&".utf8.contains($0) }) else {
            return json
        }
        return json.reduce(into: "") { text, character in
            switch character {
            case "<": text += "\\u003c"
            case ">": text += "\\u003e"
            case "&": text += "\\u0026"
            default: text.append(character)
            }
        }
    }

    /// The cause's message, without the field: `Invalid value: -1: must be greater than or equal to 0`.
    public var message: String {
        let head =
            switch kind {
            case .invalid, .typeInvalid: "Invalid value"
            case .required: "Required value"
            case .duplicate: "Duplicate value"
            case .notSupported: "Unsupported value"
            case .forbidden: "Forbidden"
            case .tooLong: "Too long"
            case .tooMany: "Too many"
            case .notFound: "Not found"
            case .internalError: "Internal error"
            }
        return [head, shownValue, detail.isEmpty ? nil : detail].compactMap(\.self).joined(separator: ": ")
    }

    /// With the field in front.
    public var description: String { "\(field): \(message)" }
}

extension FieldError: CustomStringConvertible {}

extension FieldError {
    public static func invalid(_ field: String, _ value: JSONValue, _ detail: String) -> FieldError {
        FieldError(.invalid, field, shown: value.text(), detail)
    }
    public static func required(_ field: String, _ detail: String = "") -> FieldError {
        FieldError(.required, field, detail)
    }
    public static func duplicate(_ field: String, _ value: JSONValue) -> FieldError {
        FieldError(.duplicate, field, shown: value.text())
    }
    public static func forbidden(_ field: String, _ detail: String) -> FieldError {
        FieldError(.forbidden, field, detail)
    }
    public static func notSupported(_ field: String, _ value: JSONValue, _ supported: [String]) -> FieldError {
        let list = supported.map { JSONValue.string($0).text() }.joined(separator: ", ")
        return FieldError(.notSupported, field, shown: value.text(), "supported values: \(list)")
    }
    public static func tooLong(_ field: String, maximum: Int, unit: String = "bytes") -> FieldError {
        FieldError(
            .tooLong, field, "may not be more than \(maximum) \(maximum == 1 && unit == "bytes" ? "byte" : unit)")
    }
    public static func tooMany(_ field: String, _ count: Int, maximum: Int) -> FieldError {
        FieldError(
            .tooMany, field, shown: String(count), "must have at most \(maximum) \(maximum == 1 ? "item" : "items")")
    }
}
