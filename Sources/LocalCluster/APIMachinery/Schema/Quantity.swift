public import KubernetesClient

/// An amount of a resource (`500m`, `1Gi`, `1.5`, `2e3`), exact: `mantissa` × 10^`exponent`.
public struct Quantity: Sendable, Hashable {
    private let mantissa: Int64
    private let exponent: Int

    init(_ number: Int64) { self.init(mantissa: number, exponent: 0) }

    private init(mantissa: Int64, exponent: Int) {
        var (mantissa, exponent) = (mantissa, mantissa == 0 ? 0 : exponent)
        while mantissa != 0, mantissa % 10 == 0 {
            mantissa /= 10
            exponent += 1
        }
        self.mantissa = mantissa
        self.exponent = exponent
    }

    /// `nil` for what is no quantity, and for more digits than fit.
    init?(_ text: String) {
        guard let parts = QuantityText(text), let number = Int64(parts.digits) else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: 1 << parts.shift)
        if overflow { return nil }
        self.init(mantissa: parts.isNegative ? -product : product, exponent: parts.exponent)
    }

    /// As a whole number, where it is one.
    var integer: Int64? { exponent < 0 ? nil : scaled(to: 0) }

    var double: Double { QuantityText.scale(Double(mantissa), by: exponent) }

    var sign: Int64 { mantissa.signum() }

    func compared(to other: Quantity) -> Int {
        if let difference = subtracting(other) { return Int(difference.sign) }
        return double < other.double ? -1 : double == other.double ? 0 : 1
    }

    /// `nil` when the sum has too many digits.
    func adding(_ other: Quantity) -> Quantity? {
        let common = min(exponent, other.exponent)
        guard let left = scaled(to: common), let right = other.scaled(to: common) else { return nil }
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? nil : Quantity(mantissa: sum, exponent: common)
    }

    func subtracting(_ other: Quantity) -> Quantity? {
        adding(Quantity(mantissa: 0 &- other.mantissa, exponent: other.exponent))
    }

    private func scaled(to common: Int) -> Int64? {
        var value = mantissa
        for _ in 0..<(exponent - common) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
        }
        return value
    }
}

extension Quantity {
    /// What is said of a text that is none.
    static let fault = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

    /// The amount as a number, for comparisons; `nil` for what is no quantity.
    static func value(_ text: String) -> Double? { QuantityText(text)?.value }

    /// The text as Kubernetes writes it; `nil` for what is no quantity.
    static func canonical(_ text: String) -> String? { QuantityText(text).map { $0.canonical ?? text } }

    /// An amount in thousandths, rounded up: the finest that matters to autoscaling. `nil` for what is no quantity.
    public static func thousandths(_ amount: JSONValue?) -> Int? {
        (amount?.stringValue ?? amount?.intValue.map(String.init)).flatMap(value).map {
            Int(max(-9e18, min(($0 * 1000).rounded(.up), 9e18)))
        }
    }

    /// A number of thousandths as Kubernetes writes it: `1500m`, `2k`; in powers of 1024 for memory, `64Mi`.
    public static func text(thousandths amount: Int, binary: Bool = false) -> String {
        guard binary, amount % 1000 == 0 else { return canonical("\(amount)m") ?? "\(amount)m" }
        return QuantityText.binaryText(Int64(amount / 1000))
    }
}

/// What the text of a quantity is made of: `digits` × 10^`exponent` × 2^`shift`.
private struct QuantityText {
    var isNegative: Bool
    /// Without sign and point.
    var digits: String
    var exponent: Int
    var shift = 0
    var isScientific = false

    private static let binary = ["Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60]
    private static let decimal: [(suffix: String, exponent: Int)] = [
        ("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18),
    ]

    init?(_ text: String) {
        isNegative = text.first == "-"
        let unsigned = isNegative || text.first == "+" ? text.dropFirst() : text[...]
        let number = unsigned.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, number.contains(where: \.isNumber) else { return nil }
        digits = parts.joined()
        exponent = parts.count == 2 ? -parts[1].count : 0
        let suffix = String(unsigned.dropFirst(number.count))
        if let shift = Self.binary[suffix] {
            self.shift = shift
        } else if let unit = Self.decimal.first(where: { $0.suffix == suffix }) {
            exponent += unit.exponent
        } else if "eE".contains(suffix.prefix(1)), let power = Int(suffix.dropFirst()), abs(power) < 100 {
            isScientific = true
            exponent += power
        } else {
            return nil
        }
    }

    var value: Double? {
        Double(digits).map { Self.scale($0, by: exponent) * Double(UInt64(1) << shift) * (isNegative ? -1 : 1) }
    }

    /// `nil` where it stays as it is written: scientific notation, and more digits than fit.
    var canonical: String? {
        guard !isScientific, var mantissa = Int64(digits) else { return nil }
        let sign = isNegative ? "-" : ""
        if shift > 0 {
            let amount = Self.scale(Double(mantissa), by: exponent) * Double(UInt64(1) << shift)
            return amount < 9e18 ? sign + Self.binaryText(Int64(amount.rounded(.up))) : nil
        }
        guard mantissa != 0 else { return "0" }
        var exponent = exponent
        while mantissa % 10 == 0 {
            mantissa /= 10
            exponent += 1
        }
        // The largest unit that leaves a whole number; nothing below a billionth.
        let unit = Self.decimal.last { $0.exponent <= exponent } ?? Self.decimal[0]
        while exponent > unit.exponent {
            let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            mantissa = product
            exponent -= 1
        }
        while exponent < unit.exponent {
            mantissa = mantissa / 10 + (mantissa % 10 == 0 ? 0 : 1)
            exponent += 1
        }
        return "\(sign)\(mantissa)\(unit.suffix)"
    }

    static func binaryText(_ value: Int64) -> String {
        let unit = binary.sorted { $0.value > $1.value }.first { value != 0 && value % (1 << $0.value) == 0 }
        return unit.map { "\(value >> $0.value)\($0.key)" } ?? String(value)
    }

    static func scale(_ number: Double, by exponent: Int) -> Double {
        let power = (0..<abs(exponent)).reduce(1.0) { power, _ in power * 10 }
        return exponent < 0 ? number / power : number * power
    }
}
