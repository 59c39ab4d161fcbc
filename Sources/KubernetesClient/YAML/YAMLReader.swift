/// Reads block-style YAML line by line; flow collections and scalars are ``YAMLFlow`` and ``YAMLScalar``.
struct YAMLReader {
    private struct Line {
        var number: Int
        var indent: Int
        /// Without indentation and white space at the end.
        var content: Substring
    }

    private var lines: [Line] = []
    private var position = 0
    private let isEmptyDocument: Bool

    init(_ text: String) throws(YAMLError) {
        var number = 0
        var sawContent = false
        for raw in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" }) {
            number += 1
            var content = raw
            while let last = content.last, last == "\r" || last == " " || last == "\t" { content.removeLast() }
            let indentation = content.prefix { $0 == " " }
            content = content.dropFirst(indentation.count)
            if indentation.isEmpty {
                if content == "..." { break }
                if content == "---" || content.hasPrefix("--- ") {
                    if sawContent { break }
                    content = content.dropFirst(4)
                } else if content.hasPrefix("%"), !sawContent {
                    continue
                }
            }
            if content.first == "\t", content.contains(where: { $0 != "\t" }) {
                throw YAMLError("a tab in the indentation", line: number)
            }
            if !content.isEmpty, content.first != "#" { sawContent = true }
            lines.append(Line(number: number, indent: indentation.count, content: content))
        }
        isEmptyDocument = !sawContent
    }

    mutating func document() throws(YAMLError) -> JSONValue {
        guard !isEmptyDocument else { return .null }
        let value = try block(indent: 0)
        skipBlank()
        if position < lines.count { throw error("unexpected text after the document's value") }
        return value
    }

    private func error(_ message: String) -> YAMLError {
        YAMLError(message, line: lines.indices.contains(position) ? lines[position].number : lines.last?.number ?? 1)
    }

    private mutating func skipBlank() {
        while position < lines.count, lines[position].content.isEmpty || lines[position].content.first == "#" {
            position += 1
        }
    }

    /// The value that begins on the next line with content, which is indented at least so much.
    private mutating func block(indent: Int) throws(YAMLError) -> JSONValue {
        skipBlank()
        guard position < lines.count, lines[position].indent >= indent else { return .null }
        let line = lines[position]
        if Self.isItem(line.content) { return try sequence(indent: line.indent) }
        if try key(of: line) != nil { return try mapping(indent: line.indent) }
        position += 1
        return try inline(line.content, line: line.number, parentIndent: indent - 1)
    }

    private static func isItem(_ content: Substring) -> Bool { content == "-" || content.hasPrefix("- ") }

    private mutating func sequence(indent: Int) throws(YAMLError) -> JSONValue {
        var elements: [JSONValue] = []
        while true {
            skipBlank()
            guard position < lines.count, lines[position].indent == indent, Self.isItem(lines[position].content) else {
                break
            }
            let rest = lines[position].content.dropFirst()
            let spaces = rest.prefix { $0 == " " }.count
            let content = rest.dropFirst(spaces)
            if content.isEmpty || content.first == "#" {
                position += 1
                elements.append(try block(indent: indent + 1))
            } else {
                // What follows the dash is a block of its own that begins in this line.
                lines[position].indent = indent + 1 + spaces
                lines[position].content = content
                elements.append(try item(indent: indent))
            }
        }
        if position < lines.count, lines[position].indent > indent { throw error("unexpected indentation") }
        return .array(elements)
    }

    private mutating func item(indent: Int) throws(YAMLError) -> JSONValue {
        let line = lines[position]
        if Self.isItem(line.content) { return try sequence(indent: line.indent) }
        if try key(of: line) != nil { return try mapping(indent: line.indent) }
        position += 1
        return try inline(line.content, line: line.number, parentIndent: indent)
    }

    private mutating func mapping(indent: Int) throws(YAMLError) -> JSONValue {
        var members: [String: JSONValue] = [:]
        while true {
            skipBlank()
            guard position < lines.count, lines[position].indent == indent else { break }
            let line = lines[position]
            guard !Self.isItem(line.content) else { break }
            guard let (key, rest) = try key(of: line) else { throw error("expected a key followed by a colon") }
            guard members[key] == nil else { throw error("the key \"\(key)\" is there twice") }
            position += 1
            members[key] =
                if rest.isEmpty || rest.first == "#" {
                    try nested(indent: indent)
                } else {
                    try inline(rest, line: line.number, parentIndent: indent)
                }
        }
        if position < lines.count, lines[position].indent > indent { throw error("unexpected indentation") }
        return .object(members)
    }

    /// The value of a key that has none in its line: a deeper block, or a sequence at the same depth.
    private mutating func nested(indent: Int) throws(YAMLError) -> JSONValue {
        skipBlank()
        guard position < lines.count else { return .null }
        let line = lines[position]
        if line.indent == indent, Self.isItem(line.content) { return try sequence(indent: indent) }
        return line.indent > indent ? try block(indent: indent + 1) : .null
    }

    /// The key that a line begins with, and what follows its colon; `nil` when the line is no mapping entry.
    private func key(of line: Line) throws(YAMLError) -> (key: String, rest: Substring)? {
        let content = line.content
        if content.hasPrefix("? ") { throw YAMLError("complex keys are not supported", line: line.number) }
        if let quote = content.first, quote == "\"" || quote == "'" {
            guard let end = YAMLScalar.endOfQuoted(content),
                let colon = content[end...].firstIndex(where: { $0 != " " }), content[colon] == ":",
                Self.endsKey(content, colon)
            else { return nil }
            let key = try YAMLScalar.quoted(content[..<end], line: line.number)
            return (key, content[content.index(after: colon)...].trimmingPrefix { $0 == " " })
        }
        if content.first == "{" || content.first == "[" { return nil }
        var index = content.startIndex
        var previous: Character = " "
        while index < content.endIndex {
            if content[index] == "#", previous == " " { return nil }
            if content[index] == ":", Self.endsKey(content, index) {
                let key = content[..<index].reversed().drop { $0 == " " }.reversed()
                try YAMLScalar.checkSupported(content, line: line.number)
                return (String(key), content[content.index(after: index)...].trimmingPrefix { $0 == " " })
            }
            previous = content[index]
            index = content.index(after: index)
        }
        return nil
    }

    private static func endsKey(_ content: Substring, _ colon: Substring.Index) -> Bool {
        let next = content.index(after: colon)
        return next == content.endIndex || content[next] == " "
    }

    /// A value that begins in a line already taken, and may go on in deeper lines.
    private mutating func inline(
        _ text: Substring, line: Int, parentIndent: Int
    ) throws(YAMLError) -> JSONValue {
        try YAMLScalar.checkSupported(text, line: line)
        switch text.first {
        case "|", ">": return .string(try blockScalar(header: text, line: line, parentIndent: parentIndent))
        case "{", "[":
            var flow = String(text)
            while !YAMLFlow.isComplete(flow), position < lines.count {
                flow += "\n" + lines[position].content
                position += 1
            }
            return try YAMLFlow.read(flow, line: line)
        case "\"", "'":
            var quoted = text
            while YAMLScalar.endOfQuoted(quoted) == nil, position < lines.count {
                let next = lines[position].content
                // A line break is a space, an empty line a line break.
                quoted += next.isEmpty ? "\n" : (quoted.last == "\n" ? "" : " ") + next
                position += 1
            }
            guard let end = YAMLScalar.endOfQuoted(quoted) else { throw YAMLError("an open quote", line: line) }
            let rest = quoted[end...].drop { $0 == " " }
            guard rest.isEmpty || rest.first == "#" else { throw YAMLError("text after a quoted value", line: line) }
            return .string(try YAMLScalar.quoted(quoted[..<end], line: line))
        default:
            var plain = String(YAMLScalar.withoutComment(text))
            let isOneLine = plain.count != text.count
            while !isOneLine, position < lines.count, lines[position].indent > parentIndent,
                !lines[position].content.isEmpty, lines[position].content.first != "#"
            {
                guard try key(of: lines[position]) == nil else { throw error("a mapping inside of plain text") }
                plain += " " + YAMLScalar.withoutComment(lines[position].content)
                position += 1
            }
            return YAMLScalar.resolve(plain)
        }
    }

    private mutating func blockScalar(
        header: Substring, line: Int, parentIndent: Int
    ) throws(YAMLError) -> String {
        var chomping: Character?
        var indent: Int?
        for character in YAMLScalar.withoutComment(header).dropFirst() {
            if character == "+" || character == "-" {
                chomping = character
            } else if let digit = character.wholeNumberValue, digit > 0 {
                indent = max(0, parentIndent) + digit
            } else {
                throw YAMLError("\"\(header)\" is no block scalar", line: line)
            }
        }
        var texts: [String] = []
        while position < lines.count {
            let line = lines[position]
            if line.content.isEmpty {
                texts.append("")
            } else {
                if indent == nil, line.indent > parentIndent { indent = line.indent }
                guard let indent, line.indent >= indent else { break }
                texts.append(String(repeating: " ", count: line.indent - indent) + line.content)
            }
            position += 1
        }
        let trailing = texts.reversed().prefix(while: \.isEmpty).count
        let body = texts.dropLast(trailing)
        let text = header.first == "|" ? body.joined(separator: "\n") : Self.fold(Array(body))
        switch chomping {
        case "-": return text
        case "+": return text + String(repeating: "\n", count: trailing + (body.isEmpty ? 0 : 1))
        default: return body.isEmpty ? "" : text + "\n"
        }
    }

    /// Folded style: a line break between two lines becomes a space, except beside lines indented further.
    private static func fold(_ lines: [String]) -> String {
        var text = ""
        var breaks = 0
        var previous: String?
        for line in lines {
            if line.isEmpty {
                breaks += 1
                continue
            }
            if let previous {
                let isKept = previous.hasPrefix(" ") || line.hasPrefix(" ")
                text += breaks == 0 && !isKept ? " " : String(repeating: "\n", count: breaks + (isKept ? 1 : 0))
            } else {
                text += String(repeating: "\n", count: breaks)
            }
            text += line
            breaks = 0
            previous = line
        }
        return text
    }
}
