import KubernetesClient

/// A point in time.
struct CELTime: Sendable, Hashable, Comparable {
    /// Since 1970-01-01T00:00:00Z.
    var seconds: Int64
    var nanoseconds: Int64 = 0
    /// Seconds east of Greenwich in which it was written; two times in different zones can be the same.
    var zone = 0

    static let range: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    static func < (left: CELTime, right: CELTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    static func == (left: CELTime, right: CELTime) -> Bool {
        left.seconds == right.seconds && left.nanoseconds == right.nanoseconds
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(seconds)
        hasher.combine(nanoseconds)
    }

    init(seconds: Int64, nanoseconds: Int64 = 0, zone: Int = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
        self.zone = zone
    }

    /// A text that a schema's `date-time` allows: also without a zone.
    init?(schemaText text: String) {
        guard let time = Self.timestamp(text) ?? Self.timestamp(text + "Z") else { return nil }
        self = time
    }

    static func timestamp(_ text: String) -> CELTime? {
        guard let seconds = try? TimeText.read(text).wholeSeconds else { return nil }
        let fraction = text.drop { $0 != "." }.dropFirst().prefix { $0.isNumber }.prefix(9)
        let padded = fraction + String(repeating: "0", count: 9 - fraction.count)
        let zone = text.hasSuffix("Z") ? 0 : Self.offset(String(text.suffix(6))) ?? 0
        return CELTime(seconds: seconds, nanoseconds: Int64(padded) ?? 0, zone: zone)
    }

    /// A time some nanoseconds later; `nil` outside of the years 1 to 9999.
    func adding(_ duration: Int64) -> CELTime? {
        let (whole, rest) = duration.quotientAndRemainder(dividingBy: 1_000_000_000)
        var result = CELTime(seconds: seconds + whole, nanoseconds: nanoseconds + rest, zone: zone)
        if result.nanoseconds < 0 {
            result.seconds -= 1
            result.nanoseconds += 1_000_000_000
        } else if result.nanoseconds >= 1_000_000_000 {
            result.seconds += 1
            result.nanoseconds -= 1_000_000_000
        }
        return Self.range.contains(result.seconds) ? result : nil
    }

    /// The nanoseconds from another time to this; `nil` when they are too many.
    func since(_ other: CELTime) -> Int64? {
        let (product, overflow) = (seconds - other.seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowToo) = product.addingReportingOverflow(nanoseconds - other.nanoseconds)
        return overflow || overflowToo ? nil : sum
    }

    /// RFC 3339, with as many digits of a second as there are.
    var text: String {
        let whole = TimeText.time(seconds + Int64(zone)).seconds.dropLast()
        let fraction = nanoseconds == 0 ? "" : "." + Self.fraction(nanoseconds)
        guard zone != 0 else { return whole + fraction + "Z" }
        func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
        return whole + fraction + (zone < 0 ? "-" : "+") + two(abs(zone) / 3_600) + ":" + two(abs(zone) / 60 % 60)
    }

    private static func fraction(_ nanoseconds: Int64) -> String {
        let digits = String(nanoseconds)
        var padded = String(repeating: "0", count: 9 - digits.count) + digits
        while padded.hasSuffix("0") { padded.removeLast() }
        return padded
    }

    /// A part of the time (`getMonth` and the like), in a zone (`+01:00`, `UTC`); `nil` for a zone that is not known.
    func part(_ name: String, zone: String) -> Int64? {
        guard let offset = Self.offset(zone) else { return nil }
        let text = TimeText.time(seconds + Int64(offset)).seconds
        func digits(_ start: Int, _ count: Int) -> Int64 { Int64(text.dropFirst(start).prefix(count)) ?? 0 }
        let local = seconds + Int64(offset)
        let day = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        switch name {
        case "getFullYear": return digits(0, 4)
        case "getMonth": return digits(5, 2) - 1
        case "getDate": return digits(8, 2)
        case "getDayOfMonth": return digits(8, 2) - 1
        case "getDayOfWeek": return ((day + 4) % 7 + 7) % 7
        case "getDayOfYear":
            let start = Timestamp("\(text.prefix(4))-01-01T00:00:00Z")?.wholeSeconds ?? 0
            return day - start / 86_400
        case "getHours": return digits(11, 2)
        case "getMinutes": return digits(14, 2)
        case "getSeconds": return digits(17, 2)
        default: return nanoseconds / 1_000_000
        }
    }

    private static func offset(_ zone: String) -> Int? {
        if ["", "UTC", "Z"].contains(zone) { return 0 }
        let sign = zone.hasPrefix("-") ? -1 : 1
        let parts = zone.drop { $0 == "-" || $0 == "+" }.split(separator: ":")
        guard parts.count == 2, let hours = Int(parts[0]), let minutes = Int(parts[1]) else { return nil }
        return sign * (hours * 60 + minutes) * 60
    }

    /// Nanoseconds of `1h30m`, `250ms`.
    static func duration(_ text: String) -> Int64? { try? GoDuration.nanoseconds(text) }

    /// `5400s`, `0.25s`.
    static func text(ofDuration duration: Int64) -> String {
        let (seconds, rest) = duration.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        let fraction = rest == 0 ? "" : "." + Self.fraction(Int64(rest))
        return "\(duration < 0 ? "-" : "")\(seconds)\(fraction)s"
    }
}

extension Timestamp {
    /// Since 1970-01-01T00:00:00Z, a begun second not counted.
    fileprivate var wholeSeconds: Int64 {
        (microseconds - (microseconds % 1_000_000 + 1_000_000) % 1_000_000) / 1_000_000
    }
}
