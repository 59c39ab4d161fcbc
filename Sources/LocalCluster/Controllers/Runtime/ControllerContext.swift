import APIMachinery
import KubernetesClient
import KubernetesRuntime
import Logging

/// What the controllers share: the client and a cache of every kind they work on.
struct ControllerContext: Sendable {
    let client: KubernetesClient
    let events: ControllerEvents
    let logger: Logger
    let pods: ObjectCache
    let deployments: ObjectCache
    let replicaSets: ObjectCache
    let jobs: ObjectCache
    let services: ObjectCache
    let endpointSlices: ObjectCache
    let namespaces: ObjectCache
    let nodes: ObjectCache

    init(_ client: KubernetesClient, logger: Logger) {
        self.client = client
        events = ControllerEvents(client, logger: logger)
        self.logger = logger
        pods = ObjectCache(client, .pod)
        deployments = ObjectCache(client, .deployment)
        replicaSets = ObjectCache(client, .replicaSet)
        jobs = ObjectCache(client, .job)
        services = ObjectCache(client, .service)
        endpointSlices = ObjectCache(client, .endpointSlice)
        namespaces = ObjectCache(client, .namespace)
        nodes = ObjectCache(client, .node)
    }

    /// Writes a status if it differs.
    func write(_ status: JSONValue?, of object: UntypedObject, _ kind: ResourceKind, in cache: ObjectCache? = nil)
        async throws
    {
        guard let status, let changed = object.withStatus(status) else { return }
        let stored = try await client.replaceStatus(kind, changed)
        cache?.note(stored)
    }

    /// Deletes this incarnation of an object; that it is gone is fine.
    func delete(
        _ object: UntypedObject, _ kind: ResourceKind, in cache: ObjectCache? = nil,
        propagation: DeleteOptions.Propagation? = nil, gracePeriodSeconds: Int? = nil
    ) async throws {
        do throws(KubernetesError) {
            let rest = try await client.delete(
                kind, object.name, namespace: object.namespace,
                options: DeleteOptions(
                    uid: object.uid, propagation: propagation, gracePeriodSeconds: gracePeriodSeconds))
            if let rest, !rest.uid.isEmpty { cache?.note(rest) }
        } catch {
            if !error.isNotFound && !error.isConflict { throw error }
        }
    }

    /// Makes pods for their controller and tells of each; in a namespace that is going there is nothing to make.
    func create(_ pods: [UntypedObject], for owner: UntypedObject, events: EventRecorder) async throws {
        do throws(KubernetesError) {
            for pod in pods {
                let created = try await client.create(.pod, pod)
                self.pods.note(created)
                events.record(owner, reason: "SuccessfulCreate", message: "Created pod: \(created.name)")
            }
        } catch {
            guard !error.isNamespaceTerminating else { return }
            let message = error.status?.message ?? "\(error)"
            events.record(owner, .warning, reason: "FailedCreate", message: "Error creating: \(message)")
            throw error
        }
    }

    /// The pods a controller may count as its own. Those that match its selector and have no controller are adopted,
    /// its own that no longer match are let go.
    func claim(
        _ kind: ResourceKind, in cache: ObjectCache, for owner: UntypedObject, _ ownerKind: ResourceKind,
        selector: JSONValue?, finalizer: String? = nil
    ) async throws -> [UntypedObject] {
        guard let selector = selector.flatMap({ LabelSelector($0) }) else { return cache.objects(ownedBy: owner) }
        var claimed: [UntypedObject] = []
        for object in cache.objects(ownedBy: owner) where object.isControlled(by: owner) {
            if selector.matches(object.labels) || owner.isBeingDeleted {
                claimed.append(object)
            } else {
                let others = object.ownerReferences.filter { $0.uid != owner.uid }
                cache.note(try await set(owners: others, of: object, kind))
            }
        }
        guard !owner.isBeingDeleted else { return claimed }
        let orphans = cache.objects(namespace: owner.namespace).filter {
            $0.controllerReference == nil && !$0.isBeingDeleted && !$0.isPodFinished && selector.matches($0.labels)
        }
        guard !orphans.isEmpty else { return claimed }
        // Nothing is adopted in the name of an owner that is gone: it would be collected.
        let present = try await client.find(ownerKind, owner.name, namespace: owner.namespace, metadataOnly: true)
        guard present?.uid == owner.uid, present?.isBeingDeleted == false else { return claimed }
        for object in orphans {
            let owners = object.ownerReferences + [OwnerReference(controlledBy: owner)]
            let adopted = try await set(owners: owners, of: object, kind, finalizer: finalizer)
            cache.note(adopted)
            claimed.append(adopted)
        }
        return claimed
    }

    private func set(
        owners: [OwnerReference], of object: UntypedObject, _ kind: ResourceKind, finalizer: String? = nil
    ) async throws -> UntypedObject {
        var metadata: JSONValue = [
            "uid": .string(object.uid), "resourceVersion": .string(object.resourceVersion ?? ""),
            "ownerReferences": owners.isEmpty ? .null : .array(owners.map(\.json)),
        ]
        if let finalizer { metadata["finalizers"] = JSONValue(object.finalizers + [finalizer]) }
        return try await client.patch(
            kind, object.name, namespace: object.namespace, .merge(["metadata": metadata]))
    }
}
