#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Header texts (RFC 2047): plain ASCII as it is, everything else as base64 encoded words of UTF-8, folded.
enum EncodedWord {
    /// Base64 of 45 bytes is 60 characters; with its frame an encoded word has 72, of 75 allowed.
    private static let chunk = 45

    static func encode(_ text: String) -> String {
        if isPlain(text) { return text }
        var words: [String] = []
        var bytes: [UInt8] = []
        func finish() {
            words.append("=?UTF-8?B?" + Data(bytes).base64EncodedString() + "?=")
            bytes = []
        }
        // A character's bytes stay in one word.
        for scalar in text.unicodeScalars {
            let encoded = Array(String(scalar).utf8)
            if bytes.count + encoded.count > chunk { finish() }
            bytes += encoded
        }
        finish()
        return words.joined(separator: "\r\n ")
    }

    /// A display name: an atom sequence, a quoted string, or encoded words.
    static func phrase(_ text: String) -> String {
        guard isPlain(text) else { return encode(text) }
        return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.count <= 64 && text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
    }
}
