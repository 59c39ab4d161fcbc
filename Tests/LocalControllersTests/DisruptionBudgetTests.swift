import KubernetesClient
import Testing

@testable import LocalControllers

@Suite struct DisruptionBudgetTests {
    @Test(
        arguments: [
            (["minAvailable": 2], 1), (["minAvailable": "50%"], 1), (["maxUnavailable": 1], 1),
            (["maxUnavailable": "34%"], 2),
        ] as [(JSONValue, Int)])
    func allowedDisruptionsFollowTheSpec(spec: JSONValue, allowed: Int) {
        let status = DisruptionBudget(budget(spec), pods: pods, scale: 3, now: .now).status
        #expect(status?["disruptionsAllowed"]?.intValue == allowed)
    }

    @Test func anEvictedPodIsNoLongerHealthyUntilItIsSeenToStay() {
        let now = Timestamp("2026-01-01T00:02:00Z") ?? .now
        var evicting = budget(["minAvailable": 1])
        evicting.status = ["disruptedPods": ["p0": "2026-01-01T00:01:00Z"]]
        let decision = DisruptionBudget(evicting, pods: pods, scale: 0, now: now)
        #expect(decision.status?["currentHealthy"] == 2)
        #expect(decision.status?["disruptedPods"] == ["p0": "2026-01-01T00:01:00Z"])
        #expect(decision.requeue == .seconds(60))
        let later = DisruptionBudget(evicting, pods: pods, scale: 0, now: now + .seconds(61))
        #expect(later.status?["currentHealthy"] == 3)
        #expect(later.status?["disruptedPods"] == nil)
    }

    @Test func aBudgetThatCannotBeCountedAllowsNothing() {
        var counted = budget(["maxUnavailable": 1])
        counted.status = ["disruptionsAllowed": 2, "currentHealthy": 3]
        let status = DisruptionBudget(counted, failure: "no scale", now: .now).status
        #expect(status?["disruptionsAllowed"] == 0)
        #expect(status?["conditions"]?[0]?["reason"] == "SyncFailed")
    }

    private func budget(_ spec: JSONValue) -> UntypedObject {
        var budget = UntypedObject(.podDisruptionBudget, name: "b", namespace: "default")
        budget.spec = spec
        return budget
    }

    private var pods: [UntypedObject] {
        (0..<3).map { index in
            var pod = UntypedObject(.pod, name: "p\(index)", namespace: "default")
            pod.status = ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]]
            return pod
        }
    }
}
