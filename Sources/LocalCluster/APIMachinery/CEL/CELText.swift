import KubernetesClient

/// How values look in text.
enum CELText {
    static func quoted(_ text: String) -> String { JSONValue.string(text).text() }

    /// As `string()` writes it.
    static func string(_ value: CELValue) throws(CELError) -> String {
        switch value {
        case .string(let text): return text
        case .bool(let value): return String(value)
        case .int(let value): return String(value)
        case .uint(let value): return String(value)
        case .double(let value): return number(value)
        case .bytes(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw CELError("invalid UTF-8 in bytes, cannot convert to string")
            }
            return text
        case .timestamp(let time): return time.text
        case .duration(let duration): return CELTime.text(ofDuration: duration)
        case .ip(let address): return address.text
        case .cidr(let block): return block.text
        case .type(let name): return name
        default: throw CELError.noOverload
        }
    }

    /// As error messages show a key.
    static func shown(_ value: CELValue) -> String { (try? string(value)) ?? value.typeName }

    /// The shortest digits that give the number, with an exponent where it has more than six places or four zeros.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == 0 { return value.sign == .minus ? "-0" : "0" }
        let (digits, power) = shortest(abs(value))
        let sign = value < 0 ? "-" : ""
        if power < -4 || power >= 6 {
            let rest = digits.dropFirst().isEmpty ? "" : "." + digits.dropFirst()
            return
                "\(sign)\(digits.prefix(1))\(rest)e\(power < 0 ? "-" : "+")\(abs(power) < 10 ? "0" : "")\(abs(power))"
        }
        if power < 0 { return "\(sign)0.\(String(repeating: "0", count: -power - 1))\(digits)" }
        if digits.count <= power + 1 {
            return sign + digits + String(repeating: "0", count: power + 1 - digits.count)
        }
        return "\(sign)\(digits.prefix(power + 1)).\(digits.dropFirst(power + 1))"
    }

    /// The significant digits of a positive number, and the power of ten of the first.
    private static func shortest(_ value: Double) -> (digits: String, power: Int) {
        let text = "\(value)"
        let mantissa = text.prefix { $0 != "e" }
        let exponent = Int(text.dropFirst(mantissa.count + 1)) ?? 0
        let whole = mantissa.prefix { $0 != "." }
        let fraction = mantissa.dropFirst(whole.count + 1)
        let all = whole + fraction
        let leading = all.prefix { $0 == "0" }.count
        var digits = String(all.dropFirst(leading))
        while digits.hasSuffix("0"), digits.count > 1 { digits.removeLast() }
        return (digits, exponent + whole.count - 1 - leading)
    }
}
