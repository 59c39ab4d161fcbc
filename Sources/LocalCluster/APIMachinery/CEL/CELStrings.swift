/// The string functions of expressions.
enum CELStrings {
    static func call(_ name: String, _ text: String, _ arguments: [CELValue]) throws(CELError) -> CELValue? {
        let scalars = Array(text.unicodeScalars)
        let texts = arguments.compactMap { if case .string(let text) = $0 { text } else { nil } }
        let numbers = arguments.compactMap { if case .int(let number) = $0 { Int(number) } else { nil } }
        switch name {
        case "size": return .int(Int64(scalars.count))
        case "startsWith": return texts.first.map { .bool(text.hasPrefix($0)) }
        case "endsWith": return texts.first.map { .bool(text.hasSuffix($0)) }
        case "contains": return texts.first.map { .bool($0.isEmpty || text.firstRange(of: $0) != nil) }
        case "matches":
            guard let pattern = texts.first else { return nil }
            guard Pattern.isValid(pattern) else { throw CELError("error parsing regexp: \(pattern)") }
            return .bool(Pattern.matches(text, pattern))
        case "find": return texts.first.map { .string(Pattern.findAll(text, $0).first ?? "") }
        case "findAll": return texts.first.map { .list(Pattern.findAll(text, $0).map(CELValue.string)) }
        case "lowerAscii": return .string(mapAscii(text) { Character($0).lowercased() })
        case "upperAscii": return .string(mapAscii(text) { Character($0).uppercased() })
        case "trim": return .string(trimmed(scalars))
        case "reverse": return .string(string(scalars.reversed()))
        case "charAt":
            guard let index = numbers.first, (0...scalars.count).contains(index) else { throw outOfRange(numbers) }
            return .string(index < scalars.count ? String(Character(scalars[index])) : "")
        case "substring":
            let start = numbers.first ?? 0
            let end = numbers.count > 1 ? numbers[1] : scalars.count
            guard start >= 0, end <= scalars.count, start <= end else { throw outOfRange(numbers) }
            return .string(string(scalars[start..<end]))
        case "indexOf", "lastIndexOf":
            guard let part = texts.first else { return nil }
            return .int(
                Int64(index(of: Array(part.unicodeScalars), in: scalars, last: name == "lastIndexOf", numbers.first)))
        case "replace":
            guard texts.count == 2 else { return nil }
            return .string(replaced(text, texts[0], texts[1], limit: numbers.first ?? -1))
        case "split":
            guard let separator = texts.first else { return nil }
            return .list(split(text, separator, limit: numbers.first ?? -1).map(CELValue.string))
        case "format":
            guard case .list(let values)? = arguments.first else { return nil }
            return .string(try format(text, values))
        case "isIP": return .bool(StringFormat.isValid(text, "ip"))
        case "isCIDR": return .bool(StringFormat.isCIDR(text))
        case "isURL": return .bool(Pattern.matches(text, "^[A-Za-z][A-Za-z0-9+.-]*://[^\\s]+$|^/[^\\s]*$"))
        case "isQuantity": return .bool(Quantity.canonical(text) != nil)
        default: return nil
        }
    }

    private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private static func outOfRange(_ numbers: [Int]) -> CELError {
        CELError("index out of range: \(numbers.last ?? 0)")
    }

    private static func mapAscii(_ text: String, _ change: (Unicode.Scalar) -> String) -> String {
        text.unicodeScalars.map { $0.isASCII ? change($0) : String(Character($0)) }.joined()
    }

    private static func trimmed(_ scalars: [Unicode.Scalar]) -> String {
        let left = scalars.drop { $0.properties.isWhitespace }
        let count = left.reversed().prefix { $0.properties.isWhitespace }.count
        return string(left.dropLast(count))
    }

    private static func index(of part: [Unicode.Scalar], in text: [Unicode.Scalar], last: Bool, _ from: Int?) -> Int {
        guard part.count <= text.count else { return -1 }
        let places = 0...(text.count - part.count)
        func isHere(_ place: Int) -> Bool { text[place..<place + part.count].elementsEqual(part) }
        if last { return places.reversed().first { $0 <= from ?? text.count && isHere($0) } ?? -1 }
        return places.first { $0 >= from ?? 0 && isHere($0) } ?? -1
    }

    private static func split(_ text: String, _ separator: String, limit: Int) -> [String] {
        if limit == 0 { return [] }
        if separator.isEmpty { return text.unicodeScalars.map { String(Character($0)) } }
        var parts: [String] = []
        var rest = text[...]
        while limit < 0 || parts.count < limit - 1, let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }

    private static func replaced(_ text: String, _ old: String, _ new: String, limit: Int) -> String {
        limit < 0 ? text.replacing(old, with: new) : text.replacing(old, with: new, maxReplacements: limit)
    }

    /// `%s`, `%d`, `%f`, `%e`, `%x`, `%X`, `%o`, `%b` and `%%`, with a precision for `%f` (`%.2f`).
    private static func format(_ pattern: String, _ values: [CELValue]) throws(CELError) -> String {
        var result = ""
        var rest = pattern[...]
        var next = 0
        while let character = rest.first {
            rest = rest.dropFirst()
            guard character == "%" else {
                result.append(character)
                continue
            }
            var precision = 6
            if rest.first == "." {
                let digits = rest.dropFirst().prefix { $0.isNumber }
                precision = Int(digits) ?? 6
                rest = rest.dropFirst(1 + digits.count)
            }
            guard let verb = rest.first else { throw CELError("could not parse formatting clause: unexpected end") }
            rest = rest.dropFirst()
            if verb == "%" {
                result.append("%")
                continue
            }
            guard next < values.count else { throw CELError("index \(next) out of range") }
            result += try clause(verb, values[next], precision)
            next += 1
        }
        return result
    }

    private static func clause(_ verb: Character, _ value: CELValue, _ precision: Int) throws(CELError) -> String {
        switch (verb, value) {
        case ("s", _), ("d", .int), ("d", .uint): return try CELFunctions.text(value)
        case ("x", .int(let number)): return String(number, radix: 16)
        case ("X", .int(let number)): return String(number, radix: 16).uppercased()
        case ("o", .int(let number)): return String(number, radix: 8)
        case ("b", .int(let number)): return String(number, radix: 2)
        case ("f", _):
            guard let number = value.number else { break }
            return fixed(number, precision)
        default: break
        }
        throw CELError("error during formatting: \(verb) clause cannot be used on \(value.typeName)")
    }

    private static func fixed(_ number: Double, _ precision: Int) -> String {
        var scale = 1.0
        for _ in 0..<precision { scale *= 10 }
        let scaled = (abs(number) * scale).rounded(.toNearestOrEven)
        guard scaled < 9e18 else { return "\(number)" }
        let digits = String(Int64(scaled))
        let padded = String(repeating: "0", count: max(0, precision + 1 - digits.count)) + digits
        let sign = number < 0 && scaled != 0 ? "-" : ""
        return precision == 0 ? sign + padded : "\(sign)\(padded.dropLast(precision)).\(padded.suffix(precision))"
    }
}
