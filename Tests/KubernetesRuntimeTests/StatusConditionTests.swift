import KubernetesClient
import Testing

@testable import KubernetesRuntime

@Suite struct StatusConditionTests {
    private func status(_ condition: StatusCondition) throws -> JSONValue {
        ["conditions": [try JSONValueEncoder().encode(condition)]]
    }

    @Test func aConditionSaysSinceWhenItIsSoAndNotWhenItWasLastWritten() throws {
        let first = Timestamp(microseconds: 1_000_000_000_000_000)
        let later = first + .seconds(60)
        let ready = StatusCondition("Ready", true, reason: "A", generation: 1)
        let new = try status(ready).keepingTransitionTimes(of: nil, now: first)
        #expect(new["conditions"]?[0]?["lastTransitionTime"] == .string(first.seconds))
        #expect(new["conditions"]?[0]?["observedGeneration"] == 1)
        // Another reason for the same.
        let same = try status(StatusCondition("Ready", true, reason: "B")).keepingTransitionTimes(of: new, now: later)
        #expect(same["conditions"]?[0]?["lastTransitionTime"] == .string(first.seconds))
        let other = try status(StatusCondition("Ready", nil, reason: "B")).keepingTransitionTimes(of: same, now: later)
        #expect(other["conditions"]?[0]?["lastTransitionTime"] == .string(later.seconds))
        #expect(other["conditions"]?[0]?["status"] == "Unknown")
    }
}
