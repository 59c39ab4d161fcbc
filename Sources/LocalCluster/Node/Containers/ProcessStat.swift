import Foundation

/// The fields of /proc/PID/stat that matter here.
struct ProcessStat: Sendable, Equatable {
    var processGroup: Int32
    var cpuTicks: UInt64
    var startTime: UInt64
    var residentPages: UInt64

    /// - Returns: `nil` when there is no such process, or it has ended and was not waited for.
    init?(pid: Int32) {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return nil }
        self.init(text)
    }

    init?(_ text: String) {
        guard let end = text.lastIndex(of: ")") else { return nil }
        // After the name in parentheses come field 3 (state) and following.
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 21, fields[0] != "Z", let group = Int32(fields[2]), let user = UInt64(fields[11]),
            let system = UInt64(fields[12]), let start = UInt64(fields[19]), let pages = UInt64(fields[21])
        else { return nil }
        processGroup = group
        cpuTicks = user + system
        startTime = start
        residentPages = pages
    }
}
