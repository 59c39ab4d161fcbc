/// The functions on quantities, versions, addresses, URLs and formats.
enum CELLibraries {
    static func call(_ name: String, _ operands: [CELValue]) throws(CELError) -> CELValue? {
        let argument = operands.dropFirst().first
        switch operands.first {
        case nil: return name.hasPrefix("format.") ? .format(String(name.dropFirst(7))) : nil
        case .string(let text)?: return try parsed(name, text, argument)
        case .quantity(let quantity)?: return try call(name, quantity, argument)
        case .semver(let version)?: return try call(name, version, argument)
        case .ip(let address)?: return call(name, address)
        case .cidr(let block)?: return try call(name, block, argument)
        case .url(let url)?:
            switch name {
            case "getScheme": return .string(url.scheme)
            case "getHost": return .string(url.host)
            case "getHostname": return .string(url.hostname)
            case "getPort": return .string(url.port)
            case "getEscapedPath": return .string(url.escapedPath)
            case "getQuery": return .map(url.parameters)
            default: return nil
            }
        case .format(let format)?:
            guard name == "validate", case .string(let text)? = argument else { return nil }
            let faults = faults(text, format)
            return .optional(faults.isEmpty ? [] : [.list(faults.map(CELValue.string))])
        default: return nil
        }
    }

    private static func parsed(_ name: String, _ text: String, _ argument: CELValue?) throws(CELError) -> CELValue? {
        let lenient = argument == .bool(true)
        switch name {
        case "quantity":
            guard let quantity = Quantity(text) else { throw CELError(Quantity.fault) }
            return .quantity(quantity)
        case "isQuantity": return .bool(Quantity(text) != nil)
        case "semver": return .semver(try CELSemver(text, lenient: lenient))
        case "isSemver": return .bool((try? CELSemver(text, lenient: lenient)) != nil)
        case "ip": return .ip(try address(text))
        case "isIP": return .bool((try? address(text)) != nil)
        case "ip.isCanonical": return .bool(try address(text).text == text)
        case "cidr": return .cidr(try block(text))
        case "isCIDR": return .bool((try? block(text)) != nil)
        case "url":
            guard let url = CELURL(text) else { throw urlFault(text) }
            return .url(url)
        case "isURL": return .bool(CELURL(text) != nil)
        case "format.named": return .optional(formats.contains(text) ? [.format(text)] : [])
        default: return nil
        }
    }

    private static func sum(_ quantity: Quantity?) throws(CELError) -> CELValue {
        guard let quantity else { throw CELError("integer overflow") }
        return .quantity(quantity)
    }

    private static func urlFault(_ text: String) -> CELError {
        let quoted = CELText.quoted(text)
        let why = text.isEmpty ? "empty url" : "invalid URI for request"
        return CELError("URL parse error during conversion from string: parse \(quoted): \(why)")
    }

    private static func address(_ text: String) throws(CELError) -> IPAddress {
        let quoted = CELText.quoted(text)
        if text.contains(":"), let mark = text.firstIndex(of: "%"), IPAddress(String(text[..<mark])) != nil {
            throw CELError("IP address \(quoted) with zone value is not allowed")
        }
        guard let address = IPAddress(text) else {
            throw CELError("IP Address \(quoted) parse error during conversion from string: \(addressFault(text))")
        }
        if address.isMappedIPv4 { throw CELError("IPv4-mapped IPv6 address \(CELText.quoted(text)) is not allowed") }
        return address
    }

    private static func block(_ text: String) throws(CELError) -> IPBlock {
        let head = "network address parse error during conversion from string: "
        guard let block = IPBlock(text) else {
            let address = String(text.prefix { $0 != "/" })
            let why =
                !text.contains("/") ? "no '/'" : IPAddress(address) == nil ? addressFault(address) : lengthFault(text)
            throw CELError("\(head)\(head)netip.ParsePrefix(\(CELText.quoted(text))): \(why)")
        }
        if block.address.isMappedIPv4 {
            throw CELError("\(head)IPv4-mapped IPv6 address \(CELText.quoted(text)) is not allowed")
        }
        return block
    }

    private static func addressFault(_ text: String) -> String {
        let head = "ParseAddr(\(CELText.quoted(text))): "
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        if text.contains(":") || parts.count == 1 { return head + "unable to parse IP" }
        if parts.contains(where: { $0.isEmpty }) {
            return head + "IPv4 field must have at least one digit (at \(CELText.quoted("")))"
        }
        if parts.contains(where: { $0.contains { !$0.isASCII || !$0.isNumber } }) {
            return head + "unexpected character"
        }
        if parts.contains(where: { $0.count > 1 && $0.first == "0" }) {
            return head + "IPv4 field has octet with leading zero"
        }
        if parts.contains(where: { UInt8($0) == nil }) { return head + "IPv4 field has value >255" }
        return head + (parts.count < 4 ? "IPv4 address too short" : "IPv4 address too long")
    }

    private static func lengthFault(_ text: String) -> String {
        let bits = text.drop { $0 != "/" }.dropFirst()
        let isNumber = !bits.isEmpty && bits.allSatisfy { $0.isASCII && $0.isNumber }
        return isNumber ? "prefix length out of range" : "bad bits after slash: \(CELText.quoted(String(bits)))"
    }

    // MARK: Receivers

    private static func call(_ name: String, _ value: Quantity, _ argument: CELValue?) throws(CELError) -> CELValue? {
        switch (name, argument) {
        case ("sign", nil): return .int(value.sign)
        case ("isInteger", nil): return .bool(value.integer != nil)
        case ("asInteger", nil):
            guard let integer = value.integer else { throw CELError("cannot convert value to integer") }
            return .int(integer)
        case ("asApproximateFloat", nil): return .double(value.double)
        case ("isGreaterThan", .quantity(let other)?): return .bool(value.compared(to: other) > 0)
        case ("isLessThan", .quantity(let other)?): return .bool(value.compared(to: other) < 0)
        case ("compareTo", .quantity(let other)?): return .int(Int64(value.compared(to: other)))
        case ("add", .quantity(let other)?): return try sum(value.adding(other))
        case ("add", .int(let number)?): return try sum(value.adding(Quantity(number)))
        case ("sub", .quantity(let other)?): return try sum(value.subtracting(other))
        case ("sub", .int(let number)?): return try sum(value.subtracting(Quantity(number)))
        default: return nil
        }
    }

    private static func call(_ name: String, _ value: CELSemver, _ argument: CELValue?) throws(CELError) -> CELValue? {
        switch (name, argument) {
        case ("major", nil): return .int(Int64(clamping: value.numbers[0]))
        case ("minor", nil): return .int(Int64(clamping: value.numbers[1]))
        case ("patch", nil): return .int(Int64(clamping: value.numbers[2]))
        case ("isGreaterThan", .semver(let other)?): return .bool(value.compared(to: other) > 0)
        case ("isLessThan", .semver(let other)?): return .bool(value.compared(to: other) < 0)
        case ("compareTo", .semver(let other)?): return .int(value.compared(to: other))
        default: return nil
        }
    }

    private static func call(_ name: String, _ address: IPAddress) -> CELValue? {
        let bytes = address.bytes
        let isUnspecified = bytes.allSatisfy { $0 == 0 }
        let isLoopback = address.isIPv4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
        let isMulticast = address.isIPv4 ? bytes[0] & 0xF0 == 0xE0 : bytes[0] == 0xFF
        let isLinkLocal = address.isIPv4 ? bytes[..<2] == [169, 254] : bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
        switch name {
        case "family": return .int(address.isIPv4 ? 4 : 6)
        case "isUnspecified": return .bool(isUnspecified)
        case "isLoopback": return .bool(isLoopback)
        case "isLinkLocalUnicast": return .bool(isLinkLocal)
        case "isLinkLocalMulticast":
            return .bool(address.isIPv4 ? bytes[..<3] == [224, 0, 0] : bytes[0] == 0xFF && bytes[1] & 0x0F == 2)
        case "isGlobalUnicast":
            let isBroadcast = address.isIPv4 && bytes.allSatisfy { $0 == 255 }
            return .bool(!isUnspecified && !isLoopback && !isMulticast && !isLinkLocal && !isBroadcast)
        default: return nil
        }
    }

    private static func call(_ name: String, _ value: IPBlock, _ argument: CELValue?) throws(CELError) -> CELValue? {
        switch (name, argument) {
        case ("ip", nil): return .ip(value.address)
        case ("prefixLength", nil): return .int(Int64(value.length))
        case ("masked", nil): return .cidr(IPBlock(address: value.address.masked(value.length), length: value.length))
        case ("containsIP", .ip(let address)?): return .bool(value.contains(address))
        case ("containsIP", .string(let text)?): return .bool(value.contains(try address(text)))
        case ("containsCIDR", .cidr(let other)?):
            return .bool(value.length <= other.length && value.contains(other.address))
        case ("containsCIDR", .string(let text)?):
            let other = try block(text)
            return .bool(value.length <= other.length && value.contains(other.address))
        default: return nil
        }
    }

    // MARK: Formats

    private static let formats: Set<String> = [
        "dns1123Label", "dns1123Subdomain", "dns1035Label", "qualifiedName", "dns1123LabelPrefix",
        "dns1123SubdomainPrefix", "dns1035LabelPrefix", "labelValue", "uri", "uuid", "byte", "date", "datetime",
    ]

    private static func faults(_ text: String, _ format: String) -> [String] {
        /// A prefix may end with a dash: something will follow it.
        let prefix = text.count > 1 && text.hasSuffix("-") ? text.dropLast() + "a" : text
        func unless(_ valid: Bool, _ fault: String) -> [String] { valid ? [] : [fault] }
        return switch format {
        case "dns1123Label": Names.faultsOfLabel(text)
        case "dns1123LabelPrefix": Names.faultsOfLabel(prefix)
        case "dns1123Subdomain": Names.faultsOfSubdomain(text)
        case "dns1123SubdomainPrefix": Names.faultsOfSubdomain(prefix)
        case "dns1035Label": Names.faultsOfLabel1035(text)
        case "dns1035LabelPrefix": Names.faultsOfLabel1035(prefix)
        case "qualifiedName": Names.faultsOfQualifiedName(text)
        case "labelValue": Names.faultsOfLabelValue(text)
        case "uri":
            unless(
                CELURL(text) != nil,
                "parse \(CELText.quoted(text)): \(text.isEmpty ? "empty url" : "invalid URI for request")")
        case "uuid": unless(StringFormat.isValid(text, "uuid"), "does not match the UUID format")
        case "byte": unless(StringFormat.isValid(text, "byte"), "invalid base64")
        case "date": unless(StringFormat.isValid(text, "date"), "invalid date")
        default: unless(StringFormat.isValid(text, "datetime"), "invalid datetime")
        }
    }
}
