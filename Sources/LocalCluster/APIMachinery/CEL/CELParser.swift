/// Reads expressions.
struct CELParser {
    private let places: [CELLexer.Place]
    private var position = 0
    private var depth = 0
    private var lastID = 0
    /// Faults of macros do not end the reading.
    private var errors: [CELError]

    private static let maximumDepth = 250
    private static let reserved: Set<String> = [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
        "namespace", "return", "var", "void", "while",
    ]
    private static let operands =
        "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"

    private init(_ text: String) {
        let lexer = CELLexer(text)
        places = lexer.places
        errors = lexer.errors
    }

    static func parse(_ text: String) throws(CELFaults) -> CELExpression {
        var parser = CELParser(text)
        let expression: CELExpression
        do throws(CELError) {
            expression = try parser.conditional()
        } catch {
            throw CELFaults(errors: parser.errors + [error])
        }
        if expression.depth > maximumDepth {
            parser.errors.append(CELError("expression recursion limit exceeded: \(maximumDepth)", at: 0))
        }
        if parser.current != .end { parser.errors.append(parser.leftOver()) }
        guard parser.errors.isEmpty else { throw CELFaults(errors: parser.errors) }
        return expression
    }

    // MARK: Tokens and nodes

    private var current: CELLexer.Token { places[position].token }
    private var offset: Int { places[position].offset }

    private mutating func node(_ node: CELExpression.Node, at offset: Int) -> CELExpression {
        lastID += 1
        return CELExpression(id: lastID, offset: offset, node: node)
    }

    private mutating func take(_ symbol: String) -> Bool {
        guard current == .symbol(symbol) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ symbol: String) throws(CELError) {
        if take(symbol) { return }
        let words =
            current == .end ? "missing '\(symbol)' at '<EOF>'" : "mismatched input \(shown) expecting '\(symbol)'"
        throw CELError("Syntax error: \(words)", at: offset)
    }

    private var shown: String { "'\(places[position].text)'" }

    private func leftOver() -> CELError {
        // With one thing too many the parser says what it would leave out.
        let isLast = position == places.count - 2
        let words = isLast ? "extraneous input" : "mismatched input"
        return CELError("Syntax error: \(words) \(shown) expecting <EOF>", at: offset)
    }

    private func missingOperand() -> CELError {
        CELError("Syntax error: mismatched input \(shown) expecting \(Self.operands)", at: offset)
    }

    private mutating func enter() throws(CELError) {
        depth += 1
        if depth > Self.maximumDepth {
            throw CELError("expression recursion limit exceeded: \(Self.maximumDepth)", at: offset)
        }
    }

    // MARK: Operators

    private mutating func conditional() throws(CELError) -> CELExpression {
        try enter()
        defer { depth -= 1 }
        let condition = try disjunction()
        let at = offset
        guard take("?") else { return condition }
        let yes = try disjunction()
        try expect(":")
        return node(.call("_?_:_", target: nil, [condition, yes, try conditional()]), at: at)
    }

    private mutating func disjunction() throws(CELError) -> CELExpression {
        try junction("||", "_||_") { (parser: inout CELParser) throws(CELError) in
            try parser.junction("&&", "_&&_") { (parser: inout CELParser) throws(CELError) in try parser.binary(0) }
        }
    }

    /// Terms joined by one operator, as a balanced tree.
    private mutating func junction(
        _ symbol: String, _ function: String, _ term: (inout CELParser) throws(CELError) -> CELExpression
    ) throws(CELError) -> CELExpression {
        var terms = [try term(&self)]
        var offsets: [Int] = []
        while current == .symbol(symbol) {
            offsets.append(offset)
            position += 1
            terms.append(try term(&self))
        }
        func balanced(_ low: Int, _ high: Int, _ parser: inout CELParser) -> CELExpression {
            let middle = (low + high + 1) / 2
            let left = middle == low ? terms[middle] : balanced(low, middle - 1, &parser)
            let right = middle == high ? terms[middle + 1] : balanced(middle + 1, high, &parser)
            return parser.node(.call(function, target: nil, [left, right]), at: offsets[middle])
        }
        return terms.count == 1 ? terms[0] : balanced(0, offsets.count - 1, &self)
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
            case .symbol(let symbol) where Self.levels[level].contains(symbol): name = "_\(symbol)_"
            case .name("in") where level == 0: name = "@in"
            default: return left
            }
            let at = offset
            position += 1
            left = node(.call(name, target: nil, [left, try binary(level + 1)]), at: at)
        }
    }

    private mutating func unary() throws(CELError) -> CELExpression {
        try enter()
        defer { depth -= 1 }
        let at = offset
        if take("!") {
            var count = 1
            while take("!") { count += 1 }
            let operand = try member()
            return count % 2 == 0 ? operand : node(.call("!_", target: nil, [operand]), at: at)
        }
        guard take("-") else { return try member() }
        var count = 1
        while take("-") { count += 1 }
        if count == 1, case .value(let value) = current {
            switch value {
            case .int(let number):
                position += 1
                return try members(of: node(.literal(.int(number == .min ? .min : -number)), at: at))
            case .double(let number):
                position += 1
                return try members(of: node(.literal(.double(-number)), at: at))
            default: break
            }
        }
        let operand = try member()
        return count % 2 == 0 ? operand : node(.call("-_", target: nil, [operand]), at: at)
    }

    // MARK: Members

    private mutating func member() throws(CELError) -> CELExpression { try members(of: try primary()) }

    private mutating func members(of first: CELExpression) throws(CELError) -> CELExpression {
        var value = first
        while true {
            let at = offset
            if take(".") {
                let isOptional = take("?")
                let name: String
                switch current {
                case .name(let word), .quotedName(let word): name = word
                case .value(let word) where word == .bool(true) || word == .bool(false) || word == .null:
                    name = places[position].text
                default:
                    throw CELError(
                        "Syntax error: no viable alternative at input '.\(places[position].text)'", at: offset)
                }
                position += 1
                let open = offset
                if isOptional {
                    let field = node(.literal(.string(name)), at: at)
                    value = node(.call("_?._", target: nil, [value, field]), at: at)
                } else if take("(") {
                    value = try method(name, on: value, arguments(), at: open)
                } else {
                    value = node(.select(value, name, isTest: false), at: at)
                }
            } else if take("[") {
                let isOptional = take("?")
                let index = try conditional()
                try expect("]")
                value = node(.call(isOptional ? "_[?_]" : "_[_]", target: nil, [value, index]), at: at)
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

    private mutating func method(
        _ name: String, on target: CELExpression, _ arguments: [CELExpression], at: Int
    ) -> CELExpression {
        var macros = CELMacros(offset: at, lastID: lastID)
        do throws(CELError) {
            if let expanded = try macros.expand(name, target, arguments) {
                lastID = macros.lastID
                return expanded
            }
        } catch {
            errors.append(error)
        }
        return node(.call(name, target: target, arguments), at: at)
    }

    private mutating func primary() throws(CELError) -> CELExpression {
        let at = offset
        switch current {
        case .value(let value):
            position += 1
            return node(.literal(value), at: at)
        case .symbol("("):
            position += 1
            let inner = try conditional()
            try expect(")")
            return inner
        case .symbol("["): return try list()
        case .symbol("{"): return try map()
        case .symbol("."), .name:
            let isRooted = take(".")
            guard case .name(let name) = current else { throw missingOperand() }
            position += 1
            if name == "in" { throw CELError("Syntax error: mismatched input 'in' expecting \(Self.operands)", at: at) }
            let open = offset
            if take("(") { return try call(name, try arguments(), at: open) }
            if Self.reserved.contains(name) { errors.append(CELError("reserved identifier: \(name)", at: at)) }
            return node(.name(isRooted ? "." + name : name), at: at)
        default: throw missingOperand()
        }
    }

    private mutating func call(
        _ name: String, _ arguments: [CELExpression], at: Int
    ) throws(CELError) -> CELExpression {
        if name == "has", arguments.count == 1 {
            guard case .select(let operand, let field, _) = arguments[0].node else {
                errors.append(CELError("invalid argument to has() macro", at: arguments[0].offset))
                return node(.literal(.bool(false)), at: at)
            }
            return node(.select(operand, field, isTest: true), at: at)
        }
        return node(.call(name, target: nil, arguments), at: at)
    }

    private mutating func list() throws(CELError) -> CELExpression {
        let at = offset
        position += 1
        var elements: [CELExpression] = []
        var optional: Set<Int> = []
        while !take("]") {
            if take("?") { optional.insert(elements.count) }
            elements.append(try conditional())
            if !take(",") {
                try expect("]")
                break
            }
        }
        return node(.list(elements, optional: optional), at: at)
    }

    private mutating func map() throws(CELError) -> CELExpression {
        let at = offset
        position += 1
        var entries: [CELExpression.Entry] = []
        while !take("}") {
            let isOptional = take("?")
            let key = try conditional()
            try expect(":")
            entries.append(CELExpression.Entry(key: key, value: try conditional(), isOptional: isOptional))
            if !take(",") {
                try expect("}")
                break
            }
        }
        return node(.map(entries), at: at)
    }
}
