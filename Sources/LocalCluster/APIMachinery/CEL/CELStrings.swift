/// The functions on strings.
enum CELStrings {
    static func call(_ name: String, _ text: String, _ arguments: [CELValue]) throws(CELError) -> CELValue? {
        let scalars = Array(text.unicodeScalars)
        let texts = arguments.compactMap { if case .string(let text) = $0 { text } else { nil } }
        let numbers = arguments.compactMap { if case .int(let number) = $0 { Int(number) } else { nil } }
        func first() throws(CELError) -> String {
            guard let first = texts.first else { throw CELError.noOverload }
            return first
        }
        switch name {
        case "size": return .int(Int64(scalars.count))
        case "startsWith": return .bool(text.utf8.starts(with: try first().utf8))
        case "endsWith": return .bool(text.utf8.reversed().starts(with: try first().utf8.reversed()))
        case "contains": return .bool(index(of: Array(try first().unicodeScalars), in: scalars, last: false, 0) >= 0)
        case "matches":
            let pattern = try first()
            guard Pattern.isValid(pattern) else { throw CELError("error parsing regexp: \(pattern)") }
            return .bool(Pattern.matches(text, pattern))
        case "find", "findAll": return try found(name, text, try first(), numbers.first)
        case "lowerAscii": return .string(mapAscii(text) { ("A"..."Z").contains($0) ? $0.value + 32 : $0.value })
        case "upperAscii": return .string(mapAscii(text) { ("a"..."z").contains($0) ? $0.value - 32 : $0.value })
        case "trim": return .string(trimmed(scalars))
        case "charAt":
            guard let index = numbers.first, (0...scalars.count).contains(index) else {
                throw outOfRange(numbers.first)
            }
            return .string(index < scalars.count ? String(Character(scalars[index])) : "")
        case "substring": return .string(try substring(scalars, numbers))
        case "indexOf", "lastIndexOf":
            let isLast = name == "lastIndexOf"
            if let from = numbers.first, try !first().isEmpty {
                if from < 0 { throw outOfRange(from) }
                if from >= scalars.count { return .int(-1) }
            }
            return .int(
                Int64(
                    index(
                        of: Array(try first().unicodeScalars), in: scalars, last: isLast,
                        numbers.first ?? (isLast ? scalars.count : 0))))
        case "replace":
            guard texts.count == 2 else { throw CELError.noOverload }
            return .string(replaced(scalars, texts[0], texts[1], limit: numbers.first ?? -1))
        case "split": return .list(split(text, try first(), limit: numbers.first ?? -1).map(CELValue.string))
        case "format":
            guard let values = arguments.first?.elements else { throw CELError.noOverload }
            return .string(try CELFormat.text(text, values))
        case "strings.quote": return .string(quoted(scalars))
        default: return nil
        }
    }

    static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private static func outOfRange(_ number: Int?) -> CELError { CELError("index out of range: \(number ?? 0)") }

    private static func found(_ name: String, _ text: String, _ pattern: String, _ limit: Int?) throws(CELError)
        -> CELValue
    {
        guard Pattern.isValid(pattern) else { throw CELError("Illegal regex: error parsing regexp: \(pattern)") }
        let all = Pattern.findAll(text, pattern)
        if name == "find" { return .string(all.first ?? "") }
        return .list((limit.map { $0 < 0 ? all[...] : all.prefix($0) } ?? all[...]).map(CELValue.string))
    }

    private static func substring(_ scalars: [Unicode.Scalar], _ numbers: [Int]) throws(CELError) -> String {
        let start = numbers.first ?? 0
        guard numbers.count > 1 else {
            if start < 0 || start > scalars.count { throw outOfRange(start) }
            return string(scalars[start...])
        }
        let end = numbers[1]
        if start > end { throw CELError("invalid substring range. start: \(start), end: \(end)") }
        if start < 0 || start > scalars.count { throw outOfRange(start) }
        if end < 0 || end > scalars.count { throw outOfRange(end) }
        return string(scalars[start..<end])
    }

    private static func mapAscii(_ text: String, _ change: (Unicode.Scalar) -> UInt32) -> String {
        string(text.unicodeScalars.compactMap { Unicode.Scalar(change($0)) })
    }

    private static func trimmed(_ scalars: [Unicode.Scalar]) -> String {
        let left = scalars.drop { $0.properties.isWhitespace }
        let count = left.reversed().prefix { $0.properties.isWhitespace }.count
        return string(left.dropLast(count))
    }

    private static func index(of part: [Unicode.Scalar], in text: [Unicode.Scalar], last: Bool, _ from: Int) -> Int {
        if part.isEmpty { return from }
        guard part.count <= text.count else { return -1 }
        let places = 0...(text.count - part.count)
        func isHere(_ place: Int) -> Bool { text[place..<place + part.count].elementsEqual(part) }
        if last { return places.reversed().first { $0 <= from && isHere($0) } ?? -1 }
        return places.first { $0 >= from && isHere($0) } ?? -1
    }

    private static func split(_ text: String, _ separator: String, limit: Int) -> [String] {
        if limit == 0 { return [] }
        if limit == 1 { return [text] }
        let scalars = Array(text.unicodeScalars)
        if separator.isEmpty {
            let count = limit < 0 ? scalars.count : min(scalars.count, limit)
            guard count > 0 else { return [] }
            return scalars.prefix(count - 1).map { String(Character($0)) } + [string(scalars[(count - 1)...])]
        }
        let mark = Array(separator.unicodeScalars)
        var parts: [String] = []
        var start = 0
        while limit < 0 || parts.count < limit - 1 {
            let end = index(of: mark, in: scalars, last: false, start)
            if end < 0 { break }
            parts.append(string(scalars[start..<end]))
            start = end + mark.count
        }
        return parts + [string(scalars[start...])]
    }

    private static func replaced(_ text: [Unicode.Scalar], _ old: String, _ new: String, limit: Int) -> String {
        let mark = Array(old.unicodeScalars)
        let replacement = Array(new.unicodeScalars)
        var result: [Unicode.Scalar] = []
        var start = 0
        var count = 0
        while limit < 0 || count < limit {
            if mark.isEmpty {
                result += replacement
                count += 1
                guard start < text.count else { return string(result) }
                result.append(text[start])
                start += 1
                continue
            }
            let place = index(of: mark, in: text, last: false, start)
            if place < 0 { break }
            result += text[start..<place] + replacement
            start = place + mark.count
            count += 1
        }
        return string(result + text[start...])
    }

    private static func quoted(_ scalars: [Unicode.Scalar]) -> String {
        let escapes: [Unicode.Scalar: String] = [
            "\u{7}": "\\a", "\u{8}": "\\b", "\u{C}": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u{B}": "\\v",
            "\\": "\\\\", "\"": "\\\"",
        ]
        return "\"" + scalars.map { escapes[$0] ?? String(Character($0)) }.joined() + "\""
    }
}
