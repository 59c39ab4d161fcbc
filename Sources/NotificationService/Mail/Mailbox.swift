/// A name and an address in a mail's header.
struct Mailbox: Sendable, Hashable {
    var name: String
    var address: String

    init(name: String = "", address: String) {
        self.name = name
        self.address = address
    }

    /// `Acme Shop <shop@acme.example>` or just the address.
    init(parsing text: String) {
        guard let open = text.lastIndex(of: "<"), let close = text.lastIndex(of: ">"), open < close else {
            self.init(address: Self.trimmed(text[...]))
            return
        }
        let name = Self.trimmed(text[..<open])
        let unquoted =
            name.count >= 2 && name.hasPrefix("\"") && name.hasSuffix("\"") ? name.dropFirst().dropLast() : name[...]
        self.init(name: String(unquoted), address: Self.trimmed(text[text.index(after: open)..<close]))
    }

    /// What follows the address's last @.
    var domain: String { address.split(separator: "@").last.map(String.init) ?? "localhost" }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
