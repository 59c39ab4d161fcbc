import KubernetesClient

/// RFC 3339 as Go reads it: strictly, and saying where a text stops being a time.
enum TimeText {
    enum Fault: Error {
        case mismatch(rest: String, expected: String)
        case outOfRange(String)
        case extra(String)
    }

    private struct Part {
        var width: Int
        var after: UInt8?
        var layout: String
        var name: String
        var range: ClosedRange<Int>
    }

    private static let parts = [
        Part(width: 4, after: UInt8(ascii: "-"), layout: "2006", name: "year", range: 0...9999),
        Part(width: 2, after: UInt8(ascii: "-"), layout: "01", name: "month", range: 1...12),
        // Which days a month has is looked at in the end.
        Part(width: 2, after: UInt8(ascii: "T"), layout: "02", name: "day", range: 0...99),
        Part(width: 2, after: UInt8(ascii: ":"), layout: "15", name: "hour", range: 0...23),
        Part(width: 2, after: UInt8(ascii: ":"), layout: "04", name: "minute", range: 0...59),
        Part(width: 2, layout: "05", name: "second", range: 0...59),
    ]

    /// - Parameter micro: exactly six digits of a second, as `MicroTime` has them; else there may be any number.
    static func read(_ text: String, micro: Bool = false) throws(Fault) -> Timestamp {
        var rest = Array(text.utf8)[...]
        func number(_ width: Int) -> Int? {
            let digits = rest.prefix(width)
            guard digits.count == width, digits.allSatisfy(isDigit) else { return nil }
            return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
        }
        func mismatch(_ expected: String) -> Fault {
            .mismatch(rest: String(decoding: rest, as: UTF8.self), expected: expected)
        }
        var values: [Int] = []
        for part in parts {
            guard let value = number(part.width) else { throw mismatch(part.layout) }
            guard part.range.contains(value) else { throw .outOfRange(part.name) }
            values.append(value)
            rest = rest.dropFirst(part.width)
            if let separator = part.after {
                guard rest.first == separator else { throw mismatch(String(UnicodeScalar(separator))) }
                rest = rest.dropFirst()
            }
        }
        if rest.first == UInt8(ascii: "."), !micro || rest.dropFirst().prefix(6).count(where: isDigit) == 6 {
            rest = rest.dropFirst()
            rest = micro ? rest.dropFirst(6) : rest.drop(while: isDigit)
        } else if micro {
            throw mismatch(".000000")
        }
        if rest.first == UInt8(ascii: "Z") {
            rest = rest.dropFirst()
        } else {
            let zone = Array(rest.prefix(6))
            guard zone.count == 6, [43, 45].contains(zone[0]), zone[3] == UInt8(ascii: ":"),
                [1, 2, 4, 5].allSatisfy({ isDigit(zone[$0]) })
            else { throw mismatch("Z07:00") }
            rest = rest.dropFirst(6)
        }
        if !rest.isEmpty { throw .extra(String(decoding: rest, as: UTF8.self)) }
        guard (1...daysInMonth(values[0], values[1])).contains(values[2]) else { throw .outOfRange("day") }
        guard let time = Timestamp(text) else { throw mismatch("Z07:00") }
        return time
    }

    /// A time that many seconds after 1970 began; far outside of the calendar's four-digit years at its ends.
    static func time(_ seconds: Int64, nanoseconds: Int64 = 0) -> Timestamp {
        Timestamp(
            microseconds: min(max(seconds, -1_000_000_000_000), 1_000_000_000_000) * 1_000_000 + nanoseconds / 1_000)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func daysInMonth(_ year: Int, _ month: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? isLeap ? 29 : 28 : [4, 6, 9, 11].contains(month) ? 30 : 31
    }
}
