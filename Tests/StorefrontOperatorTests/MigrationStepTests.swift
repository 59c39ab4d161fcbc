import KubernetesClient
import Testing

@testable import StorefrontOperator

@Suite("A migration")
struct MigrationStepTests {
    static let now = Timestamp(microseconds: 1_800_000_000_000_000)

    static func job(_ name: String, _ condition: String? = nil, at time: Timestamp = now) -> UntypedObject {
        var job = UntypedObject(.job, name: name, namespace: "default")
        if let condition {
            job["status", "conditions"] = [
                [
                    "type": .string(condition), "status": "True", "lastTransitionTime": .string(time.seconds),
                    "message": "Job has reached the specified backoff limit",
                ]
            ]
        }
        return job
    }

    static func step(_ jobs: [UntypedObject]) -> MigrationStep { MigrationStep(planned: "new", jobs: jobs, now: now) }

    @Test("begins when no Job is there, or only finished ones of the past")
    func begins() {
        #expect(Self.step([]) == .create)
        #expect(Self.step([Self.job("old", "Complete")]) == .create)
        #expect(Self.step([Self.job("old", "Failed")]) == .create)
    }

    @Test("waits for an earlier one that runs, and never stops it")
    func waits() {
        #expect(Self.step([Self.job("old")]) == .waiting(for: "old"))
        #expect(Self.step([Self.job("old"), Self.job("new")]) == .running(job: "new"))
    }

    @Test("waits for its own Job of before to be gone")
    func waitsForDeletion() {
        var going = Self.job("new", "Complete")
        going["metadata", "deletionTimestamp"] = .string(Self.now.seconds)
        #expect(Self.step([going]) == .waiting(for: "new"))
    }

    @Test("has completed when its Job has, and then forgets finished Jobs of the past")
    func completes() {
        let step = Self.step([Self.job("new", "Complete"), Self.job("old", "Complete"), Self.job("running")])
        #expect(step == .completed(stale: ["old"]))
        #expect(step.isCompleted)
    }

    @Test("that failed is shown for a minute, then tried again")
    func fails() {
        let message = "Job has reached the specified backoff limit"
        #expect(
            Self.step([Self.job("new", "Failed", at: Self.now + .seconds(-10))])
                == .failed(job: "new", message: message, retryIn: .seconds(50)))
        #expect(Self.step([Self.job("new", "Failed", at: Self.now + .seconds(-60))]) == .retry(job: "new"))
    }
}
