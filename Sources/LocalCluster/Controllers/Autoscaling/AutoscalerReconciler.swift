import APIMachinery
import KubernetesClient
import KubernetesRuntime
import Synchronization

/// Measures the pods of autoscaled workloads every 15 seconds and scales them.
final class AutoscalerReconciler: Reconciler {
    private let context: ControllerContext
    private let autoscalers: ObjectCache
    private let metrics: MetricsReader
    private let memories = Mutex<[String: Memory]>([:])

    private struct Memory {
        var history = AutoscalerHistory()
        var spec: JSONValue?
        /// Its own writes wake the autoscaler, but only a new spec is looked at before this.
        var next = Timestamp(microseconds: 0)
        /// What went wrong when it was last told, and when that was.
        var warnings: [AutoscalerPass.Event] = []
        var told = Timestamp(microseconds: 0)
    }

    static let interval = Duration.seconds(15)
    /// How long a failure that stays is not told again.
    private static let silence = Duration.seconds(300)

    init(context: ControllerContext, autoscalers: ObjectCache) {
        self.context = context
        self.autoscalers = autoscalers
        metrics = MetricsReader(client: context.client)
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let autoscaler = autoscalers[key], !autoscaler.isBeingDeleted else {
            let present = Set(autoscalers.informer.store.objects.map(\.uid))
            memories.withLock { $0 = $0.filter { present.contains($0.key) } }
            return .done
        }
        var pass = AutoscalerPass(autoscaler, now: .now)
        let uid = autoscaler.uid
        var memory = memories.withLock { $0[uid] } ?? Memory()
        if pass.now < memory.next, memory.spec == autoscaler.spec { return .requeue(after: memory.next - pass.now) }
        let isFirst = memory.spec != autoscaler.spec
        memory.spec = autoscaler.spec
        memory.next = pass.now + Self.interval
        do {
            let (kind, scale) = try await target(of: autoscaler, isFirst: isFirst)
            pass.note(scale: scale)
            if memory.history.recommendations.isEmpty {
                memory.history.noteRecommendation(pass.current, at: pass.now)
            }
            if pass.needsMetrics {
                let measurements = try await measure(autoscaler, scale)
                if let proposal = try pass.weigh(measurements) { pass.decide(proposal, &memory.history) }
            }
            if pass.rescales {
                try await rescale(kind, autoscaler, &pass)
                memory.history.noteScaling(from: pass.current, to: pass.desired, at: pass.now)
            }
        } catch let failure as AutoscalerFailure {
            if pass.failureReason == "FailedGetScale" { pass.noteNoScale(failure.message) }
            pass.events.append(.init(isWarning: true, reason: pass.failureReason, message: failure.message))
        }
        let warnings = pass.events.filter(\.isWarning)
        let isNews = warnings != memory.warnings || pass.now - memory.told > Self.silence
        if isNews { (memory.warnings, memory.told) = (warnings, pass.now) }
        memories.withLock { $0[uid] = memory }
        try await context.write(pass.status, of: autoscaler, .horizontalPodAutoscaler, in: autoscalers)
        for event in pass.events where isNews || !event.isWarning {
            context.events.autoscaler.record(
                autoscaler, event.isWarning ? .warning : .normal, reason: event.reason, message: event.message)
        }
        return .requeue(after: Self.interval)
    }

    /// - Parameter isFirst: whether the cache may not know yet of a target that was made together with its autoscaler.
    private func target(
        of autoscaler: UntypedObject, isFirst: Bool
    ) async throws -> (ResourceKind, UntypedObject) {
        let target = autoscaler["spec", "scaleTargetRef"] ?? .emptyObject
        let (apiVersion, kind) = (target["apiVersion"]?.stringValue ?? "", target["kind"]?.stringValue ?? "")
        guard let resource = try await context.client.resourceKind(apiVersion: apiVersion, kind: kind) else {
            let group = apiVersion.contains("/") ? ".\(apiVersion.prefix { $0 != "/" })" : ""
            throw AutoscalerFailure(message: "no matches for kind \"\(kind)\" in group \"\(group.dropFirst())\"")
        }
        let name = target["name"]?.stringValue ?? ""
        // Nearly every target is a Deployment, and those are known.
        if resource.group == "apps", kind == "Deployment" {
            if let deployment = context.deployments[ObjectKey(namespace: autoscaler.namespace, name: name)] {
                return (resource, Self.scale(of: deployment))
            }
            if !isFirst { throw AutoscalerFailure(message: "deployments.apps \"\(name)\" not found") }
        }
        do throws(KubernetesError) {
            return (
                resource,
                try await context.client.get(resource, name, namespace: autoscaler.namespace, subresource: "scale")
            )
        } catch {
            if error.isCancelled { throw error }
            throw AutoscalerFailure(message: error.status?.message ?? "\(error)")
        }
    }

    private static func scale(of deployment: UntypedObject) -> UntypedObject {
        let selector = deployment["spec", "selector"].flatMap { LabelSelector($0) }
        return UntypedObject([
            "spec": ["replicas": deployment["spec", "replicas"] ?? 0],
            "status": ["selector": .string(selector?.text ?? "")],
        ])
    }

    private func measure(
        _ autoscaler: UntypedObject, _ scale: UntypedObject
    ) async throws -> [AutoscalerPass.Measurement] {
        let selector = scale["status", "selector"]?.stringValue ?? ""
        let namespace = autoscaler.namespace ?? ""
        let pods = (try? LabelSelector(parsing: selector)).map { parsed in
            context.pods.objects(namespace: namespace).filter { parsed.matches($0.labels) }
        }
        guard let pods, !selector.isEmpty else { throw AutoscalerFailure(message: "selector is required") }
        var measurements: [AutoscalerPass.Measurement] = []
        for metric in (autoscaler["spec", "metrics"]?.arrayValue ?? []).compactMap(AutoscalerMetric.init) {
            do {
                let samples = try await metrics.samples(metric, namespace: namespace, selector: selector)
                let resource: String? = if case .resource(let name) = metric.source { name } else { nil }
                let measured = pods.map {
                    MeasuredPod($0, sample: samples[$0.name], resource: resource, now: .now)
                }
                measurements.append(.init(metric: metric, pods: .success(measured)))
            } catch let failure as AutoscalerFailure {
                measurements.append(.init(metric: metric, pods: .failure(failure)))
            }
        }
        return measurements
    }

    private func rescale(_ kind: ResourceKind, _ autoscaler: UntypedObject, _ pass: inout AutoscalerPass) async throws {
        let name = autoscaler["spec", "scaleTargetRef", "name"]?.stringValue ?? ""
        do throws(KubernetesError) {
            try await context.client.patch(
                kind, name, namespace: autoscaler.namespace,
                .merge(["spec": ["replicas": JSONValue(pass.desired)]]), subresource: "scale")
            pass.noteRescaled()
        } catch {
            if error.isCancelled { throw error }
            pass.noteNotRescaled(error.status?.message ?? "\(error)")
        }
    }
}
