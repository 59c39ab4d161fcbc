import KubernetesClient
import KubernetesRuntime

/// Carries out what ``StatefulSetDecision`` decides.
struct StatefulSetReconciler: Reconciler {
    let context: ControllerContext

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let set = context.statefulSets[key] else { return .done }
        let selector = set["spec", "selector"]
        let pods = try await context.claim(.pod, in: context.pods, for: set, .statefulSet, selector: selector)
            .filter { StatefulSetDecision.ordinal(of: $0, in: set) != nil }
        let owned = try await context.claim(
            ControllerHistory.kind, in: context.revisions, for: set, .statefulSet, selector: selector)
        let history = ControllerHistory(set, revisions: owned)
        guard let update = try await context.keep(history, of: set, .statefulSet, in: context.statefulSets) else {
            return .done
        }
        let current = history.revisions.first { $0.name == set["status", "currentRevision"]?.stringValue } ?? update
        let decision = StatefulSetDecision(
            set, pods: pods, current: Self.revision(current), update: Self.revision(update),
            collisions: set.count("status", "collisionCount"), now: .now)
        do {
            for pod in decision.create { try await create(pod, of: set) }
            for pod in decision.delete {
                try await context.delete(pod, .pod, in: context.pods)
                tell(set, "Delete", "Pod \(pod.name) in StatefulSet \(set.name) successful")
            }
        } catch {
            try await context.write(decision.status, of: set, .statefulSet, in: context.statefulSets)
            throw error
        }
        try await context.write(decision.status, of: set, .statefulSet, in: context.statefulSets)
        let live = Set([current.name, update.name] + pods.compactMap { $0.labels[StatefulSetDecision.revisionLabel] })
        for old in history.surplus(limit: set["spec", "revisionHistoryLimit"]?.intValue ?? 10, live: live) {
            try await context.delete(old, ControllerHistory.kind, in: context.revisions)
        }
        return decision.requeue.map { .requeue(after: $0) } ?? .done
    }

    private static func revision(_ object: UntypedObject) -> StatefulSetDecision.Revision {
        .init(name: object.name, template: ControllerHistory.template(object))
    }

    private func create(_ pod: UntypedObject, of set: UntypedObject) async throws {
        for claim in StatefulPod.claims(of: pod, in: set) {
            guard try await context.client.find(.persistentVolumeClaim, claim.name, namespace: set.namespace) == nil
            else { continue }
            _ = try await context.client.create(.persistentVolumeClaim, claim)
            tell(set, "Create", "Claim \(claim.name) Pod \(pod.name) in StatefulSet \(set.name) success")
        }
        do throws(KubernetesError) {
            context.pods.note(try await context.client.create(.pod, pod))
            tell(set, "Create", "Pod \(pod.name) in StatefulSet \(set.name) successful")
        } catch {
            guard !error.isNamespaceTerminating else { return }
            context.events.statefulSet.record(
                set, .warning, reason: "FailedCreate",
                message: "Create Pod \(pod.name) in StatefulSet \(set.name) failed error: "
                    + (error.status?.message ?? "\(error)"))
            throw error
        }
    }

    private func tell(_ set: UntypedObject, _ verb: String, _ what: String) {
        context.events.statefulSet.record(set, reason: "Successful\(verb)", message: "\(verb) \(what)")
    }
}

extension ControllerContext {
    /// Writes the revision of the present template where it is new or comes back.
    ///
    /// - Returns: `nil` when its name is taken, or its namespace goes; there is nothing to do then.
    func keep(
        _ history: ControllerHistory, of owner: UntypedObject, _ kind: ResourceKind, in cache: ObjectCache
    ) async throws -> UntypedObject? {
        guard let present = history.present else { return nil }
        do throws(KubernetesError) {
            if history.isNew {
                let made = try await client.create(ControllerHistory.kind, present)
                revisions.note(made)
                return made
            }
            if history.isRaised {
                let raised = try await client.replace(ControllerHistory.kind, present)
                revisions.note(raised)
                return raised
            }
            return present
        } catch {
            if error.isNamespaceTerminating { return nil }
            guard history.isNew, error.isAlreadyExists else { throw error }
        }
        let taken = try await client.get(ControllerHistory.kind, present.name, namespace: present.namespace)
        if taken.json["data"] == present.json["data"] { return taken }
        // Two templates with one hash: the next pass hashes with another count.
        var status = owner.status ?? .emptyObject
        status["collisionCount"] = JSONValue(owner.count("status", "collisionCount") + 1)
        try await write(status, of: owner, kind, in: cache)
        return nil
    }
}
