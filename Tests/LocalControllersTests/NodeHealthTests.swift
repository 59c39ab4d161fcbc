import KubernetesClient
import Testing

@testable import LocalControllers

@Suite struct NodeHealthTests {
    let now = Timestamp("2026-01-01T00:10:00Z") ?? .now

    func node(_ ready: String) -> UntypedObject {
        var node = UntypedObject(.node, name: "n")
        node.status = ["conditions": [["type": "Ready", "status": .string(ready), "reason": "KubeletReady"]]]
        return node
    }

    @Test func aSilentNodeIsUnknown() {
        let still = NodeHealth(node("True"), silence: NodeHealth.patience, now: now)
        #expect(still.status == nil)
        let silent = NodeHealth(node("True"), silence: NodeHealth.patience + .seconds(1), now: now)
        let reasons = silent.status?["conditions"]?.arrayValue?.compactMap { $0["reason"]?.stringValue }
        #expect(reasons?.first == "NodeStatusUnknown" && reasons?.dropFirst().first == "NodeStatusNeverUpdated")
    }
}
