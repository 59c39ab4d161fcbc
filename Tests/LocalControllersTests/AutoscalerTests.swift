import APIMachinery
import KubernetesClient
import Testing

@testable import LocalControllers

@Suite struct ReplicaProposalTests {
    func pods(
        _ values: [Int?], request: Int? = 100, group: MeasuredPod.Group = .ready
    ) -> [MeasuredPod] {
        values.enumerated().map { index, value in
            MeasuredPod(
                name: "p\(index)\(group)", group: value == nil ? .missing : group, value: value,
                request: request.map { .success($0) } ?? .failure(.init(message: "missing request")))
        }
    }

    func replicas(
        _ pods: [MeasuredPod], _ target: AutoscalerMetric.Target = .utilization(50), current: Int? = nil
    ) throws -> Int {
        try ReplicaProposal(target, pods: pods, current: current ?? pods.count).replicas
    }

    @Test func replicasFollowTheRatioOfUsageToTarget() throws {
        #expect(try replicas(pods([100, 100])) == 4)
        #expect(try replicas(pods([10, 10, 10, 10])) == 1)
        #expect(try replicas(pods([52, 53])) == 2, "within a tenth nothing changes")
        #expect(try replicas(pods([55, 55])) == 2, "a tenth is still within")
        #expect(try replicas(pods([56, 56])) == 3)
        #expect(try replicas(pods([0, 0])) == 0, "bounds are somebody else's")
    }

    @Test func anAverageValueNeedsNoRequests() throws {
        #expect(try replicas(pods([30_000, 30_000], request: nil), .averageValue(10_000)) == 6)
        let proposal = try ReplicaProposal(.averageValue(10_000), pods: pods([5000, 5001]), current: 2)
        #expect(proposal.averageValue == 5000 && proposal.utilization == nil)
    }

    @Test func podsWithoutFiguresNeverMakeItOverreact() throws {
        #expect(try replicas(pods([100, nil])) == 2, "the silent one is taken for idle")
        #expect(try replicas(pods([0, 0, nil])) == 2, "the silent one is taken for full")
        #expect(try replicas(pods([0, 0, nil], request: nil), .averageValue(100)) == 1, "or at its target")
        #expect(try replicas(pods([100]) + pods([0], group: .unready)) == 2, "one that starts may yet help")
        #expect(try replicas(pods([10]) + pods([0], group: .unready)) == 1, "but does not keep it from shrinking")
        #expect(try replicas(pods([100]) + pods([1], group: .ignored)) == 2)
    }

    @Test func whatCannotBeMeasuredIsTold() {
        func message(_ pods: [MeasuredPod]) -> String? {
            do {
                _ = try ReplicaProposal(.utilization(50), pods: pods, current: 1)
                return nil
            } catch { return error.message }
        }
        #expect(message([]) == "no pods returned by selector while calculating replica count")
        #expect(message(pods([nil])) == "did not receive metrics for targeted pods (pods might be unready)")
        #expect(message(pods([10], request: nil)) == "missing request")
    }

    @Test func aTolerancePerDirectionIsHonoured() throws {
        let tolerance = ReplicaProposal.Tolerance(down: 0.5, up: 0)
        func replicas(_ value: Int) throws -> Int {
            try ReplicaProposal(.averageValue(100), pods: pods([value, value]), current: 2, tolerance: tolerance)
                .replicas
        }
        #expect(try replicas(101) == 3)
        #expect(try replicas(50) == 2)
        #expect(try replicas(49) == 1)
    }
}

@Suite struct MeasuredPodTests {
    let now = Timestamp("2026-01-01T00:10:00Z") ?? .now

    func pod(phase: String = "Running", ready: String = "True", start: String, since: String) -> UntypedObject {
        var pod = UntypedObject(.pod, name: "p", namespace: "default")
        pod.spec = [
            "containers": [
                ["name": "c", "resources": ["requests": ["cpu": "100m", "memory": "64Mi"]]], ["name": "d"],
            ]
        ]
        pod.status = [
            "phase": .string(phase), "startTime": .string("2026-01-01T\(start)Z"),
            "conditions": [
                ["type": "Ready", "status": .string(ready), "lastTransitionTime": .string("2026-01-01T\(since)Z")]
            ],
        ]
        return pod
    }

    func group(_ pod: UntypedObject, sampled: String? = "00:09:55", resource: String? = "cpu") -> MeasuredPod.Group {
        let time = sampled.flatMap { Timestamp("2026-01-01T\($0)Z") }
        let sample = time.map { MeasuredPod.Sample(value: 1, time: $0, window: .seconds(15)) }
        return MeasuredPod(pod, sample: sample, resource: resource, now: now).group
    }

    @Test func aStartingPodsProcessorTimeDoesNotCount() {
        #expect(group(pod(start: "00:09:00", since: "00:09:30")) == .ready)
        #expect(group(pod(start: "00:09:00", since: "00:09:50")) == .unready, "not a whole window since it is ready")
        #expect(group(pod(ready: "False", start: "00:09:00", since: "00:09:00")) == .unready)
        #expect(group(pod(ready: "False", start: "00:01:00", since: "00:01:10")) == .unready, "it never was ready")
        #expect(group(pod(ready: "False", start: "00:01:00", since: "00:08:00")) == .ready)
        #expect(group(pod(ready: "False", start: "00:09:00", since: "00:09:00"), resource: "memory") == .ready)
    }

    @Test func podsThatDoNotRunAreNoneOfTheLoad() {
        #expect(group(pod(phase: "Pending", start: "00:09:00", since: "00:09:00")) == .unready)
        #expect(group(pod(phase: "Failed", start: "00:09:00", since: "00:09:00")) == .ignored)
        #expect(group(pod(start: "00:01:00", since: "00:01:00"), sampled: nil) == .missing)
    }

    @Test func aContainerWithoutARequestIsNamed() {
        let request = MeasuredPod(pod(start: "00:01:00", since: "00:01:00"), sample: nil, resource: "cpu", now: now)
            .request
        #expect(request == .failure(.init(message: "missing request for cpu in container d of Pod p")))
    }
}

@Suite struct AutoscalerDecisionTests {
    let now = Timestamp("2026-01-01T00:10:00Z") ?? .now

    func decide(
        _ spec: JSONValue, current: Int, proposal: Int, recent: [(Int, Int)] = [], scaled: [(Int, Int)] = []
    ) -> AutoscalerDecision {
        var object = UntypedObject(.horizontalPodAutoscaler, name: "h", namespace: "default")
        object.spec = ["minReplicas": 1, "maxReplicas": 100]
        for (key, value) in spec.objectValue ?? [:] { object["spec", key] = value }
        var history = AutoscalerHistory()
        for (ago, replicas) in recent { history.noteRecommendation(replicas, at: now + .seconds(-ago)) }
        for (ago, change) in scaled { history.noteScaling(from: 0, to: change, at: now + .seconds(-ago)) }
        return AutoscalerDecision(object, current: current, proposal: proposal, history: history, now: now)
    }

    func reasons(_ decision: AutoscalerDecision) -> [String] { decision.conditions.map(\.reason) }

    @Test func boundsAreKeptAndTold() {
        let bounds: JSONValue = ["minReplicas": 2, "maxReplicas": 5]
        let above = decide(bounds, current: 4, proposal: 6)
        #expect(above.replicas == 5 && reasons(above) == ["ReadyForNewScale", "TooManyReplicas"])
        let below = decide(bounds, current: 3, proposal: 1)
        #expect(below.replicas == 2 && reasons(below) == ["ReadyForNewScale", "TooFewReplicas"])
        #expect(reasons(decide(bounds, current: 3, proposal: 5)) == ["ReadyForNewScale", "DesiredWithinRange"])
    }

    @Test func withoutBehaviorItAtMostDoublesButMayAlwaysReachFour() {
        #expect(decide([:], current: 1, proposal: 50).replicas == 4)
        #expect(decide([:], current: 3, proposal: 50).replicas == 6)
        #expect(reasons(decide([:], current: 3, proposal: 50)).last == "ScaleUpLimit")
    }

    @Test func scalingDownWaitsForTheHighestRecentRecommendation() {
        let held = decide([:], current: 6, proposal: 2, recent: [(60, 6)])
        #expect(held.replicas == 6 && reasons(held).first == "ScaleDownStabilized")
        #expect(decide([:], current: 6, proposal: 2, recent: [(300, 6)]).replicas == 6, "at its edge")
        #expect(decide([:], current: 6, proposal: 2, recent: [(301, 6)]).replicas == 2, "and past it")
    }

    let policies: JSONValue = [
        "behavior": [
            "scaleUp": [
                "stabilizationWindowSeconds": 60, "selectPolicy": "Max",
                "policies": [
                    ["type": "Percent", "value": 50, "periodSeconds": 60],
                    ["type": "Pods", "value": 2, "periodSeconds": 60],
                ],
            ],
            "scaleDown": [
                "stabilizationWindowSeconds": 0, "selectPolicy": "Min",
                "policies": [
                    ["type": "Percent", "value": 50, "periodSeconds": 60],
                    ["type": "Pods", "value": 2, "periodSeconds": 60],
                ],
            ],
        ]
    ]

    @Test func policiesLimitHowFastItGoes() {
        #expect(decide(policies, current: 2, proposal: 20).replicas == 4, "two pods are more than half of two")
        #expect(decide(policies, current: 10, proposal: 20).replicas == 15)
        #expect(decide(policies, current: 10, proposal: 1).replicas == 8, "the smaller step")
        #expect(decide(policies, current: 7, proposal: 1).replicas == 5, "half of seven would leave three")
        let spent = decide(policies, current: 15, proposal: 20, scaled: [(30, 5)])
        #expect(spent.replicas == 15 && reasons(spent).last == "ScaleUpLimit", "this minute's pods are used up")
        #expect(decide(policies, current: 15, proposal: 20, scaled: [(60, 5)]).replicas == 20)
    }

    @Test func growingWaitsForTheLowestOfItsWindow() {
        let held = decide(policies, current: 4, proposal: 6, recent: [(30, 4)])
        #expect(held.replicas == 4 && reasons(held).first == "ScaleUpStabilized")
        #expect(decide(policies, current: 4, proposal: 6, recent: [(61, 4)]).replicas == 6)
    }

    @Test func aDisabledDirectionIsNotTaken() {
        let off: JSONValue = ["behavior": ["scaleDown": ["selectPolicy": "Disabled", "stabilizationWindowSeconds": 0]]]
        #expect(decide(off, current: 5, proposal: 1).replicas == 5)
    }

    @Test(arguments: [("100m", 100), ("1", 1000), ("1.5", 1500), ("64Mi", 67_108_864_000), ("2e3", 2_000_000)])
    func quantitiesAreRead(text: String, thousandths: Int) {
        #expect(Quantity.thousandths(.string(text)) == thousandths)
    }

    @Test(arguments: [(150, false, "150m"), (1500, false, "1500m"), (30_000, false, "30"), (2_000_000, false, "2k")])
    func quantitiesAreWritten(thousandths: Int, binary: Bool, text: String) {
        #expect(Quantity.text(thousandths: thousandths, binary: binary) == text)
        #expect(Quantity.text(thousandths: 67_108_864_000, binary: true) == "64Mi")
    }
}

@Suite struct AutoscalerPassTests {
    func pass(_ current: Int, minimum: Int = 2, maximum: Int = 5) -> AutoscalerPass {
        var object = UntypedObject(.horizontalPodAutoscaler, name: "h", namespace: "default")
        object.spec = ["minReplicas": JSONValue(minimum), "maxReplicas": JSONValue(maximum)]
        var pass = AutoscalerPass(object, now: .now)
        pass.note(scale: UntypedObject(["spec": ["replicas": JSONValue(current)]]))
        return pass
    }

    @Test func boundsComeBeforeMetricsAndZeroMeansOff() {
        #expect(pass(1).rescales && pass(1).desired == 2 && !pass(1).needsMetrics)
        #expect(pass(9).rescales && pass(9).desired == 5)
        #expect(pass(3).needsMetrics && !pass(3).rescales)
        let off = pass(0)
        #expect(!off.rescales && !off.needsMetrics)
        let reasons = off.status["conditions"]?.arrayValue?.compactMap { $0["reason"]?.stringValue }
        #expect(reasons == ["SucceededGetScale", "ScalingDisabled"])
    }

    @Test func aFailedMetricKeepsItFromShrinkingButNotFromGrowing() throws {
        let metric = try #require(
            AutoscalerMetric([
                "type": "Pods",
                "pods": ["metric": ["name": "rps"], "target": ["type": "AverageValue", "averageValue": "10"]],
            ]))
        func measured(_ value: Int) -> AutoscalerPass.Measurement {
            .init(
                metric: metric,
                pods: .success([MeasuredPod(name: "a", group: .ready, value: value, request: .success(0))]))
        }
        let failed = AutoscalerPass.Measurement(metric: metric, pods: .failure(.init(message: "no answer")))
        var growing = pass(3)
        #expect(try growing.weigh([failed, measured(50_000)]) == 5)
        var shrinking = pass(3)
        #expect(throws: AutoscalerFailure.self) { try shrinking.weigh([failed, measured(1000)]) }
        let condition = shrinking.status["conditions"]?.arrayValue?.first { $0["type"] == "ScalingActive" }
        #expect(condition?["reason"] == "FailedGetPodsMetric")
        #expect(condition?["message"] == "the HPA was unable to compute the replica count: no answer")
    }

    @Test func theReasonOfAMetricThatNothingServesNamesItsType() throws {
        let metric = try #require(
            AutoscalerMetric([
                "type": "External",
                "external": ["metric": ["name": "queue"], "target": ["type": "Value", "value": "10"]],
            ]))
        #expect(metric.source == .other("External") && metric.failureReason == "FailedGetExternalMetric")
    }
}
