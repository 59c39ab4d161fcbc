import Foundation
import KubernetesClient

/// When a CronJob is due: five fields (minute, hour, day, month, day of the week), `@daily` and its like, `@every 90m`.
struct CronSchedule: Equatable {
    private enum Rule: Equatable {
        case fields([Field])
        case every(seconds: Int64)
    }

    private struct Field: Equatable {
        var values: Set<Int>
        /// Written as `*`: the other of the two day fields decides.
        var isAny = false
    }

    private let rule: Rule
    private let zone: TimeZone

    private static let nicknames = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]
    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    private static let days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    /// `nil` for text that is no schedule.
    init?(_ text: String, zone: TimeZone) {
        self.zone = zone
        if text.hasPrefix("@every ") {
            guard let seconds = Self.seconds(text.dropFirst(7)), seconds >= 1 else { return nil }
            rule = .every(seconds: seconds)
            return
        }
        let parts = (Self.nicknames[text] ?? text).split(whereSeparator: \.isWhitespace)
        guard parts.count == 5 else { return nil }
        let bounds: [(ClosedRange<Int>, [String])] = [
            (0...59, []), (0...23, []), (1...31, []), (1...12, Self.months), (0...6, Self.days),
        ]
        var fields: [Field] = []
        for (part, (range, names)) in zip(parts, bounds) {
            guard let field = Self.field(part.lowercased(), range, names) else { return nil }
            fields.append(field)
        }
        rule = .fields(fields)
    }

    /// The first time it is due after another; `nil` when that is never (or in more than five years).
    func next(after time: Timestamp) -> Timestamp? {
        let second = time.microseconds / 1_000_000
        switch rule {
        case .every(let seconds): return Timestamp(microseconds: (second + seconds) * 1_000_000)
        case .fields(let fields):
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = zone
            return search(from: (second / 60 + 1) * 60, fields, calendar)
        }
    }

    /// Walks from minute to minute, leaping over months, days and hours that do not match.
    private func search(from start: Int64, _ fields: [Field], _ calendar: Calendar) -> Timestamp? {
        var second = start
        let end = start + 5 * 366 * 86_400
        while second < end {
            let date = Date(timeIntervalSince1970: Double(second))
            let now = calendar.dateComponents([.month, .day, .weekday, .hour, .minute], from: date)
            guard let month = now.month, let day = now.day, let weekday = now.weekday, let hour = now.hour,
                let minute = now.minute
            else { return nil }
            if !fields[3].values.contains(month) {
                guard let next = calendar.dateInterval(of: .month, for: date)?.end else { return nil }
                second = Int64(next.timeIntervalSince1970)
            } else if !Self.matches(day: day, weekday: weekday - 1, fields) {
                guard let next = calendar.dateInterval(of: .day, for: date)?.end else { return nil }
                second = Int64(next.timeIntervalSince1970)
            } else if !fields[1].values.contains(hour) {
                second += Int64(60 - minute) * 60
            } else if !fields[0].values.contains(minute) {
                second += 60
            } else {
                return Timestamp(microseconds: second * 1_000_000)
            }
        }
        return nil
    }

    private static func matches(day: Int, weekday: Int, _ fields: [Field]) -> Bool {
        let (ofMonth, ofWeek) = (fields[2].values.contains(day), fields[4].values.contains(weekday))
        return fields[2].isAny || fields[4].isAny ? ofMonth && ofWeek : ofMonth || ofWeek
    }

    /// `*`, `5`, `1-5`, `*/15`, `10-30/5`, `mon-fri`, and lists of those.
    private static func field(_ text: String, _ range: ClosedRange<Int>, _ names: [String]) -> Field? {
        func number(_ text: Substring) -> Int? {
            let value = names.firstIndex(of: String(text)).map { $0 + range.lowerBound } ?? Int(text)
            return value.flatMap { range.contains($0) ? $0 : nil }
        }
        var field = Field(values: [])
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = item.split(separator: "/", omittingEmptySubsequences: false)
            let step = parts.count == 2 ? Int(parts[1]) ?? 0 : 1
            guard (1...2).contains(parts.count), step > 0 else { return nil }
            let limits = parts[0].split(separator: "-", omittingEmptySubsequences: false)
            let bounds: (Int, Int)
            if limits == ["*"] || limits == ["?"] {
                bounds = (range.lowerBound, range.upperBound)
                if step == 1 { field.isAny = true }
            } else if limits.count == 2, let low = number(limits[0]), let high = number(limits[1]), low <= high {
                bounds = (low, high)
            } else if limits.count == 1, let only = number(limits[0]) {
                bounds = (only, parts.count == 2 ? range.upperBound : only)
            } else {
                return nil
            }
            field.values.formUnion(stride(from: bounds.0, through: bounds.1, by: step))
        }
        return field
    }

    /// Such as `1h30m` or `90s`.
    private static func seconds(_ text: Substring) -> Int64? {
        var (sum, digits) = (0.0, "")
        for character in text {
            if character.isNumber || character == "." {
                digits.append(character)
                continue
            }
            guard let value = Double(digits), let unit = ["h": 3600.0, "m": 60, "s": 1][character] else { return nil }
            sum += value * unit
            digits = ""
        }
        return digits.isEmpty ? Int64(sum) : nil
    }
}
