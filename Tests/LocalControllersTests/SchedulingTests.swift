import KubernetesClient
import Testing

@testable import LocalControllers

@Suite struct SchedulingTests {
    func node(_ name: String, _ spec: JSONValue = [:], ready: Bool = true, cpu: String = "2") -> UntypedObject {
        var node = UntypedObject(.node, name: name, labels: ["zone": "a", "size": "8"])
        node.spec = spec
        node.status = [
            "conditions": [["type": "Ready", "status": ready ? "True" : "False"]],
            "allocatable": ["cpu": .string(cpu), "memory": "1Gi", "pods": "3"],
        ]
        return node
    }

    func pod(_ spec: JSONValue = [:], cpu: String = "500m") -> UntypedObject {
        var pod = UntypedObject(.pod, name: "p", namespace: "default")
        pod.spec = spec
        pod["spec", "containers"] = [["name": "c", "resources": ["requests": ["cpu": .string(cpu)]]]]
        return pod
    }

    func choose(_ pod: UntypedObject, _ nodes: [UntypedObject], running: [UntypedObject] = []) -> Scheduling.Choice {
        Scheduling.choose(pod, nodes: nodes) { _ in ResourceRequests(running) }
    }

    func refusal(_ why: String, preemption: String = "1 Preemption is not helpful for scheduling") -> Scheduling.Choice
    {
        .none("0/1 nodes are available: \(why). preemption: 0/1 nodes are available: \(preemption).")
    }

    @Test func whyThereIsNoNodeIsToldInKubernetesWords() {
        #expect(choose(pod(), []) == .none("no nodes available to schedule pods"))
        #expect(choose(pod(), [node("n", ["unschedulable": true])]) == refusal("1 node(s) were unschedulable"))
        #expect(choose(pod(), [node("n", ready: false)]) == refusal("1 node(s) had untolerated taint(s)"))
        #expect(
            choose(pod(["nodeSelector": ["zone": "b"]]), [node("n")])
                == refusal("1 node(s) didn't match Pod's node affinity/selector"))
    }

    @Test func requestsCountAgainstWhatANodeHas() {
        let full = "1 No preemption victims found for incoming pod"
        let three = [pod(), pod(), pod()]
        #expect(
            choose(pod(cpu: "1"), [node("n")], running: Array(three.prefix(2))) == .node("n"), "exactly what is left")
        #expect(
            choose(pod(cpu: "1001m"), [node("n")], running: Array(three.prefix(2)))
                == refusal("1 Insufficient cpu", preemption: full))
        #expect(
            choose(pod(), [node("n")], running: three) == refusal("1 Too many pods", preemption: full))
        var starting = pod()
        starting["spec", "initContainers"] = [["resources": ["requests": ["cpu": "3"]]]]
        #expect(choose(starting, [node("n")]) == refusal("1 Insufficient cpu", preemption: full))
    }

    @Test func aTaintKeepsAwayThoseWhoDoNotTolerateIt() {
        let tainted = node("n", ["taints": [["key": "team", "value": "shop", "effect": "NoSchedule"]]])
        #expect(choose(pod(), [tainted]) == refusal("1 node(s) had untolerated taint(s)"))
        let equal: JSONValue = ["tolerations": [["key": "team", "value": "shop", "effect": "NoSchedule"]]]
        #expect(choose(pod(equal), [tainted]) == .node("n"))
        #expect(choose(pod(["tolerations": [["operator": "Exists"]]]), [tainted]) == .node("n"))
        let other: JSONValue = ["tolerations": [["key": "team", "value": "bank"]]]
        #expect(choose(pod(other), [tainted]) == refusal("1 node(s) had untolerated taint(s)"))
    }

    @Test(arguments: [
        ("In", ["a", "b"], true), ("NotIn", ["a"], false), ("Exists", [], true), ("DoesNotExist", [], false),
    ])
    func requiredAffinityIsHonoured(operation: String, values: [String], fits: Bool) {
        let affinity: JSONValue = [
            "affinity": [
                "nodeAffinity": [
                    "requiredDuringSchedulingIgnoredDuringExecution": [
                        "nodeSelectorTerms": [
                            [
                                "matchExpressions": [
                                    ["key": "zone", "operator": .string(operation), "values": JSONValue(values)],
                                    ["key": "size", "operator": "Gt", "values": ["7"]],
                                ]
                            ]
                        ]
                    ]
                ]
            ]
        ]
        #expect((choose(pod(affinity), [node("n")]) == .node("n")) == fits)
    }
}

@Suite struct NodeHealthTests {
    let now = Timestamp("2026-01-01T00:10:00Z") ?? .now

    func node(_ ready: String, taints: JSONValue? = nil) -> UntypedObject {
        var node = UntypedObject(.node, name: "n")
        node.status = ["conditions": [["type": "Ready", "status": .string(ready), "reason": "KubeletReady"]]]
        node["spec", "taints"] = taints
        return node
    }

    @Test func aSilentNodeIsUnknownAndUnreachable() {
        let still = NodeHealth(node("True"), silence: NodeHealth.patience, now: now)
        #expect(still.status == nil && still.taints == nil)
        let silent = NodeHealth(node("True"), silence: NodeHealth.patience + .seconds(1), now: now)
        #expect(silent.ready == "Unknown")
        let reasons = silent.status?["conditions"]?.arrayValue?.compactMap { $0["reason"]?.stringValue }
        #expect(reasons?.first == "NodeStatusUnknown" && reasons?.dropFirst().first == "NodeStatusNeverUpdated")
        #expect(silent.taints?.compactMap { $0["effect"]?.stringValue } == ["NoExecute", "NoSchedule"])
        #expect(silent.taints?.first?["key"]?.stringValue == Taint.unreachable)
    }

    @Test func aNodeThatIsBackLosesOnlyItsOwnTaints() {
        let taints: JSONValue = [
            ["key": .string(Taint.unreachable), "effect": "NoExecute"], ["key": "mine", "effect": "NoSchedule"],
        ]
        let back = NodeHealth(node("True", taints: taints), silence: .zero, now: now)
        #expect(back.taints?.compactMap { $0["key"]?.stringValue } == ["mine"])
        var cordoned = node("True")
        cordoned["spec", "unschedulable"] = true
        #expect(NodeHealth(cordoned, silence: .zero, now: now).taints?.count == 1)
    }

    @Test func podsLeaveWhenTheirTolerationEnds() {
        let lost = node(
            "Unknown",
            taints: [
                ["key": .string(Taint.unreachable), "effect": "NoExecute", "timeAdded": "2026-01-01T00:09:00Z"]
            ])
        func end(_ tolerations: JSONValue?) -> Timestamp? {
            var pod = UntypedObject(.pod, name: "p", namespace: "default")
            pod["spec", "tolerations"] = tolerations
            return NodeHealth.eviction(of: pod, from: lost, now: now)
        }
        #expect(end(nil) == Timestamp("2026-01-01T00:14:00Z"), "five minutes, unless it says otherwise")
        let brief: JSONValue = [
            ["key": .string(Taint.unreachable), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 10]
        ]
        #expect(end(brief) == Timestamp("2026-01-01T00:09:10Z"))
        #expect(end([["operator": "Exists"]]) == nil, "or stays")
    }
}
