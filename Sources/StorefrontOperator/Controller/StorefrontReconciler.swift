import KubernetesClient
import KubernetesRuntime
import Logging
import StorefrontAPI

/// Brings everything to what a Storefront says, and its status to what was found.
struct StorefrontReconciler: Reconciler {
    var context: OperatorContext

    /// What a Storefront is found to be once for each of its versions.
    private static let valid = "valid"

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        let kind = Storefront.resourceKind
        guard let object = context.view.object(kind, key) else {
            context.schedules.forget(key)
            return .done
        }
        if object.isBeingDeleted { return try await remove(object) }
        // Data outside of the cluster must not be made before its removal is provided for.
        var storefront = object
        if !object.finalizers.contains(Cleanup.finalizer) {
            context.view.willWrite()
            storefront = try await context.view.client.addFinalizer(Cleanup.finalizer, to: object, kind)
            context.view.wrote(kind, storefront)
        }
        let typed = Storefront(untyped: storefront)
        let previous = (try? typed.status()) ?? StorefrontStatus()
        let shop: Shop
        do {
            // An API server with the schema has looked already; one with an older definition has not.
            if !context.view.isSettled(kind, key, plan: Self.valid) {
                if let problem = typed.problems().first { throw problem }
                context.view.settle(kind, storefront, plan: Self.valid)
            }
            shop = try Shop(typed, operatorVersion: context.operatorVersion)
        } catch {
            let status = StorefrontStatus(
                invalid: "\(error)", generation: storefront.generation, previous: previous, now: .now)
            try await write(status, previous: previous, to: storefront)
            return .done
        }
        let result = await ShopPass(shop: shop, storefront: storefront, context: context).run()
        try Task.checkCancellation()
        let status = StorefrontStatus(result.observation, of: shop, previous: previous, now: .now)
        try await write(status, previous: previous, to: storefront)
        return .requeue(after: result.again)
    }

    private func remove(_ object: UntypedObject) async throws -> ReconcileResult {
        let shop: Shop
        do {
            shop = try Shop(Storefront(untyped: object), operatorVersion: context.operatorVersion)
        } catch {
            // Nothing was ever made for a spec that makes no sense.
            try await context.view.client.removeFinalizer(Cleanup.finalizer, from: object, Storefront.resourceKind)
            return .done
        }
        let again = try await Cleanup(shop: shop, storefront: object, context: context).run(now: .now)
        guard let again else {
            context.schedules.forget(object.key)
            return .done
        }
        return .requeue(after: again)
    }

    /// Writes the status when it differs, and tells of conditions that changed.
    private func write(
        _ status: StorefrontStatus, previous: StorefrontStatus, to object: UntypedObject
    ) async throws {
        guard status != previous else { return }
        let kind = Storefront.resourceKind
        var object = object
        object.status = try JSONValueEncoder().encode(status)
        do {
            context.view.willWrite()
            let answer = try await context.view.client.replaceStatus(
                kind, object, options: WriteOptions(fieldManager: ObjectApplier.fieldManager))
            context.view.wrote(kind, answer)
        } catch {
            if error.isNotFound { return }
            throw error
        }
        for condition in status.conditions { tell(condition, previous: previous, about: object) }
    }

    private func tell(_ condition: Condition, previous: StorefrontStatus, about object: UntypedObject) {
        let before = previous.conditions.first { $0.type == condition.type }
        guard before?.reason != condition.reason || before?.status != condition.status else { return }
        let isTrouble =
            condition.status == .false && condition.type != Condition.Kind.suspended.rawValue
            && condition.type != Condition.Kind.ready.rawValue && condition.reason != "Stable"
        let isFirstLook = before == nil && ["NotDeployed", "Migrating"].contains(condition.reason)
        if isTrouble, !isFirstLook {
            let calm = ["Suspended", "Migrating", "MigrationWaiting", "NotDeployed", "ServicesUnavailable"]
            context.recorder.record(
                object, calm.contains(condition.reason) ? .normal : .warning, reason: condition.reason,
                message: condition.message)
        } else if condition.type == Condition.Kind.ready.rawValue, condition.status == .true {
            context.recorder.record(object, reason: condition.reason, message: condition.message)
        }
    }
}
