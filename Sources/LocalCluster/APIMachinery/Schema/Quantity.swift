/// An amount of a resource (`500m`, `1Gi`) in its canonical text.
enum Quantity {
    private static let binary = ["": 0, "Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60]
    private static let decimal: [(suffix: String, exponent: Int)] = [
        ("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18),
    ]

    /// The canonical text; `nil` when the text is no quantity.
    static func canonical(_ text: String) -> String? {
        let signs: Set<Character> = ["+", "-"]
        let negative = text.first == "-"
        let unsigned = text.first.map(signs.contains) == true ? text.dropFirst() : text[...]
        let digits = unsigned.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, digits.contains(where: \.isNumber) else { return nil }
        let suffix = String(unsigned.dropFirst(digits.count))
        let whole = String(parts[0])
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        guard var mantissa = Int64(whole + fraction) else { return text }
        var exponent = -fraction.count
        if let shift = binary[suffix], shift > 0 {
            guard let value = binaryValue(mantissa, exponent, shift) else { return text }
            return (negative ? "-" : "") + binaryText(value)
        }
        if let unit = decimal.first(where: { $0.suffix == suffix }) {
            exponent += unit.exponent
        } else if let first = suffix.first, first == "e" || first == "E", let power = Int(suffix.dropFirst()) {
            // Scientific notation stays as it is written.
            return abs(power) < 100 ? text : nil
        } else {
            return nil
        }
        guard mantissa != 0 else { return "0" }
        while mantissa % 10 == 0 {
            mantissa /= 10
            exponent += 1
        }
        // The largest unit that leaves a whole number; nothing below a billionth.
        let unit = decimal.last { $0.exponent <= exponent } ?? decimal[0]
        while exponent > unit.exponent {
            let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
            if overflow { return text }
            mantissa = product
            exponent -= 1
        }
        while exponent < unit.exponent {
            mantissa = mantissa / 10 + (mantissa % 10 == 0 ? 0 : 1)
            exponent += 1
        }
        return (negative ? "-" : "") + "\(mantissa)\(unit.suffix)"
    }

    private static func binaryValue(_ mantissa: Int64, _ exponent: Int, _ shift: Int) -> Int64? {
        let value = Double(mantissa) * power(10, exponent) * power(2, shift)
        return value < 9e18 ? Int64(value.rounded(.up)) : nil
    }

    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0
        for _ in 0..<abs(exponent) { result *= base }
        return exponent < 0 ? 1 / result : result
    }

    private static func binaryText(_ value: Int64) -> String {
        let unit = binary.sorted { $0.value > $1.value }.first { value != 0 && value % (1 << $0.value) == 0 }
        guard let unit else { return String(value) }
        return "\(value >> unit.value)\(unit.key)"
    }
}

extension Quantity {
    /// The amount as a number, for comparisons.
    static func value(_ text: String) -> Double? {
        let digits = text.prefix { "+-.0123456789".contains($0) }
        guard let number = Double(digits) else { return nil }
        let suffix = String(text.dropFirst(digits.count))
        if let shift = binary[suffix] { return number * power(2, shift) }
        if let unit = decimal.first(where: { $0.suffix == suffix }) { return number * power(10, unit.exponent) }
        return Double(text)
    }
}
