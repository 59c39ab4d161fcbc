import Contracts
import KubernetesClient
import KubernetesRuntime
import StorefrontAPI

/// What a Storefront leaves behind when it goes: nothing or its data, as its deletion policy says. A server that cannot
/// be reached holds it up for a while, but not for ever.
struct Cleanup: Sendable {
    static let finalizer = "storefront.dev/data"
    /// How long after the deletion the data's removal is tried.
    static let patience = Duration.seconds(60)

    var shop: Shop
    var storefront: UntypedObject
    var context: OperatorContext

    /// Removes what is to be removed and lets the object go.
    ///
    /// - Returns: when to try again; `nil` when the object may go.
    func run(now: Timestamp) async throws -> Duration? {
        guard storefront.finalizers.contains(Self.finalizer) else { return nil }
        if shop.spec.deletionPolicy == .delete {
            let problems = await removeData()
            let age = storefront.deletionTimestamp.map { now - $0 } ?? .zero
            if !problems.isEmpty {
                let list = problems.joined(separator: " ")
                if age < Self.patience {
                    context.recorder.record(
                        storefront, .warning, reason: "CleanupWaiting", message: "Data cannot be removed yet. \(list)")
                    return .seconds(5)
                }
                context.recorder.record(
                    storefront, .warning, reason: "CleanupAbandoned",
                    message: "Data was left behind, remove it by hand. \(list)")
            }
        }
        try await context.view.client.removeFinalizer(Self.finalizer, from: storefront, Storefront.resourceKind)
        return nil
    }

    private func removeData() async -> [String] {
        let applier = context.applier(for: shop.uid)
        let material = ShopMaterial.placeholder(for: shop)
        let access = ServerAccess(shop: shop, context: context)
        // Pods go first, or they would write into what is being removed.
        var problems = await remove([.deployment, .job], applier)
        async let databases = problem(access) {
            try await access.databases().remove(ServiceName.allCases.map { DatabasePlan(shop, $0, material: material) })
        }
        async let broker = problem(access) {
            try await access.broker().remove(BrokerPlan(shop, material: material))
        }
        problems += [await databases, await broker].compactMap(\.self)
        // The operator needs the Secrets until everything else is gone.
        if problems.isEmpty { problems += await remove([.persistentVolumeClaim, .secret], applier) }
        return problems
    }

    private func remove(_ kinds: [ResourceKind], _ applier: ObjectApplier) async -> [String] {
        var problems: [String] = []
        for kind in kinds {
            let objects = context.view.objects(kind, of: shop.key)
            for object in objects where object.labels[Labels.managedBy] == Labels.manager && !object.isBeingDeleted {
                do { try await applier.delete(kind, object) } catch {
                    problems.append("\(kind.kind) \(object.key): \(error).")
                }
            }
        }
        return problems
    }

    private func problem(_ access: ServerAccess, _ work: () async throws -> Void) async -> String? {
        do {
            try await work()
            return nil
        } catch {
            return access.explain(error).message
        }
    }
}
