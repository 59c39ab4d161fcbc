import APIMachinery
import KubernetesClient
import KubernetesRuntime
import Logging

/// What the controllers share: the client and a cache of every kind they work on.
struct ControllerContext: Sendable {
    let client: KubernetesClient
    let events: EventRecorder
    let logger: Logger
    let pods: ObjectCache
    let deployments: ObjectCache
    let replicaSets: ObjectCache
    let jobs: ObjectCache
    let services: ObjectCache
    let endpointSlices: ObjectCache
    let namespaces: ObjectCache
    let nodes: ObjectCache

    init(_ client: KubernetesClient, events: EventRecorder, logger: Logger) {
        self.client = client
        self.events = events
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

    /// The pods a controller may count as its own. Those that match its selector and have no controller are adopted,
    /// its own that no longer match are let go.
    func claim(
        _ kind: ResourceKind, in cache: ObjectCache, for owner: UntypedObject, selector: JSONValue?
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
        for object in cache.objects(namespace: owner.namespace)
        where object.controllerReference == nil && !object.isBeingDeleted && selector.matches(object.labels) {
            guard !object.isPodFinished else { continue }
            let owners = object.ownerReferences + [OwnerReference(controlledBy: owner)]
            let adopted = try await set(owners: owners, of: object, kind)
            cache.note(adopted)
            claimed.append(adopted)
        }
        return claimed
    }

    private func set(
        owners: [OwnerReference], of object: UntypedObject, _ kind: ResourceKind
    ) async throws -> UntypedObject {
        let metadata: JSONValue = [
            "uid": .string(object.uid), "resourceVersion": .string(object.resourceVersion ?? ""),
            "ownerReferences": owners.isEmpty ? .null : .array(owners.map(\.json)),
        ]
        return try await client.patch(
            kind, object.name, namespace: object.namespace, .merge(["metadata": metadata]))
    }
}
