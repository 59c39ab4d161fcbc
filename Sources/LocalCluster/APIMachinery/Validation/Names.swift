/// The formats of names in Kubernetes, each with what its messages say. An empty result means the text is good.
enum Names {
    private static let label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
    private static let subdomain = "\(label)(\\.\(label))*"
    private static let qualifiedPart = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
    private static let valuePart = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?"

    static func faultsOfSubdomain(_ text: String) -> [String] {
        var faults = tooLong(text, 253)
        if !Pattern.matches(text, "^\(subdomain)$") {
            faults.append(
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and "
                    + "must start and end with an alphanumeric character"
                    + example(["example.com"], subdomain))
        }
        return faults
    }

    static func faultsOfLabel(_ text: String) -> [String] {
        var faults = tooLong(text, 63)
        if !Pattern.matches(text, "^\(label)$") {
            if Pattern.matches(text, "^\(subdomain)$") {
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
        if Pattern.matches(text, "^\(format)$") { return tooLong(text, 63) }
        return tooLong(text, 63) + [
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
                + "character, and end with an alphanumeric character" + example(["my-name", "abc-123"], format)
        ]
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
                faults += faultsOfSubdomain(parts[0]).map { "prefix part \($0)" }
            }
        default:
            return [
                "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
                    + "with an alphanumeric character"
                    + example(["MyName", "my.name", "123-abc"], qualifiedPart)
                    + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            ]
        }
        if name.isEmpty {
            faults.append("name part must be non-empty")
        } else {
            faults += tooLong(name, 63).map { "name part \($0)" }
        }
        if !Pattern.matches(name, "^\(qualifiedPart)$") {
            faults.append(
                "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
                    + "alphanumeric character" + example(["MyName", "my.name", "123-abc"], qualifiedPart))
        }
        return faults
    }

    static func faultsOfLabelValue(_ text: String) -> [String] {
        var faults = tooLong(text, 63)
        if !Pattern.matches(text, "^\(valuePart)$") {
            faults.append(
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and "
                    + "must start and end with an alphanumeric character"
                    + example(["MyValue", "my_value", "12345"], valuePart))
        }
        return faults
    }

    static func faultsOfConfigKey(_ text: String) -> [String] {
        var faults = tooLong(text, 253)
        if !Pattern.matches(text, "^[-._a-zA-Z0-9]+$") {
            faults.append(
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
                    + example(["key.name", "KEY_NAME", "key-name"], "[-._a-zA-Z0-9]+"))
        }
        if text == "." || text == ".." { faults.append("must not be '\(text)'") }
        return faults
    }

    /// A name that may stand in a URL path (RBAC objects).
    static func faultsOfPathSegment(_ text: String) -> [String] {
        if text == "." || text == ".." { return ["may not be '\(text)'"] }
        return ["/", "%"].filter { text.contains($0) }.map { "may not contain '\($0)'" }
    }

    private static func tooLong(_ text: String, _ maximum: Int) -> [String] {
        text.utf8.count > maximum ? ["must be no more than \(maximum) bytes"] : []
    }

    private static func example(_ examples: [String], _ format: String) -> String {
        let list = examples.map { "'\($0)'" }.joined(separator: ",  or ")
        return " (e.g. \(list), regex used for validation is '\(format)')"
    }
}
