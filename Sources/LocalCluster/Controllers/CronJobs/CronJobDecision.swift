import Foundation
import KubernetesClient

/// One pass over a CronJob as a value: which Jobs are over, whether one is due, and when to look again.
struct CronJobDecision: Equatable {
    static let scheduledAnnotation = "batch.kubernetes.io/cronjob-scheduled-timestamp"

    var create: UntypedObject?
    /// Replaced or no longer kept.
    var delete: [UntypedObject] = []
    var status: JSONValue
    var requeue: Duration?
    var events: [JobDecision.Event] = []

    private let cronJob: UntypedObject
    private let now: Timestamp
    private var active: [JSONValue]

    /// - Parameters:
    ///   - jobs: its own.
    ///   - isGone: whether a Job that it took for active, and that is not among them, is no more.
    init(_ cronJob: UntypedObject, jobs: [UntypedObject], now: Timestamp, isGone: (String) -> Bool = { _ in true }) {
        self.cronJob = cronJob
        self.now = now
        status = cronJob.status ?? .emptyObject
        active = status["active"]?.arrayValue ?? []
        settle(jobs, isGone: isGone)
        schedule(jobs)
        prune(jobs)
        status["active"] = active.isEmpty ? nil : .array(active)
    }

    private static func condition(_ job: UntypedObject) -> String? {
        ["Complete", "Failed"].first { job.condition($0)?["status"]?.stringValue == "True" }
    }

    private func isActive(_ uid: String) -> Bool { active.contains { $0["uid"]?.stringValue == uid } }

    private mutating func settle(_ jobs: [UntypedObject], isGone: (String) -> Bool) {
        for job in jobs {
            guard let condition = Self.condition(job) else {
                if !isActive(job.uid) {
                    tell("UnexpectedJob", "Saw a job that the controller did not create or forgot: \(job.name)", true)
                }
                continue
            }
            if isActive(job.uid) {
                active.removeAll { $0["uid"]?.stringValue == job.uid }
                tell("SawCompletedJob", "Saw completed job: \(job.name), condition: \(condition)")
            }
            let end = job["status", "completionTime"]?.stringValue
            if condition == "Complete", let end, end > status["lastSuccessfulTime"]?.stringValue ?? "" {
                status["lastSuccessfulTime"] = .string(end)
            }
        }
        let present = Set(jobs.map(\.uid))
        for reference in active {
            guard let uid = reference["uid"]?.stringValue, !present.contains(uid), isGone(uid) else { continue }
            active.removeAll { $0["uid"]?.stringValue == uid }
            tell("MissingJob", "Active job went missing: \(reference["name"]?.stringValue ?? "")")
        }
    }

    private mutating func schedule(_ jobs: [UntypedObject]) {
        guard !cronJob.isBeingDeleted else { return }
        let name = cronJob["spec", "timeZone"]?.stringValue ?? "UTC"
        guard let zone = TimeZone(identifier: name) else {
            return tell("UnknownTimeZone", "invalid timeZone: \"\(name)\": unknown time zone \(name)", true)
        }
        guard cronJob["spec", "suspend"]?.boolValue != true else { return }
        let text = cronJob["spec", "schedule"]?.stringValue ?? ""
        guard let schedule = CronSchedule(text, zone: zone) else {
            return tell("UnparseableSchedule", "unparseable schedule: \"\(text)\"", true)
        }
        requeue = schedule.next(after: now).map { $0 - now + .milliseconds(100) }
        let last = status["lastScheduleTime"]?.stringValue.flatMap { Timestamp($0) }
        guard let due = due(schedule, since: last ?? cronJob.creationTimestamp ?? now), due != last else { return }
        if let patience, due + patience < now {
            return tell("MissSchedule", "Missed scheduled time to start a job: \(Self.long(due))", true)
        }
        let job = made(due, zone)
        guard !active.contains(where: { $0["name"]?.stringValue == job.name }) else { return }
        switch cronJob["spec", "concurrencyPolicy"]?.stringValue {
        case "Forbid" where !active.isEmpty:
            return tell(
                "JobAlreadyActive",
                "Not starting job because prior execution is running and concurrency policy is Forbid")
        case "Replace":
            delete = jobs.filter { isActive($0.uid) }
            active = []
        default: break
        }
        create = job
        status["lastScheduleTime"] = .string(due.seconds)
    }

    private var patience: Duration? {
        cronJob["spec", "startingDeadlineSeconds"]?.intValue.map { .seconds($0) }
    }

    /// The latest time that has come and was not served.
    private mutating func due(_ schedule: CronSchedule, since: Timestamp) -> Timestamp? {
        let earliest = patience.map { max(since, now + (.zero - $0)) } ?? since
        guard let first = schedule.next(after: earliest), first <= now else { return nil }
        guard let second = schedule.next(after: first), second <= now else { return first }
        // An estimate, for what may have been missed for years.
        let interval = max(1, (second.microseconds - first.microseconds) / 1_000_000)
        let missed = (now.microseconds - first.microseconds) / 1_000_000 / interval + 1
        if missed > 100 {
            tell(
                "TooManyMissedTimes",
                "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew", true)
        }
        var latest: Timestamp?
        var time = Timestamp(microseconds: first.microseconds + (missed - 2) * interval * 1_000_000)
        while let next = schedule.next(after: time), next <= now { (latest, time) = (next, next) }
        return latest
    }

    private func made(_ due: Timestamp, _ zone: TimeZone) -> UntypedObject {
        let template = cronJob["spec", "jobTemplate"] ?? .emptyObject
        var job = UntypedObject(
            .job, name: "\(cronJob.name)-\(due.microseconds / 60_000_000)", namespace: cronJob.namespace,
            labels: template[path: ["metadata", "labels"]]?.stringMapValue ?? [:],
            annotations: template[path: ["metadata", "annotations"]]?.stringMapValue ?? [:])
        job.annotations[Self.scheduledAnnotation] = Self.local(due, zone)
        job.ownerReferences = [OwnerReference(controlledBy: cronJob)]
        job.spec = template["spec"]
        return job
    }

    /// Keeps as many finished Jobs of each kind as is wanted, the youngest.
    private mutating func prune(_ jobs: [UntypedObject]) {
        for (condition, field, kept) in [
            ("Complete", "successfulJobsHistoryLimit", 3), ("Failed", "failedJobsHistoryLimit", 1),
        ] {
            let limit = cronJob["spec", field]?.intValue ?? kept
            let finished = jobs.filter { Self.condition($0) == condition && !$0.isBeingDeleted }.sorted {
                let (a, b) = (
                    $0["status", "startTime"]?.stringValue ?? "", $1["status", "startTime"]?.stringValue ?? ""
                )
                return a != b ? a < b : $0.name < $1.name
            }
            delete += finished.prefix(max(0, finished.count - limit))
        }
    }

    private mutating func tell(_ reason: String, _ message: String, _ isWarning: Bool = false) {
        events.append(.init(isWarning: isWarning, reason: reason, message: message))
    }

    /// As in `2026-01-03T15:30:00+05:30`, with `Z` for no difference.
    private static func local(_ time: Timestamp, _ zone: TimeZone) -> String {
        let offset = zone.secondsFromGMT(for: time.date)
        guard offset != 0 else { return time.seconds }
        let minutes = abs(offset) / 60
        let shown = (time + .seconds(offset)).seconds.dropLast()
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(shown)\(offset < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }

    /// As in `Sat, 03 Jan 2026 10:00:00 UTC`.
    private static func long(_ time: Timestamp) -> String {
        let style = Date.VerbatimFormatStyle(
            format: """
                \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \
                \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
                \(second: .twoDigits) UTC
                """, locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt,
            calendar: Calendar(identifier: .gregorian))
        return time.date.formatted(style)
    }
}
