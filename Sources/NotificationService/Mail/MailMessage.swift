#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A mail with a plain and an HTML text (RFC 5322, MIME multipart/alternative).
struct MailMessage: Sendable {
    var from: Mailbox
    var to: Mailbox
    var subject: String
    var text: String
    var html: String
    var date: Date
    /// Left part of the Message-ID; the right part is the sender's domain. The same id gives the same mail.
    var id: String
    /// Which template it is, for filters.
    var template: String

    /// The message as it goes over the wire: ASCII lines ended by CRLF.
    func encoded() -> [UInt8] {
        let boundary = "=_" + id.replacing("-", with: "")
        var lines = [
            "Date: " + MailDate.header(date),
            "From: " + Self.header(from),
            "To: " + Self.header(to),
            "Message-ID: <\(id)@\(from.domain)>",
            "Subject: " + EncodedWord.encode(subject),
            "MIME-Version: 1.0",
            "Auto-Submitted: auto-generated",
            "X-Storefront-Template: " + template,
            "Content-Type: multipart/alternative; boundary=\"\(boundary)\"",
            "",
        ]
        for (type, content) in [("text/plain", text), ("text/html", html)] {
            lines += [
                "--" + boundary,
                "Content-Type: \(type); charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable",
                "",
                QuotedPrintable.encode(content),
            ]
        }
        lines += ["--" + boundary + "--", ""]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    private static func header(_ mailbox: Mailbox) -> String {
        mailbox.name.isEmpty ? "<\(mailbox.address)>" : EncodedWord.phrase(mailbox.name) + " <\(mailbox.address)>"
    }
}
