/// The formats of names in Kubernetes, each with what its messages say. An empty result means the text is good.
enum Names {
    private static let label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
    private static let subdomain = "\(label)(\\.\(label))*"
    private static let qualifiedPart = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
    private static let valuePart = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?"

    static func faultsOfSubdomain(_ text: String) -> [String] { faultsOfSubdomain(text, unit: "characters") }

    private static func faultsOfSubdomain(_ text: String, unit: String) -> [String] {
        var faults = tooLong(text, 253, unit: unit)
        if !isSubdomain(text) {
            faults.append(
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and "
                    + "must start and end with an alphanumeric character"
                    + example(["example.com"], subdomain))
        }
        return faults
    }

    static func faultsOfLabel(_ text: String) -> [String] {
        var faults = tooLong(text, 63)
        if !isWord(text[...], "-") {
            if isSubdomain(text) {
                faults.append("must not contain dots")
            } else {
                faults.append(
                    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must "
                        + "start and end with an alphanumeric character" + example(["my-name", "123-abc"], label))
            }
        }
        return faults
    }

    static func faultsOfLabel1035(_ text: String) -> [String] {
        let format = "[a-z]([-a-z0-9]*[a-z0-9])?"
        if isWord(text[...], "-"), text.first?.isLetter ?? false { return tooLong(text, 63) }
        return tooLong(text, 63) + [
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
                + "character, and end with an alphanumeric character" + example(["my-name", "abc-123"], format)
        ]
    }

    /// A label's key: as an annotation's, in other words.
    static func faultsOfLabelKey(_ text: String) -> [String] {
        let faults = faultsOfQualifiedName(text)
        guard text.split(separator: "/", omittingEmptySubsequences: false).count > 2 else { return faults }
        return faults.map { $0.replacing("a qualified name must", with: "a valid label key must") }
    }

    /// A label or annotation key: an optional DNS prefix and a name.
    static func faultsOfQualifiedName(_ text: String) -> [String] {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        var faults: [String] = []
        var name = text
        switch parts.count {
        case 1: break
        case 2:
            name = parts[1]
            if parts[0].isEmpty {
                faults.append("prefix part must be non-empty")
            } else {
                faults += faultsOfSubdomain(parts[0], unit: "bytes").map { "prefix part \($0)" }
            }
        default:
            return [
                "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
                    + "with an alphanumeric character"
                    + example(["MyName", "my.name", "123-abc"], qualifiedPart)
                    + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            ]
        }
        if name.isEmpty {
            faults.append("name part must be non-empty")
        } else {
            faults += name.utf8.count > 63 ? ["name part must be no more than 63 bytes"] : []
        }
        if !isWord(name[...], "-_.", allowsUppercase: true) {
            faults.append(
                "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
                    + "alphanumeric character" + example(["MyName", "my.name", "123-abc"], qualifiedPart))
        }
        return faults
    }

    static func faultsOfLabelValue(_ text: String) -> [String] {
        var faults = text.utf8.count > 63 ? ["must be no more than 63 bytes"] : []
        if !text.isEmpty, !isWord(text[...], "-_.", allowsUppercase: true) {
            faults.append(
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and "
                    + "must start and end with an alphanumeric character"
                    + example(["MyValue", "my_value", "12345"], valuePart))
        }
        return faults
    }

    static func faultsOfConfigKey(_ text: String) -> [String] {
        var faults = tooLong(text, 253)
        if !isMade(text[...], "-._", allowsUppercase: true) {
            faults.append(
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
                    + example(["key.name", "KEY_NAME", "key-name"], "[-._a-zA-Z0-9]+"))
        }
        if text == "." || text == ".." {
            faults.append("must not be '\(text)'")
        } else if text.hasPrefix("..") {
            faults.append("must not start with '..'")
        }
        return faults
    }

    static func faultsOfWildcard(_ text: String) -> [String] {
        let format = "\\*\\.\(subdomain)"
        if text.hasPrefix("*."), isSubdomain(String(text.dropFirst(2))) { return tooLong(text, 253) }
        return tooLong(text, 253) + [
            "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist "
                + "of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character"
                + example(["*.example.com"], format)
        ]
    }

    /// A name that may stand in a URL path (RBAC objects).
    static func faultsOfPathSegment(_ text: String) -> [String] {
        if text == "." || text == ".." { return ["may not be '\(text)'"] }
        return ["/", "%"].filter { text.contains($0) }.map { "may not contain '\($0)'" }
    }

    static func faultsOfSearchDomain(_ text: String) -> [String] {
        let label = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
        let format = "\(label)(\\.\(label))*"
        if Pattern.matches(text, "^\(format)$") { return tooLong(text, 253) }
        return tooLong(text, 253) + [
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and "
                + "must start and end with an alphanumeric character" + example(["example.com"], format)
        ]
    }

    static func faultsOfHeaderName(_ text: String) -> [String] {
        if isMade(text[...], "-", allowsUppercase: true) { return [] }
        return [
            "a valid HTTP header must consist of alphanumeric characters or '-'"
                + example(["X-Header-Name"], "[-A-Za-z0-9]+")
        ]
    }

    static func faultsOfPortName(_ text: String) -> [String] {
        var faults: [String] = []
        if text.utf8.count > 15 { faults.append("must be no more than 15 characters") }
        if !isMade(text[...], "-") {
            faults.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
        }
        if !text.contains(where: { ("a"..."z").contains($0) }) {
            faults.append("must contain at least one letter (a-z)")
        }
        if text.contains("--") { faults.append("must not contain consecutive hyphens") }
        if text.hasPrefix("-") || text.hasSuffix("-") { faults.append("must not begin or end with a hyphen") }
        return faults
    }

    /// The kinds of objects that quotas count.
    static let countedResources = [
        "pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps",
        "persistentvolumeclaims", "services.nodeports", "services.loadbalancers",
    ]

    /// The name of what a quota may bound.
    static func faultsOfQuotaResource(_ text: String) -> [String] {
        let faults = faultsOfQualifiedName(text)
        if text.contains("/") || !faults.isEmpty { return faults }
        let amounts = ["cpu", "memory", "ephemeral-storage"]
        let known = amounts + ["requests.", "limits."].flatMap { list in amounts.map { list + $0 } }
        let isKnown = known.contains(text) || ["storage", "requests.storage"].contains(text)
        if isKnown || countedResources.contains(text) || text.contains("hugepages-") { return [] }
        return ["must be a standard resource type or fully qualified", "must be a standard resource for quota"]
    }

    /// The name of what a container may use.
    static func faultsOfContainerResource(_ text: String) -> [String] {
        var faults = faultsOfQualifiedName(text)
        if text.contains("/") { return faults }
        if ["cpu", "memory", "ephemeral-storage"].contains(text) || text.hasPrefix("hugepages-") { return faults }
        if faults.isEmpty, !countedResources.contains(text), text != "storage" {
            faults.append("must be a standard resource type or fully qualified")
        }
        return faults + ["must be a standard resource for containers"]
    }

    private static func isSubdomain(_ text: String) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isWord($0, "-") }
    }

    /// Whether a text begins and ends with ASCII letters or digits and has none but these and `inner` between them.
    private static func isWord(_ text: Substring, _ inner: String, allowsUppercase: Bool = false) -> Bool {
        isMade(text.prefix(1), "", allowsUppercase: allowsUppercase)
            && isMade(text.suffix(1), "", allowsUppercase: allowsUppercase)
            && isMade(text, inner, allowsUppercase: allowsUppercase)
    }

    /// Whether a text is there and of ASCII letters, digits and `others` alone. Of every key and value of a request this
    /// is asked, so no regular expression does it.
    private static func isMade(_ text: Substring, _ others: String, allowsUppercase: Bool = false) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
                case UInt8(ascii: "A")...UInt8(ascii: "Z"): allowsUppercase
                default: others.utf8.contains(byte)
                }
            }
    }

    private static func tooLong(_ text: String, _ maximum: Int, unit: String = "characters") -> [String] {
        text.utf8.count > maximum ? ["must be no more than \(maximum) \(unit)"] : []
    }

    private static func example(_ examples: [String], _ format: String) -> String {
        let list = examples.map { "'\($0)'" }.joined(separator: ",  or ")
        return " (e.g. \(list), regex used for validation is '\(format)')"
    }
}
