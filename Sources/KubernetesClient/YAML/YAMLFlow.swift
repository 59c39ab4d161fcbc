/// Flow collections: `[a, {b: c}]`, of which JSON is the strict kind.
struct YAMLFlow {
    private var rest: Substring
    private let line: Int
    private var depth = 0
    private static let maximumDepth = 128

    /// Whether all brackets are closed.
    static func isComplete(_ text: String) -> Bool {
        var depth = 0
        var rest = text[...]
        while let character = rest.first {
            switch character {
            case "\"", "'":
                guard let end = YAMLScalar.endOfQuoted(rest) else { return false }
                rest = rest[end...]
                continue
            case "{", "[": depth += 1
            case "}", "]":
                depth -= 1
                if depth == 0 { return true }
            default: break
            }
            rest = rest.dropFirst()
        }
        return depth == 0
    }

    static func read(_ text: String, line: Int) throws(YAMLError) -> JSONValue {
        var flow = YAMLFlow(rest: text[...], line: line)
        let value = try flow.value()
        flow.skipSpace()
        guard flow.rest.isEmpty else { throw YAMLError("text after a closing bracket", line: line) }
        return value
    }

    private init(rest: Substring, line: Int) {
        self.rest = rest
        self.line = line
    }

    private mutating func skipSpace() {
        while let character = rest.first {
            if character == "#" {
                rest = rest.drop { $0 != "\n" }
            } else if character.isWhitespace {
                rest = rest.dropFirst()
            } else {
                return
            }
        }
    }

    private mutating func take(_ character: Character) -> Bool {
        skipSpace()
        guard rest.first == character else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func value() throws(YAMLError) -> JSONValue {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw YAMLError("nested too deeply", line: line) }
        if take("{") { return try mapping() }
        if take("[") { return try sequence() }
        guard let first = rest.first else { throw YAMLError("an open bracket", line: line) }
        if first == "\"" || first == "'" { return .string(try quoted()) }
        return YAMLScalar.resolve(try plain())
    }

    private mutating func sequence() throws(YAMLError) -> JSONValue {
        var elements: [JSONValue] = []
        while !take("]") {
            elements.append(try value())
            if take(",") { continue }
            guard take("]") else { throw YAMLError("expected , or ]", line: line) }
            break
        }
        return .array(elements)
    }

    private mutating func mapping() throws(YAMLError) -> JSONValue {
        var members: [String: JSONValue] = [:]
        while !take("}") {
            skipSpace()
            let key = rest.first == "\"" || rest.first == "'" ? try quoted() : try plain()
            guard !key.isEmpty else { throw YAMLError("expected a key", line: line) }
            guard members[key] == nil else { throw YAMLError("the key \"\(key)\" is there twice", line: line) }
            if take(":") {
                skipSpace()
                members[key] = rest.first == "," || rest.first == "}" ? .null : try value()
            } else {
                members[key] = .null
            }
            if take(",") { continue }
            guard take("}") else { throw YAMLError("expected , or }", line: line) }
            break
        }
        return .object(members)
    }

    private mutating func quoted() throws(YAMLError) -> String {
        guard let end = YAMLScalar.endOfQuoted(rest) else { throw YAMLError("an open quote", line: line) }
        defer { rest = rest[end...] }
        return try YAMLScalar.quoted(rest[..<end], line: line)
    }

    private mutating func plain() throws(YAMLError) -> String {
        try YAMLScalar.checkSupported(rest, line: line)
        var text = ""
        while let character = rest.first, !",[]{}\n".contains(character) {
            if character == ":" {
                let next = rest.dropFirst().first
                if next == nil || next?.isWhitespace == true || ",[]{}".contains(next ?? " ") { break }
            }
            if character == "#", text.last == " " { break }
            text.append(character)
            rest = rest.dropFirst()
        }
        while text.last == " " { text.removeLast() }
        return text
    }
}
