#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The schedules of CronJobs: five fields, or a word for them.
enum CronSchedule {
    private static let fields: [(range: ClosedRange<Int>, names: [String])] = [
        (0...59, []), (0...23, []), (1...31, []),
        (1...12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        (0...6, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ]

    /// What is wrong with a schedule, in the words of the library that Kubernetes reads it with.
    static func fault(_ text: String) -> String? {
        if text.contains("TZ") { return "cannot use TZ or CRON_TZ in schedule, use timeZone field instead" }
        if text.hasPrefix("@") {
            let known = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"]
            return known.contains(text) || text.hasPrefix("@every ") ? nil : "unrecognized descriptor: \(text)"
        }
        let parts = text.split(separator: " ").map(String.init)
        guard parts.count == 5 else {
            return "expected exactly 5 fields, found \(parts.count): [\(parts.joined(separator: " "))]"
        }
        for (part, field) in zip(parts, fields) {
            for item in part.split(separator: ",") {
                if let fault = fault(String(item), field.range, field.names) { return fault }
            }
        }
        return nil
    }

    private static func fault(_ item: String, _ range: ClosedRange<Int>, _ names: [String]) -> String? {
        let steps = item.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let ends = steps[0].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        var (first, last) = (range.lowerBound, range.upperBound)
        if ends[0] != "*", ends[0] != "?" {
            switch number(ends[0], names, range) {
            case .failure(let fault): return fault.text
            case .success(let value): (first, last) = (value, value)
            }
            if ends.count == 2 {
                switch number(ends[1], names, range) {
                case .failure(let fault): return fault.text
                case .success(let value): last = value
                }
            } else if ends.count > 2 {
                return "too many hyphens: \(item)"
            }
        }
        if steps.count > 2 { return "too many slashes: \(item)" }
        if steps.count == 2 {
            guard let step = Int(steps[1]) else { return notANumber(steps[1]) }
            if ends.count == 1, ends[0] != "*" { last = range.upperBound }
            if step == 0 { return "step of range should be a positive number: \(item)" }
        }
        if first < range.lowerBound {
            return "beginning of range (\(first)) below minimum (\(range.lowerBound)): \(item)"
        }
        if last > range.upperBound { return "end of range (\(last)) above maximum (\(range.upperBound)): \(item)" }
        return first > last ? "beginning of range (\(first)) beyond end of range (\(last)): \(item)" : nil
    }

    private struct Fault: Error { var text: String }

    private static func number(
        _ text: String, _ names: [String], _ range: ClosedRange<Int>
    ) -> Result<Int, Fault> {
        if let place = names.firstIndex(of: text.lowercased()) { return .success(place + range.lowerBound) }
        return Int(text).map { .success($0) } ?? .failure(Fault(text: notANumber(text)))
    }

    private static func notANumber(_ text: String) -> String {
        "failed to parse int from \(text): strconv.Atoi: parsing \"\(text)\": invalid syntax"
    }
}

/// The names of time zones.
enum TimeZones {
    static func knows(_ name: String) -> Bool { name == "UTC" || TimeZone(identifier: name) != nil }
}
