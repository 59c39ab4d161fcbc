public import KubernetesClient

extension JSONValue {
    /// The value as a YAML document: block style, keys sorted, long texts folded; the same text for equal values.
    public func yaml() -> String {
        var out = ""
        write(to: &out, indent: 0)
        if !out.hasSuffix("\n") { out += "\n" }
        return out
    }

    private static let width = 110

    private func write(to out: inout String, indent: Int) {
        let margin = String(repeating: " ", count: indent)
        switch self {
        case .object(let members) where !members.isEmpty:
            for key in members.keys.sorted() {
                let head = margin + Self.scalar(key) + ":"
                out += head
                members[key]?.writeMember(to: &out, indent: indent, column: head.count)
            }
        case .array(let elements) where !elements.isEmpty:
            for element in elements {
                out += margin + "-"
                switch element {
                case .object(let members) where !members.isEmpty:
                    var text = ""
                    element.write(to: &text, indent: indent + 2)
                    out += " " + text.dropFirst(indent + 2)
                case .array(let nested) where !nested.isEmpty:
                    var text = ""
                    element.write(to: &text, indent: indent + 2)
                    out += " " + text.dropFirst(indent + 2)
                default: element.writeMember(to: &out, indent: indent, column: indent + 1)
                }
            }
        default: out += margin + flow + "\n"
        }
    }

    /// Writes what follows a key's colon or a list's dash.
    private func writeMember(to out: inout String, indent: Int, column: Int) {
        switch self {
        case .object(let members) where !members.isEmpty:
            out += "\n"
            write(to: &out, indent: indent + 2)
        case .array(let elements) where !elements.isEmpty:
            out += "\n"
            write(to: &out, indent: indent + 2)
        case .string(let text) where text.contains("\n") && Self.isBlockText(text):
            out += text.hasSuffix("\n") ? " |\n" : " |-\n"
            let margin = String(repeating: " ", count: indent + 2)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            for line in text.hasSuffix("\n") ? lines.dropLast() : lines[...] {
                out += line.isEmpty ? "\n" : margin + line + "\n"
            }
        case .string(let text) where column + 1 + text.count > Self.width && Self.isFoldable(text):
            out += " >-\n"
            Self.fold(text, margin: String(repeating: " ", count: indent + 2), to: &out)
        default: out += " " + flow + "\n"
        }
    }

    private var flow: String {
        switch self {
        case .string(let text): Self.scalar(text)
        case .object: "{}"
        case .array: "[]"
        default: text()
        }
    }

    private static func fold(_ text: String, margin: String, to out: inout String) {
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, margin.count + line.count + 1 + word.count > width {
                out += margin + line + "\n"
                line = ""
            }
            line += line.isEmpty ? String(word) : " " + word
        }
        out += margin + line + "\n"
    }

    /// Folding keeps a text only when its words are one space apart.
    private static func isFoldable(_ text: String) -> Bool {
        !text.contains("\n") && !text.contains("  ") && text.first != " " && text.last != " "
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }

    /// A literal block keeps any text without control characters whose first line is not indented and which does not
    /// end in several line breaks.
    private static func isBlockText(_ text: String) -> Bool {
        !text.hasSuffix("\n\n") && text.first != " " && text.first != "\n"
            && text.unicodeScalars.allSatisfy { ($0.value >= 0x20 && $0.value != 0x7F) || $0 == "\n" }
    }

    /// A plain scalar where that is safe in every version of YAML, a quoted one otherwise.
    private static func scalar(_ text: String) -> String {
        let first = text.unicodeScalars.first
        let isPlain =
            first.map { ("a"..."z").contains($0) || ("A"..."Z").contains($0) || $0 == "/" || $0 == "." } ?? false
        let isSafe =
            text.unicodeScalars.allSatisfy {
                ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                    || " -_./()<>;=+%$".unicodeScalars.contains($0) || $0 == "," || $0 == ":"
            } && !text.contains(": ") && !text.hasSuffix(":") && text.last != " "
        let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n", ".inf", ".nan"]
        let looksNumeric = text.first == "." && text.dropFirst().allSatisfy { $0.isNumber || "eE+-".contains($0) }
        if isPlain, isSafe, !words.contains(text.lowercased()), !looksNumeric { return text }
        return JSONValue.string(text).text()
    }
}
