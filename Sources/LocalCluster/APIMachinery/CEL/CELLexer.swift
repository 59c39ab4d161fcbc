/// Splits the text of an expression.
struct CELLexer {
    enum Token: Equatable {
        case name(String)
        /// A field's name in backquotes.
        case quotedName(String)
        case value(CELValue)
        case symbol(String)
        case end
    }

    struct Place {
        var token: Token
        var offset: Int
        /// As it is written.
        var text: String
    }

    private(set) var places: [Place] = []
    private(set) var errors: [CELError] = []
    private let text: [Unicode.Scalar]
    private var index = 0

    private static let symbols = [
        "&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ",", ".", "(", ")", "[",
        "]", "{", "}",
    ]

    init(_ source: String) {
        text = Array(source.unicodeScalars)
        while index < text.count { next() }
        places.append(Place(token: .end, offset: text.count, text: "<EOF>"))
    }

    private func slice(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: text[range])
        return String(view)
    }

    private mutating func add(_ token: Token, from start: Int) {
        places.append(Place(token: token, offset: start, text: slice(start..<index)))
    }

    private static func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private mutating func next() {
        let start = index
        let scalar = text[index]
        if " \t\r\n\u{C}".unicodeScalars.contains(scalar) {
            index += 1
        } else if scalar == "/", index + 1 < text.count, text[index + 1] == "/" {
            while index < text.count, text[index] != "\n" { index += 1 }
        } else if string() {
            return
        } else if Self.isNameStart(scalar) {
            while index < text.count, Self.isNameStart(text[index]) || Self.isDigit(text[index]) { index += 1 }
            switch slice(start..<index) {
            case "true": add(.value(.bool(true)), from: start)
            case "false": add(.value(.bool(false)), from: start)
            case "null": add(.value(.null), from: start)
            case let word: add(.name(word), from: start)
            }
        } else if Self.isDigit(scalar) || scalar == "." && index + 1 < text.count && Self.isDigit(text[index + 1]) {
            number()
        } else if scalar == "`", let end = text[(index + 1)...].firstIndex(of: "`") {
            index = end + 1
            add(.quotedName(slice(start + 1..<end)), from: start)
        } else if let symbol = Self.symbols.first(where: { text[index...].starts(with: $0.unicodeScalars) }) {
            index += symbol.unicodeScalars.count
            add(.symbol(symbol), from: start)
        } else {
            // The lexer has read one more character when it gives up on an operator it began.
            let began = "=&|".unicodeScalars.contains(scalar) && index + 1 < text.count
            errors.append(
                CELError(
                    "Syntax error: token recognition error at: '\(slice(start..<start + (began ? 2 : 1)))'", at: start))
            index += began ? 2 : 1
        }
    }

    private mutating func number() {
        let start = index
        if text[index] == "0", index + 2 < text.count, text[index + 1] == "x", Character(text[index + 2]).isHexDigit {
            index += 2
            while index < text.count, Character(text[index]).isHexDigit { index += 1 }
            whole(slice(start + 2..<index), radix: 16, from: start)
            return
        }
        func skipDigits() { while index < text.count, Self.isDigit(text[index]) { index += 1 } }
        skipDigits()
        var isWhole = true
        if index + 1 < text.count, text[index] == ".", Self.isDigit(text[index + 1]) {
            isWhole = false
            index += 1
            skipDigits()
        }
        let signed = index + 2 < text.count && (text[index + 1] == "+" || text[index + 1] == "-") ? 2 : 1
        if index + signed < text.count, text[index] == "e" || text[index] == "E", Self.isDigit(text[index + signed]) {
            isWhole = false
            index += signed
            skipDigits()
        }
        if isWhole {
            whole(slice(start..<index), radix: 10, from: start)
        } else if let value = Double(slice(start..<index)), value.isFinite {
            add(.value(.double(value)), from: start)
        } else {
            errors.append(CELError("invalid double literal", at: start))
        }
    }

    private mutating func whole(_ digits: String, radix: Int, from start: Int) {
        if index < text.count, text[index] == "u" || text[index] == "U" {
            index += 1
            if let value = UInt64(digits, radix: radix) {
                add(.value(.uint(value)), from: start)
            } else {
                errors.append(CELError("invalid uint literal", at: start))
            }
            return
        }
        // The smallest integer has no positive twin: its sign is part of it.
        if case .symbol("-")? = places.last?.token, digits.drop(while: { $0 == "0" }) == "9223372036854775808" {
            add(.value(.int(.min)), from: start)
        } else if let value = Int64(digits, radix: radix) {
            add(.value(.int(value)), from: start)
        } else {
            errors.append(CELError("invalid int literal", at: start))
            add(.value(.int(0)), from: start)
        }
    }

    /// A string or bytes literal with its prefix (`r"…"`, `b'…'`); false when there is none here.
    private mutating func string() -> Bool {
        let start = index
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
        guard cursor < text.count, text[cursor] == "'" || text[cursor] == "\"" else { return false }
        let quote = text[cursor]
        let isLong = cursor + 2 < text.count && text[cursor + 1] == quote && text[cursor + 2] == quote
        let width = isLong ? 3 : 1
        cursor += width
        var content: [UInt8] = []
        while cursor < text.count {
            if text.count - cursor >= width, text[cursor..<cursor + width].allSatisfy({ $0 == quote }) {
                index = cursor + width
                let value: CELValue = bytes ? .bytes(content) : .string(String(decoding: content, as: UTF8.self))
                add(.value(value), from: start)
                return true
            }
            if text[cursor] == "\\", !raw {
                guard let escaped = escape(&cursor, bytes: bytes) else { break }
                content += escaped
            } else if text[cursor] == "\n" || text[cursor] == "\r", !isLong {
                break
            } else {
                content += Array(String(Character(text[cursor])).utf8)
                cursor += 1
            }
        }
        errors.append(
            CELError(
                "Syntax error: token recognition error at: '\(slice(start..<min(text.count, cursor + 1)))'", at: start))
        index = max(cursor, start + 1)
        return true
    }

    /// The bytes an escape sequence stands for; `nil` for what is none.
    private func escape(_ cursor: inout Int, bytes: Bool) -> [UInt8]? {
        guard cursor + 1 < text.count else { return nil }
        let plain: [Unicode.Scalar: UInt8] = [
            "n": 10, "t": 9, "r": 13, "\\": 92, "'": 39, "\"": 34, "`": 96, "?": 63, "a": 7, "b": 8, "f": 12, "v": 11,
        ]
        let mark = text[cursor + 1]
        if let byte = plain[mark] {
            cursor += 2
            return [byte]
        }
        let octal = ("0"..."3").contains(mark)
        let digits = octal ? 3 : ["u": 4, "U": 8, "x": 2, "X": 2][mark] ?? 0
        let first = cursor + (octal ? 1 : 2)
        guard digits > 0, first + digits <= text.count,
            let code = UInt32(slice(first..<first + digits), radix: octal ? 8 : 16)
        else { return nil }
        if bytes, digits < 4 {
            guard code < 256 else { return nil }
            cursor = first + digits
            return [UInt8(code)]
        }
        guard !bytes, let scalar = Unicode.Scalar(code) else { return nil }
        cursor = first + digits
        return Array(String(Character(scalar)).utf8)
    }
}
