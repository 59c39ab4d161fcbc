import KubernetesClient
import Testing

@testable import LocalControllers

@Suite struct JobDecisionTests {
    let now = Timestamp("2026-01-01T00:10:00Z") ?? .now

    func job(_ spec: JSONValue = [:], status: JSONValue = [:]) -> UntypedObject {
        var job = UntypedObject(.job, name: "j", namespace: "default")
        job["metadata", "uid"] = "j"
        job.spec = ["parallelism": 1, "completions": 1, "backoffLimit": 6]
        for (key, value) in spec.objectValue ?? [:] { job["spec", key] = value }
        job.status = status
        return job
    }

    func pod(_ name: String, _ phase: String, finished: String = "00:09:00", tracked: Bool = true) -> UntypedObject {
        var pod = UntypedObject(.pod, name: name, namespace: "default")
        pod["metadata", "uid"] = .string(name)
        if tracked { pod.finalizers = [JobDecision.finalizer] }
        pod.status = [
            "phase": .string(phase),
            "containerStatuses": [["state": ["terminated": ["finishedAt": .string("2026-01-01T\(finished)Z")]]]],
        ]
        return pod
    }

    @Test func aNewJobMakesItsPod() {
        let decision = JobDecision(job(), pods: [], now: now)
        #expect(decision.create.count == 1)
        #expect(decision.status?["active"] == 1)
        #expect(decision.status?["startTime"] == "2026-01-01T00:10:00Z")
    }

    @Test func aFinishedPodIsNotedThenReleasedThenCountedOnce() throws {
        var job = job()
        let first = JobDecision(job, pods: [pod("a", "Succeeded")], now: now)
        #expect(first.release.map(\.name) == ["a"])
        #expect(first.status?["succeeded"] == nil)
        #expect(first.status?["uncountedTerminatedPods"] == ["succeeded": ["a"]])
        job.status = first.status
        let again = JobDecision(job, pods: [pod("a", "Succeeded")], now: now)
        #expect(again.status == nil, "not counted while it is still tracked")
        let second = JobDecision(job, pods: [pod("a", "Succeeded", tracked: false)], now: now)
        let status = try #require(second.status)
        #expect(status["succeeded"] == 1)
        let types = status["conditions"]?.arrayValue?.compactMap { $0["type"]?.stringValue }
        #expect(types == ["SuccessCriteriaMet", "Complete"])
        job.status = status
        #expect(JobDecision(job, pods: [pod("a", "Succeeded", tracked: false)], now: now) == JobDecision())
    }

    @Test func afterAFailureTheNextPodWaitsLongerEachTime() {
        let failed = job(status: ["failed": 2])
        let pods = [
            pod("a", "Failed", finished: "00:09:00", tracked: false),
            pod("b", "Failed", finished: "00:09:55", tracked: false),
        ]
        let waiting = JobDecision(failed, pods: pods, now: now)
        #expect(waiting.create.count == 0)
        #expect(waiting.requeue == .seconds(15), "20 s after the second failure")
        #expect(JobDecision(failed, pods: pods, now: now + .seconds(15)).create.count == 1)
    }

    @Test func theBackoffDoublesUpToTenMinutes() {
        #expect(
            (0...8).map { JobDecision.backoff(failures: $0).components.seconds } == [
                0, 10, 20, 40, 80, 160, 320, 600, 600,
            ])
    }

    @Test func moreFailuresThanTheLimitFailTheJob() throws {
        let decision = JobDecision(
            job(["backoffLimit": 1], status: ["failed": 2]), pods: [pod("a", "Failed", tracked: false)], now: now)
        let conditions = decision.status?["conditions"]?.arrayValue ?? []
        #expect(conditions.contains { $0["type"] == "Failed" && $0["reason"] == "BackoffLimitExceeded" })
        #expect(decision.create.count == 0)
    }

    @Test func aJobThatRunsTooLongStopsItsPods() {
        let late = job(["activeDeadlineSeconds": 60], status: ["startTime": "2026-01-01T00:00:00Z"])
        let decision = JobDecision(late, pods: [pod("a", "Running")], now: now)
        #expect(decision.delete.map(\.name) == ["a"])
        let conditions = decision.status?["conditions"]?.arrayValue ?? []
        #expect(conditions.map { $0["type"] } == ["FailureTarget"], "failed only once the pod has stopped")
    }

    @Test func aFinishedJobGoesWhenItsTimeToLiveIsOver() {
        let complete: JSONValue = [
            "conditions": [["type": "Complete", "status": "True", "lastTransitionTime": "2026-01-01T00:09:00Z"]]
        ]
        #expect(JobDecision(job(["ttlSecondsAfterFinished": 60], status: complete), pods: [], now: now).deleteJob)
        #expect(
            JobDecision(job(["ttlSecondsAfterFinished": 90], status: complete), pods: [], now: now).requeue
                == .seconds(30))
    }

    @Test func asManyPodsRunAsMayAndAreStillNeeded() {
        let wide = job(["parallelism": 3, "completions": 5], status: ["succeeded": 3])
        #expect(JobDecision(wide, pods: [], now: now).create.count == 2)
        #expect(JobDecision(wide, pods: [pod("a", "Running"), pod("b", "Running")], now: now).create.count == 0)
    }

    @Test func aSuspendedJobHasNoPods() {
        let decision = JobDecision(job(["suspend": true]), pods: [pod("a", "Running")], now: now)
        #expect(decision.drop.count == 1, "and it has not failed")
        #expect(decision.create.count == 0)
        #expect(decision.status?["startTime"] == nil)
    }

    @Test func whatIsNoLongerWantedIsLetGoWithoutCounting() {
        let job = job(["parallelism": 1, "completions": 4])
        let pods = [pod("a", "Running"), pod("b", "Running"), pod("c", "Running")]
        let decision = JobDecision(job, pods: pods, now: now)
        #expect(decision.drop.count == 2 && decision.delete.isEmpty && decision.release.isEmpty)
        #expect(decision.status?["active"] == 1 && decision.status?["failed"] == nil)
        #expect(decision.status?["terminating"] == 2)
    }

    @Test func ofAFailedJobWhatStillRunsHasFailedToo() throws {
        let failing = job(["backoffLimit": 0, "parallelism": 2, "completions": 2])
        let pods = [pod("a", "Failed"), pod("b", "Running")]
        let decision = JobDecision(failing, pods: pods, now: now)
        let status = try #require(decision.status)
        #expect(decision.delete.map(\.name) == ["b"])
        #expect(status["uncountedTerminatedPods"]?["failed"] == ["a", "b"])
        #expect(status["conditions"]?.arrayValue?.compactMap { $0["type"]?.stringValue } == ["FailureTarget"])
        var leaving = pod("b", "Running", tracked: false)
        leaving["metadata", "deletionTimestamp"] = "2026-01-01T00:10:00Z"
        var job = failing
        job.status = status
        let waiting = JobDecision(job, pods: [pod("a", "Failed", tracked: false), leaving], now: now)
        #expect(waiting.status?["failed"] == 2)
        #expect(waiting.status?["conditions"]?.arrayValue?.count == 1, "one of its pods still runs")
        job.status = waiting.status
        let done = JobDecision(job, pods: [pod("a", "Failed", tracked: false)], now: now)
        let event = JobDecision.Event(
            isWarning: true, reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit")
        #expect(done.events == [event])
        #expect(done.status?["conditions"]?[1]?["type"] == "Failed")
    }

    @Test func aJobWithoutCompletionsWaitsForTheOthersOnceOneSucceeded() {
        let queue = job(["parallelism": 3, "completions": .null])
        let one = JobDecision(queue, pods: [pod("a", "Succeeded"), pod("b", "Running")], now: now)
        #expect(one.create.isEmpty && one.drop.isEmpty)
        #expect(one.status?["conditions"] == nil)
    }

    @Test func anotherManagersJobIsLeftAlone() {
        let foreign = job(["managedBy": "example.com/queue"])
        #expect(JobDecision(foreign, pods: [], now: now) == JobDecision())
        #expect(JobDecision(job(["managedBy": .string(JobDecision.manager)]), pods: [], now: now).create.count == 1)
    }

    @Test(
        arguments: [
            (["completionMode": "Indexed"], "completionMode Indexed"), (["podFailurePolicy": [:]], "podFailurePolicy"),
        ] as [(JSONValue, String)])
    func whatIsNotSupportedFailsTheJobInsteadOfRunningAsSomethingElse(spec: JSONValue, named: String) {
        let decision = JobDecision(job(spec), pods: [], now: now)
        #expect(decision.create.isEmpty)
        let message = "A local cluster does not run Jobs with \(named)"
        #expect(decision.events == [.init(isWarning: true, reason: "NotSupported", message: message)])
        #expect(decision.status?["conditions"]?[1]?["type"] == "Failed")
    }

    @Test func whereOnlyFailedPodsAreReplacedALeavingOneIsWaitedFor() {
        var leaving = pod("a", "Running")
        leaving["metadata", "deletionTimestamp"] = "2026-01-01T00:00:00Z"
        let patient = JobDecision(job(["podReplacementPolicy": "Failed"]), pods: [leaving], now: now)
        #expect(patient.create.isEmpty && patient.release.isEmpty && patient.status?["terminating"] == 1)
        let eager = JobDecision(job(), pods: [leaving], now: now)
        #expect(eager.status?["uncountedTerminatedPods"] == ["failed": ["a"]])
    }
}
