/// An e-mail address in the form by which accounts are told apart: trimmed and in lower case.
///
/// Accepts the dot-atom form of RFC 5321 with an ASCII domain of at least two labels (one is enough for addresses of
/// the operator's own, such as `admin@localhost`), 254 characters at most. Quoted local parts, comments and
/// internationalised addresses are refused: not every mail server on the way takes them.
struct EmailAddress: Sendable, Hashable {
    let text: String

    init?(_ input: String, singleLabelDomain: Bool = false) {
        let text = String(input.trimmingPrefix(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
            .lowercased()
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.utf8.count <= 254, parts.count == 2, Self.isLocalPart(parts[0]) else { return nil }
        guard Self.isDomain(parts[1], minimumLabels: singleLabelDomain ? 1 : 2) else { return nil }
        self.text = text
    }

    private static func isLocalPart(_ text: Substring) -> Bool {
        guard (1...64).contains(text.utf8.count) else { return false }
        let atoms = text.split(separator: ".", omittingEmptySubsequences: false)
        return atoms.allSatisfy { atom in
            !atom.isEmpty
                && atom.utf8.allSatisfy { byte in
                    isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
                }
        }
    }

    private static func isDomain(_ text: Substring, minimumLabels: Int) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= minimumLabels else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
