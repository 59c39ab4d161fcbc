/// Single values of YAML: what plain text means, and quotes.
enum YAMLScalar {
    /// What plain text stands for in YAML's core schema.
    static func resolve(_ text: some StringProtocol) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        guard let first = text.utf8.first, "+-.0123456789".utf8.contains(first) else { return .string(String(text)) }
        let unsigned = text.hasPrefix("+") ? String(text.dropFirst()) : String(text)
        if text.hasPrefix("0x"), let value = Int64(text.dropFirst(2), radix: 16) { return .integer(value) }
        if text.hasPrefix("0o"), let value = Int64(text.dropFirst(2), radix: 8) { return .integer(value) }
        if let value = Int64(unsigned) { return .integer(value) }
        let isNumber = unsigned.utf8.allSatisfy { "+-.eE0123456789".utf8.contains($0) }
        if isNumber, let value = Double(unsigned), value.isFinite { return .number(value) }
        return .string(String(text))
    }

    /// The text before a comment, without white space at its end.
    static func withoutComment(_ text: Substring) -> Substring {
        var result = text
        if text.first == "#" { return "" }
        if let comment = text.firstRange(of: " #") { result = text[..<comment.lowerBound] }
        while result.last == " " { result.removeLast() }
        return result
    }

    /// - Throws: for what begins with an anchor, an alias or a tag, or a character that YAML reserves.
    static func checkSupported(_ text: Substring, line: Int) throws(YAMLError) {
        switch text.first {
        case "&": throw YAMLError("anchors are not supported", line: line)
        case "*": throw YAMLError("aliases are not supported", line: line)
        case "!": throw YAMLError("tags are not supported", line: line)
        case "@", "`", "%": throw YAMLError("a value cannot begin with this character", line: line)
        default: break
        }
    }

    /// Where the quoted text that `text` begins with ends, behind its quote; `nil` when it does not.
    static func endOfQuoted(_ text: Substring) -> Substring.Index? {
        guard let quote = text.first else { return nil }
        var index = text.index(after: text.startIndex)
        while index < text.endIndex {
            let character = text[index]
            index = text.index(after: index)
            if character == "\\", quote == "\"", index < text.endIndex {
                index = text.index(after: index)
            } else if character == quote {
                guard quote == "'", index < text.endIndex, text[index] == "'" else { return index }
                index = text.index(after: index)
            }
        }
        return nil
    }

    /// The text between quotes, escapes resolved.
    static func quoted(_ text: Substring, line: Int) throws(YAMLError) -> String {
        let inner = text.dropFirst().dropLast()
        guard text.first == "\"" else { return String(inner.replacing("''", with: "'")) }
        var result = ""
        var rest = inner[...]
        while let character = rest.popFirst() {
            guard character == "\\" else {
                result.append(character)
                continue
            }
            guard let escape = rest.popFirst() else { throw YAMLError("an escape without character", line: line) }
            switch escape {
            case "n": result.append("\n")
            case "t": result.append("\t")
            case "r": result.append("\r")
            case "b": result.append("\u{08}")
            case "f": result.append("\u{0C}")
            case "0": result.append("\0")
            case "e": result.append("\u{1B}")
            case "\"", "\\", "/", " ": result.append(escape)
            case "x", "u", "U":
                let digits = escape == "x" ? 2 : escape == "u" ? 4 : 8
                guard let value = UInt32(rest.prefix(digits), radix: 16), let scalar = Unicode.Scalar(value) else {
                    throw YAMLError("\\\(escape) is not followed by a character's number", line: line)
                }
                rest = rest.dropFirst(digits)
                result.unicodeScalars.append(scalar)
            default: throw YAMLError("the escape \\\(escape) is not known", line: line)
            }
        }
        return result
    }
}
