/// RFC 3339 times as Kubernetes writes them: UTC, whole seconds or exactly six digits of a second.
enum Timestamp {
    /// The time in UTC with whole seconds; `nil` when the text is no time.
    static func canonical(_ text: String) -> String? { parse(text).map { render($0.seconds) + "Z" } }

    /// The time in UTC with microseconds; `nil` unless the text has exactly six digits of a second.
    static func canonicalMicro(_ text: String) -> String? {
        guard let time = parse(text), time.fraction.count == 6 else { return nil }
        return "\(render(time.seconds)).\(time.fraction)Z"
    }

    /// The text of a time in seconds since 1970.
    static func text(_ seconds: Int) -> String { render(seconds) + "Z" }

    /// Seconds since 1970-01-01T00:00:00Z.
    static func seconds(_ text: String) -> Int? { parse(text)?.seconds }

    /// Where a text stops being a time.
    enum Fault {
        case mismatch(rest: String, expected: String)
        case outOfRange(String)
    }

    /// Why a text is no time, told as Go's parser does.
    static func fault(_ text: String, micro: Bool) -> Fault? {
        var rest = text[...]
        let parts: [(width: Int, after: Character?, layout: String, name: String, range: ClosedRange<Int>)] = [
            (4, "-", "2006", "year", 0...9999), (2, "-", "01", "month", 1...12), (2, "T", "02", "day", 1...31),
            (2, ":", "15", "hour", 0...23), (2, ":", "04", "minute", 0...59), (2, nil, "05", "second", 0...59),
        ]
        for part in parts {
            let digits = rest.prefix(part.width)
            guard digits.count == part.width, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
                return .mismatch(rest: String(rest), expected: part.layout)
            }
            if !part.range.contains(Int(digits) ?? -1) { return .outOfRange(part.name) }
            rest = rest.dropFirst(part.width)
            if let separator = part.after {
                guard rest.first == separator else { return .mismatch(rest: String(rest), expected: String(separator)) }
                rest = rest.dropFirst()
            }
        }
        if micro {
            let digits = rest.dropFirst().prefix { $0.isNumber }
            guard rest.first == ".", digits.count == 6 else {
                return .mismatch(rest: String(rest), expected: ".000000")
            }
            rest = rest.dropFirst(7)
        }
        return .mismatch(rest: String(rest), expected: "Z07:00")
    }

    private static func parse(_ text: String) -> (seconds: Int, fraction: String)? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == 45, bytes[7] == 45, bytes[10] == 84, bytes[13] == 58, bytes[16] == 58
        else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            range.upperBound <= bytes.count && bytes[range].allSatisfy { (48...57).contains($0) }
                ? Int(String(decoding: bytes[range], as: UTF8.self)) : nil
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...daysInMonth(year, month)).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        var index = 19
        var fraction = ""
        if bytes[index] == 46 {
            let end = bytes[(index + 1)...].firstIndex { !(48...57).contains($0) } ?? bytes.count
            fraction = String(decoding: bytes[(index + 1)..<end], as: UTF8.self)
            if fraction.isEmpty { return nil }
            index = end
        }
        guard index < bytes.count else { return nil }
        var offset = 0
        if bytes[index] != 90 {
            guard bytes[index] == 43 || bytes[index] == 45, let hours = number(index + 1..<index + 3),
                let minutes = number(index + 4..<index + 6), bytes.count == index + 6
            else { return nil }
            offset = (hours * 60 + minutes) * 60 * (bytes[index] == 43 ? 1 : -1)
        } else if bytes.count != index + 1 {
            return nil
        }
        let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset
        return (seconds, fraction)
    }

    private static func daysInMonth(_ year: Int, _ month: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? isLeap ? 29 : 28 : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Days since 1970-01-01 of a date of the Gregorian calendar.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func render(_ seconds: Int) -> String {
        let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let rest = seconds - day * 86_400
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let index = (5 * dayOfYear + 2) / 153
        let month = index < 10 ? index + 3 : index - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func pad(_ value: Int, _ width: Int = 2) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return "\(pad(year, 4))-\(pad(month))-\(pad(dayOfYear - (153 * index + 2) / 5 + 1))"
            + "T\(pad(rest / 3_600)):\(pad(rest / 60 % 60)):\(pad(rest % 60))"
    }
}
