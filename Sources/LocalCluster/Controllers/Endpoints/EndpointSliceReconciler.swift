import APIMachinery
import KubernetesClient
import KubernetesRuntime

/// Keeps the EndpointSlices of Services that have a selector; those of others belong to whoever made them.
struct EndpointSliceReconciler: Reconciler {
    let context: ControllerContext

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let service = context.services[key], !service.isBeingDeleted,
            let selector = service["spec", "selector"]?.stringMapValue, !selector.isEmpty,
            service["spec", "type"]?.stringValue != "ExternalName"
        else { return .done }
        let pods = context.pods.objects(namespace: key.namespace).filter { pod in
            selector.allSatisfy { pod.labels[$0.key] == $0.value }
        }
        let present = context.endpointSlices.objects(ownedBy: service).filter {
            $0.labels[EndpointSlices.managerLabel] == EndpointSlices.manager && !$0.isBeingDeleted
        }
        let slices = EndpointSlices(service, pods: pods, present: present) { node in
            context.nodes[ObjectKey(namespace: nil, name: node)]?.labels["topology.kubernetes.io/zone"]
        }
        for slice in slices.create { try await create(slice) }
        for slice in slices.update {
            context.endpointSlices.note(try await context.client.replace(.endpointSlice, slice))
        }
        for slice in slices.delete { try await context.delete(slice, .endpointSlice, in: context.endpointSlices) }
        return .done
    }

    private func create(_ slice: UntypedObject) async throws {
        do throws(KubernetesError) {
            context.endpointSlices.note(try await context.client.create(.endpointSlice, slice))
        } catch {
            if error.isNamespaceTerminating { return }
            throw error
        }
    }

    /// The Services a pod is behind.
    static func services(_ context: ControllerContext, of pod: UntypedObject) -> [ObjectKey] {
        context.services.informer.store.objects(index: ObjectCache.namespaceIndex, value: pod.namespace ?? "")
            .filter { service in
                guard let selector = service["spec", "selector"]?.stringMapValue, !selector.isEmpty else {
                    return false
                }
                return selector.allSatisfy { pod.labels[$0.key] == $0.value }
            }
            .map(\.key)
    }
}
