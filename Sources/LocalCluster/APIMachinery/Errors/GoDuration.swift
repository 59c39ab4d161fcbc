import KubernetesClient

/// Durations as Go writes them: `1h2m`, `1.5s`, `300ms`.
public enum GoDuration {
    private static let units = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"]

    /// What is wrong with a duration, in the words of Go's `time.ParseDuration`; `nil` for one that is right.
    public static func fault(of text: String) -> String? {
        let shown = JSONValue.string(text).text()
        var rest = text[...]
        if let sign = rest.first, "+-".contains(sign) { rest.removeFirst() }
        if rest == "0" { return nil }
        repeat {
            let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            guard number.contains(where: \.isNumber), number.filter({ $0 == "." }).count <= 1 else {
                return "time: invalid duration \(shown)"
            }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !($0.isASCII && $0.isNumber || $0 == ".") }
            if unit.isEmpty { return "time: missing unit in duration \(shown)" }
            guard units.contains(String(unit)) else {
                return "time: unknown unit \(JSONValue.string(String(unit)).text()) in duration \(shown)"
            }
            rest = rest.dropFirst(unit.count)
        } while !rest.isEmpty
        return nil
    }
}
