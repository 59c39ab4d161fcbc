import KubernetesClient
import Testing

@testable import LocalControllers

@Suite struct StatefulSetTests {
    let now = Timestamp("2026-01-01T00:10:00Z") ?? .now
    let old = StatefulSetDecision.Revision(name: "db-1", template: ["spec": ["containers": [["image": "a:1"]]]])
    let new = StatefulSetDecision.Revision(name: "db-2", template: ["spec": ["containers": [["image": "a:2"]]]])

    func set(_ replicas: Int, _ spec: JSONValue = [:]) -> UntypedObject {
        var set = UntypedObject(.statefulSet, name: "db", namespace: "default")
        set.spec = ["replicas": JSONValue(replicas), "serviceName": "db", "selector": ["matchLabels": ["app": "db"]]]
        for (key, value) in spec.objectValue ?? [:] { set["spec", key] = value }
        return set
    }

    func pod(_ ordinal: Int, ready: Bool = true, revision: String = "db-2", deleting: Bool = false) -> UntypedObject {
        var pod = UntypedObject(.pod, name: "db-\(ordinal)", namespace: "default")
        pod["metadata", "uid"] = .string("db-\(ordinal)")
        pod.labels = [StatefulSetDecision.revisionLabel: revision]
        pod.status = [
            "phase": "Running",
            "conditions": [
                [
                    "type": "Ready", "status": ready ? "True" : "False",
                    "lastTransitionTime": "2026-01-01T00:09:50Z",
                ]
            ],
        ]
        if deleting { pod["metadata", "deletionTimestamp"] = "2026-01-01T00:09:55Z" }
        return pod
    }

    func decide(_ set: UntypedObject, _ pods: [UntypedObject]) -> StatefulSetDecision {
        StatefulSetDecision(set, pods: pods, current: old, update: new, now: now)
    }

    @Test func podsComeOneAfterAnotherEachOnceTheOneBeforeIsReady() {
        #expect(decide(set(3), []).create.map(\.name) == ["db-0"])
        #expect(decide(set(3), [pod(0, ready: false)]).create.isEmpty)
        #expect(decide(set(3), [pod(0)]).create.map(\.name) == ["db-1"])
        #expect(decide(set(3), [pod(0), pod(2)]).create.map(\.name) == ["db-1"], "gaps are filled first")
        let slow = decide(set(3, ["minReadySeconds": 30]), [pod(0)])
        #expect(slow.create.isEmpty && slow.requeue == .seconds(20))
        let parallel: JSONValue = ["podManagementPolicy": "Parallel"]
        #expect(decide(set(3, parallel), []).create.map(\.name) == ["db-0", "db-1", "db-2"])
    }

    @Test func podsKnowTheirNameIndexAndClaims() throws {
        let claims: JSONValue = [
            "volumeClaimTemplates": [["metadata": ["name": "data"], "spec": ["accessModes": ["ReadWriteOnce"]]]]
        ]
        let set = set(1, claims)
        let pod = try #require(decide(set, []).create.first)
        #expect(pod.labels["apps.kubernetes.io/pod-index"] == "0")
        #expect(pod["spec", "hostname"] == "db-0" && pod["spec", "subdomain"] == "db")
        #expect(pod["spec", "volumes"]?[0]?["persistentVolumeClaim"] == ["claimName": "data-db-0"])
        let claim = try #require(StatefulPod.claims(of: pod, in: set).first)
        #expect(claim.name == "data-db-0" && claim.labels == ["app": "db"] && claim.ownerReferences.isEmpty)
    }

    @Test func scalingDownTakesTheHighestAndWaitsForIt() {
        #expect(decide(set(1), [pod(0), pod(1), pod(2)]).delete.map(\.name) == ["db-2"])
        #expect(decide(set(1), [pod(0), pod(1), pod(2, deleting: true)]).delete.isEmpty)
        #expect(
            decide(set(1), [pod(0), pod(1, ready: false)]).delete.map(\.name) == ["db-1"], "the unhealthy one may go")
        #expect(decide(set(1), [pod(0, ready: false), pod(1)]).delete.isEmpty, "not while another is not well")
    }

    @Test func anUpdateGoesFromTheTopDownToThePartition() {
        let pods = (0..<3).map { pod($0, revision: "db-1") }
        #expect(decide(set(3), pods).delete.map(\.name) == ["db-2"])
        #expect(decide(set(3), [pods[0], pods[1], pod(2, ready: false)]).delete.isEmpty)
        #expect(decide(set(3), [pods[0], pods[1], pod(2)]).delete.map(\.name) == ["db-1"])
        let partition: JSONValue = ["updateStrategy": ["type": "RollingUpdate", "rollingUpdate": ["partition": 2]]]
        #expect(decide(set(3, partition), [pods[0], pods[1], pod(2)]).delete.isEmpty)
        let again = decide(set(3, partition), [pods[1], pod(2)]).create
        #expect(
            again.map { $0.labels[StatefulSetDecision.revisionLabel] } == ["db-1"], "below it the old one comes back")
        #expect(decide(set(3, ["updateStrategy": ["type": "OnDelete"]]), pods).delete.isEmpty)
    }

    @Test func aFinishedUpdateIsTheCurrentRevision() {
        let rolling = decide(set(2), [pod(0, revision: "db-1"), pod(1)])
        #expect(rolling.status?["currentRevision"] == "db-1" && rolling.status?["updatedReplicas"] == 1)
        let done = decide(set(2), [pod(0), pod(1)])
        #expect(done.status?["currentRevision"] == "db-2" && done.status?["currentReplicas"] == 2)
    }

    @Test func aTemplateThatComesBackIsRaisedAboveTheOthers() throws {
        var set = set(1)
        set["spec", "template"] = ["metadata": ["labels": ["app": "db"]]]
        let first = ControllerHistory(set, revisions: [])
        let one = try #require(first.present)
        #expect(first.isNew && ControllerHistory.number(one) == 1)
        #expect(ControllerHistory(set, revisions: [one]).present == one)
        set["spec", "template"] = ["metadata": ["labels": ["app": "db", "v": "2"]]]
        let two = try #require(ControllerHistory(set, revisions: [one]).present)
        #expect(ControllerHistory.number(two) == 2 && two.name != one.name)
        set["spec", "template"] = ["metadata": ["labels": ["app": "db"]]]
        let back = ControllerHistory(set, revisions: [one, two])
        #expect(back.isRaised && back.present?.name == one.name)
        #expect(back.present.map(ControllerHistory.number) == 3)
        #expect(back.surplus(limit: 0, live: [one.name]).map(\.name) == [two.name])
        #expect(back.surplus(limit: 1, live: [one.name]).isEmpty)
    }
}
