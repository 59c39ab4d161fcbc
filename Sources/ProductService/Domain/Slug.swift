/// A readable name for URLs: lower-case letters, digits and single hyphens.
enum Slug {
    static let maximumLength = 255

    /// Whether the text is one.
    static func isValid(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= maximumLength, !text.hasPrefix("-"), !text.hasSuffix("-"),
            !text.contains("--")
        else { return false }
        return text.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: "-") }
    }

    /// The slug of a name; `nil` when nothing of the name can be in one.
    static func of(_ name: String, maximumLength: Int = 200) -> String? {
        var slug: [UInt8] = []
        for byte in name.lowercased().utf8 {
            if isWord(byte) {
                slug.append(byte)
            } else if byte != UInt8(ascii: "'"), byte < 0x80, let last = slug.last, last != UInt8(ascii: "-") {
                slug.append(UInt8(ascii: "-"))
            }
            if slug.count == maximumLength { break }
        }
        while slug.last == UInt8(ascii: "-") { slug.removeLast() }
        return slug.isEmpty ? nil : String(decoding: slug, as: UTF8.self)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
