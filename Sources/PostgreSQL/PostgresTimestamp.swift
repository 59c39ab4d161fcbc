#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// `timestamptz` (ISO style, UTC, as every connection of this module is set) and `date`, to the microsecond.
extension Date: PostgresEncodable, PostgresDecodable {
    public var postgresValue: PostgresValue {
        var microseconds = Int64((timeIntervalSince1970 * 1_000_000).rounded())
        var seconds = microseconds / 1_000_000
        microseconds -= seconds * 1_000_000
        if microseconds < 0 {
            microseconds += 1_000_000
            seconds -= 1
        }
        var days = seconds / 86_400
        var rest = seconds - days * 86_400
        if rest < 0 {
            rest += 86_400
            days -= 1
        }
        let (year, month, day) = CivilDate.fromDays(days)
        func pad(_ value: Int64, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let date = "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))"
        let time = "\(pad(rest / 3600, 2)):\(pad(rest / 60 % 60, 2)):\(pad(rest % 60, 2))"
        return PostgresValue(text: "\(date) \(time).\(pad(microseconds, 6))+00")
    }

    public init?(postgresText text: ArraySlice<UInt8>) {
        var numbers: [Int64] = []
        var current: Int64 = 0
        var digits = 0
        var fractionDigits = 0
        // year-month-day[ hour:minute:second[.fraction][+00]]
        scan: for byte in text {
            switch byte {
            case 48...57:
                if numbers.count == 6 {
                    guard fractionDigits < 6 else { return nil }
                    fractionDigits += 1
                }
                current = current * 10 + Int64(byte - 48)
                digits += 1
                guard digits <= 7 else { return nil }
            case UInt8(ascii: "-") where numbers.count < 2, UInt8(ascii: " ") where numbers.count == 2,
                UInt8(ascii: ":") where numbers.count == 3 || numbers.count == 4,
                UInt8(ascii: ".") where numbers.count == 5:
                guard digits > 0 else { return nil }
                numbers.append(current)
                current = 0
                digits = 0
            case UInt8(ascii: "+") where numbers.count >= 5: break scan
            default: return nil
            }
        }
        numbers.append(current)
        guard numbers.count == 3 || numbers.count >= 6 else { return nil }
        var seconds = CivilDate.toDays(year: numbers[0], month: numbers[1], day: numbers[2]) * 86_400
        var microseconds: Int64 = 0
        if numbers.count >= 6 {
            seconds += numbers[3] * 3600 + numbers[4] * 60 + numbers[5]
            if numbers.count == 7 {
                microseconds = numbers[6]
                for _ in fractionDigits..<6 { microseconds *= 10 }
            }
        }
        self.init(timeIntervalSince1970: Double(seconds) + Double(microseconds) / 1_000_000)
    }
}
