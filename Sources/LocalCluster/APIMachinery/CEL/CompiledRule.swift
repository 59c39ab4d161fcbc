import KubernetesClient

/// One entry of `x-kubernetes-validations`, ready to run.
struct CompiledRule: Sendable {
    let source: ValidationRule
    private let condition: CELProgram
    private let messageExpression: CELProgram?
    /// Where the error stands below the validated value.
    private let field: String
    private let showsValue: Bool
    let usesOld: Bool

    init(_ rule: ValidationRule, type: CELDeclaredType, schema: Schema) throws(CELFaults) {
        source = rule
        condition = try Self.compile(rule.rule, rule, type)
        var message: CELProgram?
        if let text = rule.messageExpression, !text.isEmpty { message = try Self.compile(text, rule, type) }
        messageExpression = message
        usesOld = condition.expression.mentions("oldSelf")
        field = rule.fieldPath.flatMap { try? RuleFieldPath.resolve($0, schema).path } ?? ""
        showsValue = schema.kind != .object && schema.kind != .array
    }

    static func compile(
        _ text: String, _ rule: ValidationRule, _ type: CELDeclaredType
    ) throws(CELFaults) -> CELProgram {
        let old = rule.optionalOldSelf == true ? CELType.optional(type.type) : type.type
        return try CELChecker.compile(text, names: ["self": type.type, "oldSelf": old])
    }

    /// The rule as errors name it.
    var shown: String {
        let message = source.message ?? ""
        return (message.isEmpty ? source.rule : message).trimmingWhitespace()
    }

    func holds(_ value: CELValue, old: CELValue?) throws(CELError) -> Bool {
        var values = ["self": value]
        if source.optionalOldSelf == true {
            values["oldSelf"] = .optional(old.map { [$0] } ?? [])
        } else if let old {
            values["oldSelf"] = old
        }
        return try CELEvaluator(values: values).evaluate(condition.expression) == .bool(true)
    }

    /// Why a value is refused.
    func message(_ value: CELValue, old: CELValue?) -> String {
        if let messageExpression {
            var values = ["self": value]
            if let old { values["oldSelf"] = old }
            let isComplete = old != nil || !messageExpression.expression.mentions("oldSelf")
            if isComplete,
                case .string(let text)? = try? CELEvaluator(values: values).evaluate(messageExpression.expression)
            {
                let trimmed = text.trimmingWhitespace()
                if !trimmed.isEmpty, trimmed.utf8.count <= 5_120, !trimmed.contains("\n") { return trimmed }
            }
        }
        let own = source.message ?? ""
        return own.isEmpty ? "failed rule: \(shown)" : shown
    }

    func error(at path: String, _ value: JSONValue, _ message: String) -> FieldError {
        let place = field.isEmpty ? path : path.isEmpty ? field : "\(path).\(field)"
        let shown = showsValue ? value.text() : nil
        let kind = source.kind ?? .invalid
        switch kind {
        case .invalid: return FieldError(kind, place.isEmpty ? "<nil>" : place, shown: shown, message)
        case .duplicate: return FieldError(kind, place.isEmpty ? "<nil>" : place, shown: shown)
        default: return FieldError(kind, place.isEmpty ? "<nil>" : place, message)
        }
    }
}

extension ValidationRule {
    /// The kind of error of its `reason`; `nil` for one that there is not.
    var kind: FieldError.Kind? {
        guard let reason else { return .invalid }
        return [.invalid, .forbidden, .required, .duplicate].first { $0.rawValue == reason }
    }

    /// The rule as messages show it.
    var json: String {
        func text(_ value: String?) -> String { JSONValue.string(value ?? "").text() }
        return "{\"Rule\":\(text(rule)),\"Message\":\(text(message)),\"MessageExpression\":\(text(messageExpression)),"
            + "\"Reason\":\(reason.map { text($0) } ?? "null"),\"FieldPath\":\(text(fieldPath)),"
            + "\"OptionalOldSelf\":\(optionalOldSelf.map { String($0) } ?? "null")}"
    }
}

/// The paths of rules and selectable fields: `.spec.name`, `.tags['a.b']`.
enum RuleFieldPath {
    /// - Returns: the path as errors write it, and the schema it leads to.
    /// - Throws: why it leads nowhere.
    static func resolve(
        _ text: String, _ schema: Schema, brackets: Bool = true
    ) throws(CELError) -> (path: String, schema: Schema) {
        var rest = text[...]
        var path = ""
        var schema = schema
        func enter(_ name: String) throws(CELError) {
            if !schema.properties.isEmpty {
                guard let property = schema.properties[name] else { throw CELError("does not refer to a valid field") }
                path += path.isEmpty ? name : ".\(name)"
                schema = property
            } else if let values = schema.additionalProperties {
                path += "[\(name)]"
                schema = values
            } else {
                throw CELError("does not refer to a valid field")
            }
        }
        while let mark = rest.popFirst() {
            if mark == "." {
                let name = rest.prefix { !".[]".contains($0) }
                if name.isEmpty {
                    guard let next = rest.popFirst() else { throw CELError("unexpected end of JSON path") }
                    try enter(String(next))
                } else {
                    rest = rest.dropFirst(name.count)
                    try enter(String(name))
                }
            } else if mark == "[" {
                if !brackets { throw CELError("array notation is not allowed") }
                let (name, after) = try quoted(rest)
                try enter(name)
                guard let close = after.first else { throw CELError("unexpected end of JSON path") }
                guard close == "]" else { throw CELError("expected ] but got \(close)") }
                rest = after.dropFirst()
            } else {
                let word = String(mark) + (mark == "]" ? "" : rest.prefix { !".[]".contains($0) })
                throw CELError("expected [ or . but got: \(word)")
            }
        }
        return (path, schema)
    }

    private static func quoted(_ text: Substring) throws(CELError) -> (String, Substring) {
        guard text.first == "'" else {
            if text.isEmpty { throw CELError("unexpected end of JSON path") }
            let word = text.prefix { !".[]".contains($0) }
            throw CELError("expected single quoted string but got \(word.isEmpty ? text.prefix(1) : word)")
        }
        var rest = text.dropFirst()
        var name = ""
        let escapes: [Character: Character] = [
            "a": "\u{7}", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{B}", "'": "'",
            "\\": "\\",
        ]
        while let character = rest.popFirst() {
            if character == "'" { return (name, rest) }
            guard character == "\\" else {
                name.append(character)
                continue
            }
            guard let mark = rest.popFirst(), let escaped = escapes[mark] else {
                throw CELError("invalid string literal: invalid escape char \\\(rest.first.map(String.init) ?? "")")
            }
            name.append(escaped)
        }
        throw CELError("expected single quoted string but got \(text)")
    }
}

extension String {
    func trimmingWhitespace() -> String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
