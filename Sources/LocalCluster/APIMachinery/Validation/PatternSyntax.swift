/// The regular expressions that Kubernetes' own language has (RE2): no look-around, no references back, no possessive
/// repetition.
struct PatternSyntax {
    private var rest: Substring
    private let whole: String
    private var open = 0
    /// What was just repeated, as it is written; empty after anything else.
    private var repetition = ""
    private var canRepeat = false

    /// What is wrong with a pattern; `nil` when nothing is.
    static func fault(_ pattern: String) -> String? {
        var syntax = PatternSyntax(pattern)
        return syntax.read()
    }

    private init(_ pattern: String) {
        whole = pattern
        rest = pattern[...]
    }

    private mutating func read() -> String? {
        while let character = rest.popFirst() {
            let fault: String? =
                switch character {
                case "\\": escape()
                case "[": characterClass()
                case "(": group()
                case ")": close()
                case "*", "+", "?": repeated(String(character))
                case "{": braces()
                case "|": alternative()
                default: plain()
                }
            if let fault { return fault }
        }
        return open > 0 ? "missing closing ): `\(whole)`" : nil
    }

    private mutating func plain() -> String? {
        (repetition, canRepeat) = ("", true)
        return nil
    }

    private mutating func alternative() -> String? {
        (repetition, canRepeat) = ("", false)
        return nil
    }

    private mutating func escape() -> String? {
        guard let mark = rest.popFirst() else { return "trailing backslash at end of expression: ``" }
        if mark == "Q" {
            let end = rest.firstRange(of: "\\E")
            rest = end.map { rest[$0.upperBound...] } ?? ""
        } else if mark == "p" || mark == "P" {
            if rest.popFirst() == "{" { rest = rest.drop { $0 != "}" }.dropFirst() }
        } else if mark == "x" {
            rest = rest.first == "{" ? rest.drop { $0 != "}" }.dropFirst() : rest.dropFirst(2)
        } else if mark.isNumber, mark != "0" {
            let isOctal = mark < "8" && rest.first.map { ("0"..."7").contains($0) } == true
            if !isOctal { return "invalid escape sequence: `\\\(mark)`" }
        } else if mark.isASCII, mark.isLetter, !"afnrtvdDsSwWbBAzC".contains(mark) {
            return "invalid escape sequence: `\\\(mark)`"
        }
        return plain()
    }

    private mutating func characterClass() -> String? {
        let start = "[" + rest
        if rest.first == "^" { rest.removeFirst() }
        var isFirst = true
        while let character = rest.popFirst() {
            if character == "]", !isFirst { return plain() }
            isFirst = false
            if character == "\\" {
                guard let mark = rest.popFirst() else { break }
                if mark.isASCII, mark.isLetter, !"afnrtvdDsSwWpPxQE".contains(mark) {
                    return "invalid escape sequence: `\\\(mark)`"
                }
            } else if character == "[", rest.first == ":", let end = rest.firstRange(of: ":]") {
                rest = rest[end.upperBound...]
            } else if rest.first == "-", let high = rest.dropFirst().first, high != "]", high != "\\", high != "[" {
                if high < character { return "invalid character class range: `\(character)-\(high)`" }
                rest = rest.dropFirst(2)
            }
        }
        return "missing closing ]: `\(start)`"
    }

    private mutating func group() -> String? {
        open += 1
        (repetition, canRepeat) = ("", false)
        guard rest.first == "?" else { return nil }
        let isNamed = rest.hasPrefix("?P<") || rest.hasPrefix("?<") && !rest.hasPrefix("?<=") && !rest.hasPrefix("?<!")
        if isNamed {
            let name = rest.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" }
            guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else {
                return "invalid named capture: `(\(rest.prefix { $0 != ">" })>`"
            }
            rest = rest.drop { $0 != ">" }.dropFirst()
            return nil
        }
        let flags = rest.dropFirst().prefix { "imsU-".contains($0) }
        let after = rest.dropFirst(1 + flags.count)
        guard after.first == ":" || after.first == ")" && !flags.isEmpty else {
            return "invalid or unsupported Perl syntax: `(\(rest.prefix(rest.hasPrefix("?<") ? 3 : 2 + flags.count))`"
        }
        rest = after.dropFirst()
        if after.first == ")" { open -= 1 }
        return nil
    }

    private mutating func close() -> String? {
        if open == 0 { return "unexpected ): `\(whole)`" }
        open -= 1
        return plain()
    }

    private mutating func repeated(_ operation: String) -> String? {
        if !canRepeat { return "missing argument to repetition operator: `\(operation)`" }
        var operation = operation
        if rest.first == "?" {
            rest.removeFirst()
            operation += "?"
        }
        if !repetition.isEmpty { return "invalid nested repetition operator: `\(repetition + operation)`" }
        repetition = operation
        return nil
    }

    private mutating func braces() -> String? {
        let inner = rest.prefix { $0 != "}" }
        let bounds = inner.split(separator: ",", omittingEmptySubsequences: false)
        guard rest.dropFirst(inner.count).first == "}", (1...2).contains(bounds.count), let low = Int(bounds[0]),
            inner.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ",") })
        else { return plain() }
        rest = rest.dropFirst(inner.count + 1)
        let high = bounds.count == 2 ? bounds[1].isEmpty ? low : Int(bounds[1]) ?? 0 : low
        if low > 1000 || high > 1000 || low > high { return "invalid repeat count: `{\(inner)}`" }
        return repeated("{\(inner)}")
    }
}
