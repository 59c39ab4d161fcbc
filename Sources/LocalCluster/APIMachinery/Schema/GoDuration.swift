import KubernetesClient

/// Durations as Go writes them: `1h2m`, `1.5s`, `300ms`.
public enum GoDuration {
    private static let units: [String: Double] = [
        "ns": 1, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "m": 6e10, "h": 3.6e12,
    ]

    /// What is wrong with a text, in the words of Go's `time.ParseDuration`.
    public struct Fault: Error {
        public let message: String
    }

    public static func nanoseconds(_ text: String) throws(Fault) -> Int64 {
        let shown = JSONValue.string(text).text()
        let invalid = Fault(message: "time: invalid duration \(shown)")
        var rest = text[...]
        let isNegative = rest.hasPrefix("-")
        if isNegative || rest.hasPrefix("+") { rest.removeFirst() }
        if rest == "0" { return 0 }
        var total: Int64 = 0
        repeat {
            let digits = rest.prefix(while: isOfNumber)
            let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
            guard digits.contains(where: \.isNumber), parts.count <= 2,
                let whole = parts[0].isEmpty ? 0 : Int64(parts[0]),
                let fraction = parts.count == 2 && !parts[1].isEmpty ? Double("0.\(parts[1])") : 0
            else { throw invalid }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { !isOfNumber($0) }
            if name.isEmpty { throw Fault(message: "time: missing unit in duration \(shown)") }
            guard let unit = units[String(name)] else {
                throw Fault(message: "time: unknown unit \(JSONValue.string(String(name)).text()) in duration \(shown)")
            }
            rest = rest.dropFirst(name.count)
            let (product, overflow) = whole.multipliedReportingOverflow(by: Int64(unit))
            let (sum, overflowToo) = total.addingReportingOverflow(product)
            if overflow || overflowToo { throw invalid }
            total = sum + Int64(fraction * unit)
        } while !rest.isEmpty
        return isNegative ? -total : total
    }

    private static func isOfNumber(_ character: Character) -> Bool {
        character.isASCII && (character.isNumber || character == ".")
    }
}
