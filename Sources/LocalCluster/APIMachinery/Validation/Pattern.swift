import Synchronization

/// Regular expressions of schemas and names, compiled once.
enum Pattern {
    private static let compiled = Mutex<[String: Regex<AnyRegexOutput>]>([:])

    /// Whether the text has a match anywhere; an expression that cannot be compiled matches nothing.
    static func matches(_ text: String, _ pattern: String) -> Bool {
        compiled.withLock { compiled in
            if let regex = compiled[pattern] { return text.firstMatch(of: regex) != nil }
            guard let regex = try? Regex(pattern) else { return false }
            let exact = regex.matchingSemantics(.unicodeScalar).asciiOnlyDigits().asciiOnlyWordCharacters()
            compiled[pattern] = exact
            return text.firstMatch(of: exact) != nil
        }
    }

    /// Every match in the text.
    static func findAll(_ text: String, _ pattern: String) -> [String] {
        guard let regex = try? Regex(pattern).matchingSemantics(.unicodeScalar) else { return [] }
        return text.matches(of: regex).map { String(text[$0.range]) }
    }

    static func isValid(_ pattern: String) -> Bool { (try? Regex(pattern)) != nil }

    /// Why a text is no regular expression; `nil` when it is one.
    static func fault(_ pattern: String) -> String? {
        isValid(pattern) ? nil : "error parsing regexp: \(GoRegexFault.describe(pattern))"
    }
}

/// Says what is wrong with a regular expression as Go does.
private enum GoRegexFault {
    static func describe(_ pattern: String) -> String {
        var open = 0
        var rest = pattern[...]
        var atStart = true
        while let character = rest.popFirst() {
            switch character {
            case "\\":
                if rest.isEmpty { return "trailing backslash at end of expression: ``" }
                rest.removeFirst()
            case "[":
                let tail = "[" + rest
                if rest.hasPrefix("^") { rest.removeFirst() }
                if rest.hasPrefix("]") { rest.removeFirst() }
                while let inner = rest.first, inner != "]" {
                    rest.removeFirst()
                    if inner == "\\", !rest.isEmpty { rest.removeFirst() }
                }
                if rest.isEmpty { return "missing closing ]: `\(tail)`" }
                rest.removeFirst()
            case "(":
                if rest.hasPrefix("?=") || rest.hasPrefix("?!") { return "invalid or unsupported Perl syntax: `(\(rest.prefix(2))`" }
                if rest.hasPrefix("?<="), true { return "invalid or unsupported Perl syntax: `(?<`" }
                open += 1
                atStart = true
                continue
            case ")":
                if open == 0 { return "unexpected ): `\(pattern)`" }
                open -= 1
            case "*", "+", "?": if atStart { return "missing argument to repetition operator: `\(character)`" }
            case "|":
                atStart = true
                continue
            default: break
            }
            atStart = false
        }
        return open > 0 ? "missing closing ): `\(pattern)`" : "invalid syntax: `\(pattern)`"
    }
}
