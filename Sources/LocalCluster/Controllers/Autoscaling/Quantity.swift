/// A Kubernetes quantity (`100m`, `64Mi`, `1.5`, `2e3`) in thousandths, the finest that matters to autoscaling.
enum Quantity {
    /// - Returns: `nil` for text that is no quantity; rounded up to thousandths.
    static func thousandths(_ text: String) -> Double? {
        let number = text.prefix { "+-0123456789.".contains($0) }
        guard let value = Double(number) else { return nil }
        let suffix = text.dropFirst(number.count)
        if let factor = factors[String(suffix)] { return (value * factor * 1000).rounded(.up) }
        guard suffix.first == "e" || suffix.first == "E", let whole = Double(text) else { return nil }
        return (whole * 1000).rounded(.up)
    }

    /// A number of thousandths as Kubernetes writes it: `1500m`, `2k`; in powers of 1024 for memory, `64Mi`.
    static func text(thousandths value: Int, binary: Bool = false) -> String {
        guard value % 1000 == 0 else { return "\(value)m" }
        let whole = value / 1000
        guard whole != 0 else { return "0" }
        let step = binary ? 1024 : 1000
        var (rest, unit) = (whole, 0)
        while rest % step == 0, unit < 6 {
            rest /= step
            unit += 1
        }
        let suffixes = binary ? ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] : ["", "k", "M", "G", "T", "P", "E"]
        return "\(rest)\(suffixes[unit])"
    }

    private static let factors: [String: Double] = [
        "": 1, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
        "Ki": 1024, "Mi": 1_048_576, "Gi": 1_073_741_824, "Ti": 1_099_511_627_776, "Pi": 1_125_899_906_842_624,
    ]
}
