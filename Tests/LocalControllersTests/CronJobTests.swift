import Foundation
import KubernetesClient
import Testing

@testable import LocalControllers

@Suite struct CronScheduleTests {
    func next(_ schedule: String, after time: String, zone: String = "UTC") -> String? {
        guard let zone = TimeZone(identifier: zone), let time = Timestamp(time) else { return nil }
        return CronSchedule(schedule, zone: zone)?.next(after: time)?.seconds
    }

    @Test(arguments: [
        ("* * * * *", "2026-01-01T00:00:30Z", "2026-01-01T00:01:00Z"),
        ("* * * * *", "2026-01-01T00:01:00Z", "2026-01-01T00:02:00Z"),
        ("*/15 * * * *", "2026-01-01T00:46:00Z", "2026-01-01T01:00:00Z"),
        ("30 6-16/4 * * 1-5", "2026-01-02T14:31:00Z", "2026-01-05T06:30:00Z"),
        ("0 0 1 * *", "2026-01-31T12:00:00Z", "2026-02-01T00:00:00Z"),
        ("0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"),
        ("0 0 13 * fri", "2026-02-01T00:00:00Z", "2026-02-06T00:00:00Z"),
        ("0 12 * jan,mar sun", "2026-02-01T00:00:00Z", "2026-03-01T12:00:00Z"),
        ("5/20 * * * *", "2026-01-01T00:26:00Z", "2026-01-01T00:45:00Z"),
        ("@hourly", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"),
        ("@weekly", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z"),
        ("@every 1h30m", "2026-01-01T00:00:10Z", "2026-01-01T01:30:10Z"),
    ])
    func theNextTimeIsFound(schedule: String, after: String, next: String) {
        #expect(self.next(schedule, after: after) == next)
    }

    @Test func aTimeZonesClockIsFollowedThroughItsChanges() {
        #expect(next("30 9 * * *", after: "2026-01-01T00:00:00Z", zone: "Asia/Kolkata") == "2026-01-01T04:00:00Z")
        let berlin = "Europe/Berlin"
        #expect(
            next("30 2 * * *", after: "2026-03-28T12:00:00Z", zone: berlin) == "2026-03-30T00:30:00Z", "no such hour")
        #expect(next("0 12 * * *", after: "2026-03-29T00:00:00Z", zone: berlin) == "2026-03-29T10:00:00Z")
    }

    @Test(arguments: ["", "* * * *", "60 * * * *", "* * * * 8", "*/0 * * * *", "5-1 * * * *", "@often", "@every x"])
    func whatIsNoScheduleIsRefused(text: String) { #expect(CronSchedule(text, zone: .gmt) == nil) }

    @Test func aDayThatNeverComesIsNever() { #expect(next("0 0 31 2 *", after: "2026-01-01T00:00:00Z") == nil) }
}

@Suite struct CronJobDecisionTests {
    let now = Timestamp("2026-01-01T00:10:20Z") ?? .now

    func cronJob(_ spec: JSONValue = [:], status: JSONValue = [:]) -> UntypedObject {
        var object = UntypedObject(.cronJob, name: "c", namespace: "default")
        object["metadata", "creationTimestamp"] = "2026-01-01T00:09:30Z"
        object.spec = ["schedule": "* * * * *", "jobTemplate": ["spec": ["template": ["spec": [:]]]]]
        for (key, value) in spec.objectValue ?? [:] { object["spec", key] = value }
        object.status = status
        return object
    }

    func job(_ name: String, _ condition: String? = nil) -> UntypedObject {
        var job = UntypedObject(.job, name: name, namespace: "default")
        job["metadata", "uid"] = .string(name)
        job.status = ["startTime": .string("2026-01-01T00:0\(name.count):00Z")]
        if let condition {
            job["status", "conditions"] = [["type": .string(condition), "status": "True"]]
            if condition == "Complete" { job["status", "completionTime"] = "2026-01-01T00:09:59Z" }
        }
        return job
    }

    func active(_ names: String...) -> JSONValue {
        ["active": .array(names.map { ["name": .string($0), "uid": .string($0)] })]
    }

    func reasons(_ decision: CronJobDecision) -> [String] { decision.events.map(\.reason) }

    @Test func aJobOfEachMinuteIsMadeOnce() {
        let due = CronJobDecision(cronJob(), jobs: [], now: now)
        #expect(due.create?.name == "c-29453770")
        #expect(due.create?.annotations[CronJobDecision.scheduledAnnotation] == "2026-01-01T00:10:00Z")
        #expect(due.status["lastScheduleTime"] == "2026-01-01T00:10:00Z")
        #expect(due.requeue == .milliseconds(40_100))
        let made = cronJob(status: ["lastScheduleTime": "2026-01-01T00:10:00Z"])
        #expect(CronJobDecision(made, jobs: [], now: now).create == nil)
    }

    @Test func ofManyMissedTimesTheLatestIsServedWhileItIsNotTooLate() {
        let late: JSONValue = ["lastScheduleTime": "2026-01-01T00:01:00Z"]
        #expect(CronJobDecision(cronJob(status: late), jobs: [], now: now).create?.name == "c-29453770")
        func decide(_ seconds: Int) -> CronJobDecision {
            CronJobDecision(cronJob(["startingDeadlineSeconds": JSONValue(seconds)], status: late), jobs: [], now: now)
        }
        #expect(decide(20).create == nil, "before the deadline there is none")
        #expect(decide(21).create != nil)
        let ages: JSONValue = ["lastScheduleTime": "2025-12-31T00:00:00Z"]
        #expect(reasons(CronJobDecision(cronJob(status: ages), jobs: [], now: now)) == ["TooManyMissedTimes"])
    }

    @Test func theConcurrencyPolicyDecidesWhatARunningJobMeans() {
        let running = active("old")
        let forbid = CronJobDecision(
            cronJob(["concurrencyPolicy": "Forbid"], status: running), jobs: [job("old")], now: now)
        #expect(forbid.create == nil && reasons(forbid) == ["JobAlreadyActive"])
        let replace = CronJobDecision(
            cronJob(["concurrencyPolicy": "Replace"], status: running), jobs: [job("old")], now: now)
        #expect(replace.create != nil && replace.delete.map(\.name) == ["old"] && replace.status["active"] == nil)
        let allow = CronJobDecision(cronJob(status: running), jobs: [job("old")], now: now)
        #expect(allow.create != nil && allow.delete.isEmpty)
        let suspended = CronJobDecision(cronJob(["suspend": true]), jobs: [], now: now)
        #expect(suspended.create == nil && suspended.requeue == nil)
    }

    @Test func finishedJobsAreNotedAndTheOldestGo() {
        let spec: JSONValue = ["successfulJobsHistoryLimit": 1, "suspend": true]
        let jobs = [job("a", "Complete"), job("bb", "Complete"), job("ccc", "Failed")]
        let decision = CronJobDecision(cronJob(spec, status: active("bb", "zz")), jobs: jobs, now: now)
        #expect(reasons(decision) == ["SawCompletedJob", "MissingJob"])
        #expect(decision.status["active"] == nil)
        #expect(decision.status["lastSuccessfulTime"] == "2026-01-01T00:09:59Z")
        #expect(decision.delete.map(\.name) == ["a"])
    }
}
