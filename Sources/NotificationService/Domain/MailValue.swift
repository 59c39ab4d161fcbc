/// A variable of a template: JSON.
enum MailValue: Sendable, Hashable, Codable {
    case text(String)
    case integer(Int64)
    case number(Double)
    case flag(Bool)
    case list([MailValue])
    case object([String: MailValue])
    case null

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let integer = try? container.decode(Int64.self) {
            self = .integer(integer)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([MailValue].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: MailValue].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .integer(let integer): try container.encode(integer)
        case .number(let number): try container.encode(number)
        case .flag(let flag): try container.encode(flag)
        case .list(let list): try container.encode(list)
        case .object(let object): try container.encode(object)
        case .null: try container.encodeNil()
        }
    }

    /// As Mustache reads it; null is absent.
    var mustache: Any? {
        switch self {
        case .text(let text): text
        case .integer(let integer): integer
        case .number(let number): number
        case .flag(let flag): flag
        case .list(let list): list.compactMap(\.mustache)
        case .object(let object): object.compactMapValues(\.mustache)
        case .null: nil
        }
    }
}
