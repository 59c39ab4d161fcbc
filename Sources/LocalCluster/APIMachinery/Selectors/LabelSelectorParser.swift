/// The grammar of label selectors, with Kubernetes' error texts.
struct LabelSelectorParser {
    private enum Token: Equatable {
        case word(String)
        case symbol(String)
        case end

        var literal: String {
            switch self {
            case .word(let text), .symbol(let text): text
            case .end: ""
            }
        }
    }

    private var tokens: [Token] = []
    private var position = 0

    init(_ text: String) {
        var word = ""
        var rest = text[...]
        func symbol() -> String? {
            ["!=", "==", "=", "!", ",", "(", ")", ">", "<"].first { rest.hasPrefix($0) }
        }
        while let character = rest.first {
            if character.isWhitespace || symbol() != nil {
                if !word.isEmpty { tokens.append(.word(word)) }
                word = ""
                if let found = symbol() {
                    tokens.append(.symbol(found))
                    rest = rest.dropFirst(found.count)
                } else {
                    rest = rest.dropFirst()
                }
            } else {
                word.append(character)
                rest = rest.dropFirst()
            }
        }
        if !word.isEmpty { tokens.append(.word(word)) }
    }

    private var current: Token { position < tokens.count ? tokens[position] : .end }

    private mutating func next() -> Token {
        defer { position += 1 }
        return current
    }

    mutating func requirements() throws(StatusError) -> [LabelSelector.Requirement] {
        var result: [LabelSelector.Requirement] = []
        switch current {
        case .end: return []
        case .word, .symbol("!"): break
        case .symbol(let text):
            throw StatusError.badRequest("found '\(text)', expected: !, identifier, or 'end of string'")
        }
        while true {
            result.append(try requirement())
            switch next() {
            case .end: return result.sorted { $0.key < $1.key }
            case .symbol(","):
                if case .word = current { continue }
                if current == .symbol("!") { continue }
                throw StatusError.badRequest("found '\(current.literal)', expected: identifier after ','")
            case let other:
                throw StatusError.badRequest("found '\(other.literal)', expected: ',' or 'end of string'")
            }
        }
    }

    private static func error(_ message: String) -> StatusError {
        .badRequest("unable to parse requirement: \(message)")
    }

    private mutating func requirement() throws(StatusError) -> LabelSelector.Requirement {
        var negated = false
        if current == .symbol("!") {
            negated = true
            position += 1
        }
        guard case .word(let key) = next() else {
            position -= 1
            throw Self.error("found '\(current.literal)', expected: identifier")
        }
        let faults = Names.faultsOfQualifiedName(key)
        if !faults.isEmpty {
            throw Self.error("<nil>: Invalid value: \"\(key)\": \(faults.joined(separator: "; "))")
        }
        if negated { return .init(key: key, operator: .doesNotExist, values: []) }
        switch next() {
        case .end, .symbol(","):
            position -= 1
            return .init(key: key, operator: .exists, values: [])
        case .symbol("="), .symbol("=="): return .init(key: key, operator: .in, values: [try value(key)])
        case .symbol("!="): return .init(key: key, operator: .notIn, values: [try value(key)])
        case .symbol(">"): return .init(key: key, operator: .greaterThan, values: [try number(key)])
        case .symbol("<"): return .init(key: key, operator: .lessThan, values: [try number(key)])
        case .word("in"): return .init(key: key, operator: .in, values: try values(key))
        case .word("notin"): return .init(key: key, operator: .notIn, values: try values(key))
        case let other:
            throw Self.error("found '\(other.literal)', expected: in, notin, =, ==, !=, gt, lt")
        }
    }

    /// A value may be empty: `app=`.
    private mutating func value(_ key: String) throws(StatusError) -> String {
        guard case .word(let value) = current else {
            if current == .end || current == .symbol(",") { return "" }
            throw Self.error("found '\(current.literal)', expected: identifier")
        }
        position += 1
        return try checked(value, key)
    }

    private mutating func number(_ key: String) throws(StatusError) -> String {
        let text = try value(key)
        if Int64(text) == nil {
            throw Self.error(
                "values[0]: Invalid value: \"\(text)\": for 'Gt', 'Lt' operators, the value must be an integer")
        }
        return text
    }

    private func checked(_ value: String, _ key: String) throws(StatusError) -> String {
        let faults = Names.faultsOfLabelValue(value)
        if !faults.isEmpty {
            throw Self.error("values[0][\(key)]: Invalid value: \"\(value)\": \(faults.joined(separator: "; "))")
        }
        return value
    }

    private mutating func values(_ key: String) throws(StatusError) -> [String] {
        guard next() == .symbol("(") else {
            position -= 1
            throw Self.error("found '\(current.literal)' expected: '('")
        }
        var values: [String] = []
        var expectsValue = true
        while true {
            switch next() {
            case .word(let value) where expectsValue:
                values.append(try checked(value, key))
                expectsValue = false
            case .symbol(","):
                if expectsValue { values.append("") }
                expectsValue = true
            case .symbol(")"):
                if expectsValue { values.append("") }
                return Array(Set(values)).sorted()
            case let other:
                let expected = expectsValue && values.isEmpty ? "',', ')' or identifier" : "',' or ')'"
                throw Self.error("found '\(other.literal)', expected: \(expected)")
            }
        }
    }
}
