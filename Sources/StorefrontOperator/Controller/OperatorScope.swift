import AsyncHTTPClient
import KubernetesClient
import KubernetesRuntime
import Logging
import StorefrontAPI

/// The controller and caches for one namespace, or for all.
struct OperatorScope: Sendable {
    let controller: Controller
    let view: ClusterView

    /// Kinds whose whole objects are watched, those with our label only.
    private static let children: [ResourceKind] = [
        .deployment, .job, .ingress, .service, .serviceAccount, .horizontalPodAutoscaler, .podDisruptionBudget,
        .networkPolicy, .persistentVolumeClaim,
    ]

    /// Kinds of which the status matters, too.
    private static let withStatus: Set<ResourceKind> = [.deployment, .job, .ingress]

    init(
        client: KubernetesClient, namespace: String?, recorder: EventRecorder, http: HTTPClient,
        operatorVersion: String,
        workers: Int, logger: Logger
    ) {
        let kind = Storefront.resourceKind
        let storefronts = Informer(
            client, kind, namespace: namespace, indexes: [BroughtSecrets.index: BroughtSecrets.keys], logger: logger)
        let shops = [ClusterView.shopIndex: ClusterView.shop]
        var informers: [ResourceKind: Informer] = [kind: storefronts]
        for child in Self.children {
            informers[child] = Informer(
                client, child, namespace: namespace, labelSelector: Labels.selector, indexes: shops, logger: logger)
        }
        informers[.configMap] = Informer(
            client, .configMap, namespace: namespace, labelSelector: Labels.selector, metadataOnly: true,
            indexes: shops, transform: Self.strip, logger: logger)
        // Also those that users bring, which have no label of ours; of all others in the cluster none is kept.
        informers[.secret] = Informer(
            client, .secret, namespace: namespace, metadataOnly: true, indexes: shops, transform: Self.strip,
            keeps: { secret in
                secret.labels[Labels.managedBy] == Labels.manager
                    || !BroughtSecrets.storefronts(naming: secret, storefronts.store).isEmpty
            }, logger: logger)
        view = ClusterView(client: client, informers: informers)
        let watched = informers.values.filter { $0.kind != kind }.map { informer in
            Watched(informer) { event in
                guard
                    Self.withStatus.contains(informer.kind) || EventFilter.ignoringStatus(event)
                        || informer.kind == .secret
                        || informer.kind == .configMap
                else { return [] }
                return Self.storefronts(of: event.object, informer.kind, storefronts.store)
            }
        }
        let context = OperatorContext(
            view: view, recorder: recorder, schedules: CheckSchedules(), http: http, operatorVersion: operatorVersion,
            logger: logger)
        controller = Controller(
            namespace.map { "storefront-\($0)" } ?? "storefront", for: storefronts, watching: watched,
            filter: EventFilter.ignoringStatus, workers: workers,
            backoff: Backoff(initial: .milliseconds(100), maximum: .seconds(10)), logger: logger,
            reconciler: StorefrontReconciler(context: context))
    }

    /// The Storefronts that an object is about: the one it was made for, and those that name it.
    private static func storefronts(of object: UntypedObject, _ kind: ResourceKind, _ store: Store) -> [ObjectKey] {
        var keys: [ObjectKey] = []
        if object.labels[Labels.managedBy] == Labels.manager, let name = object.labels[Labels.instance] {
            keys.append(ObjectKey(namespace: object.namespace, name: name))
        }
        guard kind == .secret else { return keys }
        return keys + BroughtSecrets.storefronts(naming: object, store).map(\.key)
    }

    /// Keeps of an object what the operator looks at while its contents are as they were.
    @Sendable
    private static func strip(_ object: inout UntypedObject) {
        var stripped = UntypedObject(.emptyObject)
        for field in ["name", "namespace", "uid", "resourceVersion", "labels", "ownerReferences", "deletionTimestamp"] {
            stripped["metadata", field] = object["metadata", field]
        }
        stripped["metadata", "annotations"] = object.annotations[Annotations.applied]
            .map { [Annotations.applied: .string($0)] }
        object = stripped
    }
}
