/// The `format`s of strings that are checked; all others pass.
enum StringFormat {
    private static let known: Set<String> = [
        "bsonobjectid", "uri", "email", "hostname", "ipv4", "ipv6", "cidr", "mac", "uuid", "uuid3", "uuid4", "uuid5",
        "isbn", "isbn10", "isbn13", "creditcard", "ssn", "hexcolor", "rgbcolor", "byte", "password", "date", "duration",
        "datetime", "k8sshortname", "k8slongname",
    ]

    static func isKnown(_ format: String) -> Bool { known.contains(normal(format)) }

    private static func normal(_ format: String) -> String { format.filter { $0 != "-" } }

    static func isValid(_ text: String, _ format: String) -> Bool {
        switch normal(format) {
        case "datetime": isDateTime(text)
        case "date": isDate(text)
        case "byte": Pattern.matches(text, base64)
        case "ipv4": text.contains(".") && IPAddress(text, leadingZeros: true) != nil
        case "ipv6": text.contains(":") && IPAddress(text) != nil
        case "cidr": IPBlock(text, leadingZeros: true) != nil
        case "mac": Pattern.matches(text, mac)
        case "email": isEmail(text)
        case "hostname": isHostname(text)
        case "uri": CELURL(text) != nil
        case "uuid": Pattern.matches(text, uuid("[0-9a-f]{4}-?[0-9a-f]{4}"))
        case "uuid3": Pattern.matches(text, uuid("3[0-9a-f]{3}-?[0-9a-f]{4}"))
        case "uuid4": Pattern.matches(text, uuid("4[0-9a-f]{3}-?[89ab][0-9a-f]{3}"))
        case "uuid5": Pattern.matches(text, uuid("5[0-9a-f]{3}-?[89ab][0-9a-f]{3}"))
        case "isbn": isISBN10(text) || isISBN13(text)
        case "isbn10": isISBN10(text)
        case "isbn13": isISBN13(text)
        case "creditcard": isCreditCard(text)
        case "ssn": text.utf8.count == 11 && Pattern.matches(text, "^\\d{3}[- ]?\\d{2}[- ]?\\d{4}$")
        case "hexcolor": Pattern.matches(text, "^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$")
        case "rgbcolor": Pattern.matches(text, "^rgb\\(\\s*\(colour)\\s*,\\s*\(colour)\\s*,\\s*\(colour)\\s*\\)$")
        case "bsonobjectid": Pattern.matches(text, "^[0-9a-fA-F]{24}$")
        case "duration": isDuration(text)
        case "k8sshortname": text.utf8.count <= 63 && Pattern.matches(text, "^\(label)$")
        case "k8slongname": text.utf8.count <= 253 && Pattern.matches(text, "^\(label)(\\.\(label))*$")
        default: true
        }
    }

    static func isIPv4(_ text: String) -> Bool { IPAddress(text)?.isIPv4 == true }

    static func isCIDR(_ text: String) -> Bool { IPBlock(text, leadingZeros: true) != nil }

    private static let label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
    private static let colour = "(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])"
    private static let base64 =
        "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$"
    /// Six, eight or twenty bytes in pairs of digits, or in groups of four.
    private static let mac =
        "^(?:[0-9a-fA-F]{2}(?:(?::[0-9a-fA-F]{2}){5}|(?::[0-9a-fA-F]{2}){7}|(?::[0-9a-fA-F]{2}){19}|(?:-[0-9a-fA-F]{2}){5}"
        + "|(?:-[0-9a-fA-F]{2}){7}|(?:-[0-9a-fA-F]{2}){19})"
        + "|[0-9a-fA-F]{4}(?:(?:\\.[0-9a-fA-F]{4}){2}|(?:\\.[0-9a-fA-F]{4}){3}|(?:\\.[0-9a-fA-F]{4}){9}))$"

    private static func uuid(_ middle: String) -> String {
        "^(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?\(middle)-?[0-9a-f]{12}$"
    }

    static func isDate(_ text: String) -> Bool {
        text.utf8.count == 10 && (try? TimeText.read(text + "T00:00:00Z")) != nil
    }

    private static func isDateTime(_ text: String) -> Bool {
        let parts = text.lowercased().split(separator: "t", omittingEmptySubsequences: false)
        guard parts.count >= 2, isDate(String(parts[0])),
            Pattern.matches(String(parts[1]), "^[0-9]{2}:[0-9]{2}:[0-9]{2}(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$")
        else { return false }
        let digits = Array(parts[1].utf8)
        func number(_ at: Int) -> Int { Int(digits[at] - 48) * 10 + Int(digits[at + 1] - 48) }
        return number(0) < 24 && number(3) < 60 && number(6) < 60
    }

    /// `1h30m`, or words as in `3 days`.
    private static func isDuration(_ text: String) -> Bool {
        if CELTime.duration(text) != nil { return true }
        let units = ["ns", "us", "µs", "ms", "s", "m", "h", "d", "w"]
        let beginnings = ["nano", "micro", "milli", "sec", "min", "hour", "hr", "day", "week", "wk"]
        return Pattern.findAll(text, "\\d+\\s*[A-Za-zµ]+").contains { match in
            let unit = match.drop { $0.isNumber || $0.isWhitespace }.lowercased()
            return units.contains(unit) || unit == "hr" || unit == "wk"
                || beginnings.contains { $0 != "hr" && $0 != "wk" && unit.hasPrefix($0) }
        }
    }

    private static func isHostname(_ text: String) -> Bool {
        let letter = "a-zA-Z0-9\\p{S}\\p{L}"
        let pattern =
            "^([\(letter)]((-?[\(letter)]{0,62})?)|([\(letter)](([a-zA-Z0-9\\-\\p{S}\\p{L}]{0,61}[\(letter)])?)(\\.)){1,}"
            + "([a-zA-Z\\p{L}]){2,63})$"
        return text.utf8.count <= 255 && Pattern.matches(text, pattern)
            && text.split(separator: ".").allSatisfy { $0.utf8.count <= 63 }
    }

    /// `shop@example.com`, also with a name in front (`Shop <shop@example.com>`).
    private static func isEmail(_ text: String) -> Bool {
        let atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\-\\u{80}-\\u{10FFFF}]+"
        let local = "(?:\(atom)(?:\\.\(atom))*|\"(?:[^\"\\\\]|\\\\.)+\")"
        let domain = "(?:\(atom)(?:\\.\(atom))*|\\[[^\\[\\]]+\\])"
        let name = "(?:(?:\(atom)|\"(?:[^\"\\\\]|\\\\.)*\")\\s*)*"
        return Pattern.matches(text, "^\\s*(?:\(local)@\(domain)|\(name)<\(local)@\(domain)>)\\s*$")
    }

    private static func digits(_ text: String) -> [Int] { text.compactMap(\.wholeNumberValue) }

    private static func isISBN10(_ text: String) -> Bool {
        let plain = text.filter { $0 != "-" && !$0.isWhitespace }
        guard Pattern.matches(plain, "^(?:[0-9]{9}X|[0-9]{10})$") else { return false }
        let values = digits(plain) + (plain.hasSuffix("X") ? [10] : [])
        return values.enumerated().reduce(0) { $0 + ($1.offset + 1) * $1.element } % 11 == 0
    }

    private static func isISBN13(_ text: String) -> Bool {
        let plain = text.filter { $0 != "-" && !$0.isWhitespace }
        guard Pattern.matches(plain, "^[0-9]{13}$") else { return false }
        return digits(plain).enumerated().reduce(0) { $0 + ($1.offset % 2 == 0 ? 1 : 3) * $1.element } % 10 == 0
    }

    private static func isCreditCard(_ text: String) -> Bool {
        let plain = text.filter { $0.isASCII && $0.isNumber }
        let pattern =
            "^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}"
            + "|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\\d{3})\\d{11})$"
        guard Pattern.matches(plain, pattern) else { return false }
        return digits(plain).reversed().enumerated().reduce(0) { sum, digit in
            let doubled = digit.element * (digit.offset % 2 == 0 ? 1 : 2)
            return sum + (doubled >= 10 ? doubled % 10 + 1 : doubled)
        } % 10 == 0
    }
}
