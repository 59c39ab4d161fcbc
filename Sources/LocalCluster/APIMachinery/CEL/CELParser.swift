/// Reads expressions.
struct CELParser {
    private enum Token: Equatable {
        case name(String)
        case value(CELValue)
        case symbol(String)
        case end
    }

    private var tokens: [(token: Token, offset: Int)] = []
    private var position = 0
    private var depth = 0
    private static let maximumDepth = 250
    private static let symbols = [
        "&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ",", ".", "(", ")", "[",
        "]", "{", "}",
    ]
    private static let reserved: Set<String> = [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
        "namespace", "return", "var", "void", "while",
    ]

    static func parse(_ text: String) throws(CELError) -> CELExpression {
        var parser = CELParser()
        parser.tokens = try CELParser.tokens(of: Array(text.unicodeScalars))
        let expression = try parser.conditional()
        guard parser.current == .end else { throw parser.unexpected() }
        if expression.depth > maximumDepth {
            throw CELError("expression recursion limit exceeded: \(maximumDepth)", at: 0)
        }
        return expression
    }

    // MARK: Tokens

    private static func tokens(of text: [Unicode.Scalar]) throws(CELError) -> [(token: Token, offset: Int)] {
        var tokens: [(token: Token, offset: Int)] = []
        var index = 0
        while index < text.count {
            let start = index
            let scalar = text[index]
            if scalar.properties.isWhitespace {
                index += 1
            } else if scalar == "/", index + 1 < text.count, text[index + 1] == "/" {
                while index < text.count, text[index] != "\n" { index += 1 }
            } else if let literal = try string(text, &index) {
                tokens.append((.value(literal), start))
            } else if isNameStart(scalar) {
                while index < text.count, isNameStart(text[index]) || ("0"..."9").contains(text[index]) { index += 1 }
                tokens.append((word(String(String.UnicodeScalarView(text[start..<index]))), start))
            } else if ("0"..."9").contains(scalar) {
                tokens.append((.value(try number(text, &index)), start))
            } else if let symbol = symbols.first(where: { text[index...].starts(with: $0.unicodeScalars) }) {
                index += symbol.unicodeScalars.count
                tokens.append((.symbol(symbol), start))
            } else {
                throw CELError("Syntax error: token recognition error at: '\(scalar)'", at: start)
            }
        }
        return tokens + [(.end, text.count)]
    }

    private static func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
    }

    private static func word(_ word: String) -> Token {
        switch word {
        case "true": .value(.bool(true))
        case "false": .value(.bool(false))
        case "null": .value(.null)
        default: .name(word)
        }
    }

    private static func number(_ text: [Unicode.Scalar], _ index: inout Int) throws(CELError) -> CELValue {
        let start = index
        func slice() -> String { String(String.UnicodeScalarView(text[start..<index])) }
        func isDigit(_ position: Int) -> Bool { position < text.count && ("0"..."9").contains(text[position]) }
        if text[index] == "0", index + 1 < text.count, text[index + 1] == "x" {
            index += 2
            while index < text.count, Character(text[index]).isHexDigit { index += 1 }
            guard let value = Int64(slice().dropFirst(2), radix: 16) else {
                throw CELError("invalid int literal", at: start)
            }
            return .int(value)
        }
        while isDigit(index) { index += 1 }
        var isWhole = true
        if index < text.count, text[index] == ".", isDigit(index + 1) {
            isWhole = false
            index += 1
            while isDigit(index) { index += 1 }
        }
        if index < text.count, text[index] == "e" || text[index] == "E" {
            isWhole = false
            index += 1
            if index < text.count, text[index] == "+" || text[index] == "-" { index += 1 }
            while isDigit(index) { index += 1 }
        }
        if isWhole, index < text.count, text[index] == "u" || text[index] == "U" {
            guard let value = UInt64(slice()) else { throw CELError("invalid uint literal", at: start) }
            index += 1
            return .uint(value)
        }
        if isWhole {
            guard let value = Int64(slice()) else { throw CELError("invalid int literal", at: start) }
            return .int(value)
        }
        guard let value = Double(slice()) else { throw CELError("invalid double literal", at: start) }
        return .double(value)
    }

    /// A string or bytes literal with its prefix; `nil` when there is none here.
    private static func string(_ text: [Unicode.Scalar], _ index: inout Int) throws(CELError) -> CELValue? {
        var cursor = index
        var raw = false
        var bytes = false
        while cursor < text.count, cursor < index + 2 {
            if "rR".unicodeScalars.contains(text[cursor]), !raw {
                raw = true
            } else if "bB".unicodeScalars.contains(text[cursor]), !bytes {
                bytes = true
            } else {
                break
            }
            cursor += 1
        }
        guard cursor < text.count, text[cursor] == "'" || text[cursor] == "\"" else { return nil }
        let quote = text[cursor]
        let long = cursor + 2 < text.count && text[cursor + 1] == quote && text[cursor + 2] == quote
        let width = long ? 3 : 1
        cursor += width
        var content = String.UnicodeScalarView()
        while cursor < text.count {
            if text[cursor...].prefix(width).allSatisfy({ $0 == quote }), text.count - cursor >= width {
                index = cursor + width
                return bytes ? .bytes(Array(String(content).utf8)) : .string(String(content))
            }
            if text[cursor] == "\\", !raw {
                content.append(try escape(text, &cursor))
            } else if text[cursor] == "\n", !long {
                break
            } else {
                content.append(text[cursor])
                cursor += 1
            }
        }
        throw CELError("Syntax error: unterminated string", at: index)
    }

    private static func escape(_ text: [Unicode.Scalar], _ cursor: inout Int) throws(CELError) -> Unicode.Scalar {
        let start = cursor
        guard cursor + 1 < text.count else { throw CELError("Syntax error: unterminated string", at: start) }
        let plain: [Unicode.Scalar: Unicode.Scalar] = [
            "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "\"": "\"", "`": "`", "?": "?", "a": "\u{7}",
            "b": "\u{8}", "f": "\u{C}", "v": "\u{B}",
        ]
        let mark = text[cursor + 1]
        cursor += 2
        if let scalar = plain[mark] { return scalar }
        let digits = mark == "u" ? 4 : mark == "U" ? 8 : mark == "x" || mark == "X" ? 2 : 0
        guard digits > 0, cursor + digits <= text.count,
            let code = UInt32(String(String.UnicodeScalarView(text[cursor..<cursor + digits])), radix: 16),
            let scalar = Unicode.Scalar(code)
        else { throw CELError("Syntax error: invalid escape", at: start) }
        cursor += digits
        return scalar
    }

    // MARK: Grammar

    private var current: Token { tokens[position].token }
    private var offset: Int { tokens[position].offset }

    private mutating func take(_ symbol: String) -> Bool {
        guard current == .symbol(symbol) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ symbol: String) throws(CELError) {
        if !take(symbol) { throw unexpected() }
    }

    private func unexpected() -> CELError {
        let shown =
            switch current {
            case .name(let name): "'\(name)'"
            case .symbol(let symbol): "'\(symbol)'"
            case .value: "literal"
            case .end: "'<EOF>'"
            }
        return CELError("Syntax error: mismatched input \(shown)", at: offset)
    }

    private mutating func conditional() throws(CELError) -> CELExpression {
        try enter()
        defer { depth -= 1 }
        let condition = try disjunction()
        let at = offset
        guard take("?") else { return condition }
        let yes = try disjunction()
        try expect(":")
        return CELExpression(node: .conditional(condition, yes, try conditional()), offset: at)
    }

    private mutating func disjunction() throws(CELError) -> CELExpression {
        var left = try conjunction()
        while current == .symbol("||") {
            let at = offset
            position += 1
            left = CELExpression(node: .or(left, try conjunction()), offset: at)
        }
        return left
    }

    private mutating func conjunction() throws(CELError) -> CELExpression {
        var left = try binary(0)
        while current == .symbol("&&") {
            let at = offset
            position += 1
            left = CELExpression(node: .and(left, try binary(0)), offset: at)
        }
        return left
    }

    private static let levels: [Set<String>] = [
        ["==", "!=", "<", "<=", ">", ">=", "in"], ["+", "-"], ["*", "/", "%"],
    ]

    private mutating func binary(_ level: Int) throws(CELError) -> CELExpression {
        guard level < Self.levels.count else { return try unary() }
        var left = try binary(level + 1)
        while true {
            let name: String
            switch current {
            case .symbol(let symbol) where Self.levels[level].contains(symbol): name = symbol
            case .name("in") where level == 0: name = "in"
            default: return left
            }
            let at = offset
            position += 1
            left = CELExpression(node: .call(name, receiver: nil, [left, try binary(level + 1)]), offset: at)
        }
    }

    private mutating func enter() throws(CELError) {
        depth += 1
        if depth > Self.maximumDepth {
            throw CELError("expression recursion limit exceeded: \(Self.maximumDepth)", at: offset)
        }
    }

    private mutating func unary() throws(CELError) -> CELExpression {
        try enter()
        defer { depth -= 1 }
        let at = offset
        if take("!") { return CELExpression(node: .call("!", receiver: nil, [try unary()]), offset: at) }
        guard take("-") else { return try member() }
        let operand = try unary()
        switch operand.node {
        case .literal(.int(let value)): return CELExpression(node: .literal(.int(-value)), offset: at)
        case .literal(.double(let value)): return CELExpression(node: .literal(.double(-value)), offset: at)
        default: return CELExpression(node: .call("-", receiver: nil, [operand]), offset: at)
        }
    }

    private mutating func member() throws(CELError) -> CELExpression {
        var value = try primary()
        while true {
            let at = offset
            if take(".") {
                let optional = take("?")
                guard case .name(let name) = current else { throw unexpected() }
                position += 1
                if !optional, take("(") {
                    value = try call(name, on: value, at)
                } else {
                    value = CELExpression(node: .select(value, Self.unescaped(name), optional: optional), offset: at)
                }
            } else if take("[") {
                let optional = take("?")
                let index = try conditional()
                try expect("]")
                value = CELExpression(node: .index(value, index, optional: optional), offset: at)
            } else {
                return value
            }
        }
    }

    private mutating func arguments() throws(CELError) -> [CELExpression] {
        var arguments: [CELExpression] = []
        if take(")") { return arguments }
        repeat { arguments.append(try conditional()) } while take(",")
        try expect(")")
        return arguments
    }

    private mutating func call(
        _ name: String, on receiver: CELExpression, _ at: Int
    ) throws(CELError) -> CELExpression {
        let arguments = try arguments()
        guard let macro = CELExpression.Macro(name: name), arguments.count >= 2 else {
            return CELExpression(node: .call(name, receiver: receiver, arguments), offset: at)
        }
        guard case .name(let variable) = arguments[0].node else {
            throw CELError("argument must be a simple name", at: arguments[0].offset)
        }
        guard arguments.count == 2 || macro == .map && arguments.count == 3 else {
            throw CELError("undeclared reference to '\(name)' (in container '')", at: at)
        }
        return CELExpression(
            node: .macro(
                macro, receiver, variable: variable, arguments[1], then: arguments.count == 3 ? arguments[2] : nil),
            offset: at)
    }

    private mutating func primary() throws(CELError) -> CELExpression {
        let at = offset
        switch current {
        case .value(let value):
            position += 1
            return CELExpression(node: .literal(value), offset: at)
        case .symbol("("):
            position += 1
            let inner = try conditional()
            try expect(")")
            return inner
        case .symbol("["):
            position += 1
            var elements: [CELExpression] = []
            while !take("]") {
                elements.append(try conditional())
                if !take(",") {
                    try expect("]")
                    break
                }
            }
            return CELExpression(node: .list(elements), offset: at)
        case .symbol("{"):
            position += 1
            var entries: [(key: CELExpression, value: CELExpression)] = []
            while !take("}") {
                let key = try conditional()
                try expect(":")
                entries.append((key, try conditional()))
                if !take(",") {
                    try expect("}")
                    break
                }
            }
            return CELExpression(node: .map(entries), offset: at)
        case .name(let name):
            position += 1
            if Self.reserved.contains(name) { throw CELError("Syntax error: reserved identifier: \(name)", at: at) }
            guard take("(") else { return CELExpression(node: .name(name), offset: at) }
            let arguments = try arguments()
            if name == "has" {
                guard arguments.count == 1, case .select(let operand, let field, _) = arguments[0].node else {
                    throw CELError("invalid argument to has() macro", at: at)
                }
                return CELExpression(node: .has(operand, field), offset: at)
            }
            return CELExpression(node: .call(name, receiver: nil, arguments), offset: at)
        default: throw unexpected()
        }
    }

    /// A property's own name: `__dash__` and the like stand for what an identifier cannot have.
    private static func unescaped(_ name: String) -> String {
        guard name.contains("__") else { return name }
        var result = name
        for (escape, text) in [("__dot__", "."), ("__dash__", "-"), ("__slash__", "/"), ("__underscores__", "__")] {
            result = result.replacing(escape, with: text)
        }
        let keywords = [
            "in", "namespace", "package", "import", "true", "false", "null", "const", "function", "var", "if", "for",
            "else",
        ]
        for keyword in keywords where result == "__\(keyword)__" { return keyword }
        return result
    }
}
