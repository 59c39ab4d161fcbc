#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Dates as mails and mailbox files write them, in UTC.
enum MailDate {
    /// `Sat, 21 Nov 2026 11:07:50 +0000` (RFC 5322 section 3.3).
    static func header(_ date: Date) -> String {
        let parts = parts(of: date)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = days[(parts.weekday + 6) % 7]
        let month = months[(parts.month + 11) % 12]
        return "\(day), \(parts.day) \(month) \(parts.year) "
            + "\(two(parts.hour)):\(two(parts.minute)):\(two(parts.second)) +0000"
    }

    /// `20261121T110750Z`: sorts by time as a file name.
    static func fileName(_ date: Date) -> String {
        let parts = parts(of: date)
        return "\(parts.year)\(two(parts.month))\(two(parts.day))T"
            + "\(two(parts.hour))\(two(parts.minute))\(two(parts.second))Z"
    }

    private struct Parts {
        var year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
        /// 1 is Sunday.
        var weekday: Int
    }

    private static func parts(of date: Date) -> Parts {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let wanted: Set<Calendar.Component> = [.year, .month, .day, .hour, .minute, .second, .weekday]
        let parts = calendar.dateComponents(wanted, from: date)
        return Parts(
            year: parts.year ?? 1970, month: parts.month ?? 1, day: parts.day ?? 1, hour: parts.hour ?? 0,
            minute: parts.minute ?? 0, second: parts.second ?? 0, weekday: parts.weekday ?? 1)
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
