import KubernetesClient
import KubernetesRuntime

/// Deletes everything in a namespace that is being deleted, then lets the namespace go.
struct NamespaceTermination {
    let client: KubernetesClient

    func run(_ namespace: UntypedObject) async throws -> ReconcileResult {
        guard namespace["spec", "finalizers"]?.arrayValue?.contains("kubernetes") == true else { return .done }
        let remains = try await deleteContent(of: namespace.name)
        var status = namespace.status ?? .emptyObject
        status["phase"] = "Terminating"
        status["conditions"] = .array(Self.conditions(namespace, remains: remains, now: .now).entries)
        do throws(KubernetesError) {
            var current = namespace
            if let changed = namespace.withStatus(status) {
                current = try await client.replaceStatus(.namespace, changed)
            }
            guard remains.isEmpty else { return .requeue(after: .milliseconds(500)) }
            // What others have put there is theirs to take away.
            current["spec", "finalizers"] = .array(
                (current["spec", "finalizers"]?.arrayValue ?? []).filter { $0 != "kubernetes" })
            try await client.replace(.namespace, current, subresource: "finalize")
        } catch {
            if !error.isNotFound { throw error }
        }
        return .done
    }

    /// What is still there of each kind that has something left.
    typealias Remains = [ResourceKind: [UntypedObject]]

    private func deleteContent(of namespace: String) async throws -> Remains {
        var remains: Remains = [:]
        for kind in try await client.collectableKinds() where kind.isNamespaced {
            do throws(KubernetesError) {
                var items = try await client.listAll(kind, namespace: namespace, metadataOnly: true).items
                if items.contains(where: { !$0.isBeingDeleted }) {
                    try await client.deleteCollection(
                        kind, namespace: namespace, options: DeleteOptions(propagation: .background))
                    items = try await client.listAll(kind, namespace: namespace, metadataOnly: true).items
                }
                if !items.isEmpty { remains[kind] = items }
            } catch {
                if !error.isNotFound && error.status?.code != 405 { throw error }
            }
        }
        return remains
    }

    static func conditions(_ namespace: UntypedObject, remains: Remains, now: Timestamp) -> Conditions {
        var conditions = Conditions(namespace, now: now)
        conditions.set(
            "NamespaceDeletionDiscoveryFailure", "False", reason: "ResourcesDiscovered",
            message: "All resources successfully discovered")
        conditions.set(
            "NamespaceDeletionGroupVersionParsingFailure", "False", reason: "ParsedGroupVersions",
            message: "All legacy kube types successfully parsed")
        conditions.set(
            "NamespaceDeletionContentFailure", "False", reason: "ContentDeleted",
            message: "All content successfully deleted, may be waiting on finalization")
        guard !remains.isEmpty else {
            conditions.set(
                "NamespaceContentRemaining", "False", reason: "ContentRemoved",
                message: "All content successfully removed")
            conditions.set(
                "NamespaceFinalizersRemaining", "False", reason: "ContentHasNoFinalizers",
                message: "All content-preserving finalizers finished")
            return conditions
        }
        let kinds = remains.map { "\($0.key.plural).\($0.key.group) has \($0.value.count) resource instances" }.sorted()
        conditions.set(
            "NamespaceContentRemaining", "True", reason: "SomeResourcesRemain",
            message: "Some resources are remaining: " + kinds.joined(separator: ", "))
        var finalizers: [String: Int] = [:]
        for object in remains.values.joined() { for name in object.finalizers { finalizers[name, default: 0] += 1 } }
        if finalizers.isEmpty {
            conditions.set(
                "NamespaceFinalizersRemaining", "False", reason: "ContentHasNoFinalizers",
                message: "All content-preserving finalizers finished")
        } else {
            let names = finalizers.map { "\($0.key) in \($0.value) resource instances" }.sorted()
            conditions.set(
                "NamespaceFinalizersRemaining", "True", reason: "SomeFinalizersRemain",
                message: "Some content in the namespace has finalizers remaining: " + names.joined(separator: ", "))
        }
        return conditions
    }
}
