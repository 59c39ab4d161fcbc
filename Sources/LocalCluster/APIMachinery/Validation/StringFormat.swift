/// The `format`s of strings that are checked; all others pass.
enum StringFormat {
    static func isValid(_ text: String, _ format: String) -> Bool {
        switch format {
        case "date-time", "datetime": Timestamp.canonical(text) != nil
        case "date": Timestamp.canonical(text + "T00:00:00Z") != nil
        case "byte": Base64.firstFault(text) == nil
        case "ipv4": isIPv4(text)
        case "ipv6": isIPv6(text)
        case "ip": isIPv4(text) || isIPv6(text)
        case "cidr": isCIDR(text)
        case "email": Pattern.matches(text, "^[^@\\s]+@[^@\\s]+$")
        case "hostname": Names.faultsOfSubdomain(text.lowercased()).isEmpty
        case "uri": Pattern.matches(text, "^[A-Za-z][A-Za-z0-9+.-]*:|^/")
        case "uuid", "uuid3", "uuid4", "uuid5":
            Pattern.matches(text, "^(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$")
        case "duration": Pattern.matches(text, "^(-?([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h|d|w))+|0)$")
        default: true
        }
    }

    static func isIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.count) && part.allSatisfy { $0.isASCII && $0.isNumber }
                    && (Int(part) ?? 256) < 256
                    && (part.count == 1 || part.first != "0")
            }
    }

    static func isIPv6(_ text: String) -> Bool {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2, text.contains(":") else { return false }
        let groups = halves.flatMap { $0.split(separator: ":", omittingEmptySubsequences: false) }.filter {
            !$0.isEmpty
        }
        return groups.allSatisfy { (1...4).contains($0.count) && $0.allSatisfy(\.isHexDigit) }
            && (halves.count == 2 ? groups.count < 8 : groups.count == 8)
    }

    static func isCIDR(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let bits = Int(parts[1]), bits >= 0 else { return false }
        return isIPv4(String(parts[0])) && bits <= 32 || isIPv6(String(parts[0])) && bits <= 128
    }
}
