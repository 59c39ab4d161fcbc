#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Durations as kubectl shows ages: two units at most, fewer the longer.
enum HumanDuration {
    /// The time since an RFC 3339 time; `<unknown>` without one, `<invalid>` for something else.
    static func since(_ text: String?, _ now: Date) -> String {
        guard let text, !text.isEmpty else { return "<unknown>" }
        guard let date = date(text) else { return "<invalid>" }
        return self.text(now.timeIntervalSince(date))
    }

    /// An RFC 3339 time in UTC, with or without a fraction of a second.
    static func date(_ text: String) -> Date? {
        (try? Date(text, strategy: .iso8601))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    }

    static func text(_ interval: Double) -> String {
        if interval < -2 { return "<invalid>" }
        if interval < 0 { return "0s" }
        let seconds = Int(interval)
        if seconds < 120 { return "\(seconds)s" }
        let minutes = seconds / 60
        if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
        if minutes < 180 { return "\(minutes)m" }
        let hours = minutes / 60
        if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
        if hours < 48 { return "\(hours)h" }
        let days = hours / 24
        if days < 8 { return pair(days, "d", hours % 24, "h") }
        if days < 730 { return "\(days)d" }
        if days < 2920 { return pair(days / 365, "y", days % 365, "d") }
        return "\(days / 365)y"
    }

    private static func pair(_ first: Int, _ unit: String, _ second: Int, _ smaller: String) -> String {
        second == 0 ? "\(first)\(unit)" : "\(first)\(unit)\(second)\(smaller)"
    }
}
