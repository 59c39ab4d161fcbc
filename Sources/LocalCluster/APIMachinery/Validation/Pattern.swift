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

    static func isValid(_ pattern: String) -> Bool { fault(pattern) == nil }

    /// Why a text is no regular expression, in Go's words; `nil` when it is one.
    static func fault(_ pattern: String) -> String? {
        if let fault = PatternSyntax.fault(pattern) { return "error parsing regexp: \(fault)" }
        return (try? Regex(pattern)) == nil ? "error parsing regexp: invalid syntax: `\(pattern)`" : nil
    }
}
