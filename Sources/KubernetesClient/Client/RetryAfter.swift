/// The `Retry-After` header (RFC 9110, 10.2.3): seconds, or the date at which to come back.
enum RetryAfter {
    /// How many seconds to wait from `now`, at least 0; `nil` for text that is neither.
    static func seconds(_ text: String, now: Timestamp) -> Int? {
        let text = text.filter { $0 != "\r" && $0 != "\n" }
        if let seconds = Int(text) { return max(seconds, 0) }
        guard let date = date(text) else { return nil }
        return max(Int(((date - now) / .milliseconds(1000)).rounded(.up)), 0)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that may still be sent.
    private static func date(_ text: String) -> Timestamp? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(where: { $0 == parts[2] }) else {
            return nil
        }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return Timestamp("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }
}
