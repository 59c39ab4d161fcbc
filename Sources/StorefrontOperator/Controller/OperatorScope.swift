import AsyncHTTPClient
import KubernetesClient
import KubernetesRuntime
import Logging
import StorefrontAPI

/// The controller and caches for one namespace, or for all.
struct OperatorScope: Sendable {
    let controller: Controller
    let view: ClusterView

    /// Kinds that are watched, those with our label only.
    private static let children: [ResourceKind] = [
        .deployment, .job, .ingress, .service, .serviceAccount, .horizontalPodAutoscaler, .podDisruptionBudget,
        .networkPolicy, .persistentVolumeClaim, .secret, .configMap,
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
            client, kind, namespace: namespace, indexes: [BroughtSecrets.index: BroughtSecrets.keys],
            transform: PackedObject.pack, logger: logger)
        var informers: [ResourceKind: Informer] = [kind: storefronts]
        var watched: [Watched] = []
        for child in Self.children {
            let informer = Informer(
                client, child, namespace: namespace, labelSelector: Labels.selector,
                indexes: [ClusterView.shopIndex: ClusterView.shop],
                transform: Self.withStatus.contains(child) ? PackedObject.pack : PackedObject.packWithoutStatus,
                logger: logger)
            informers[child] = informer
            watched.append(
                Watched(informer) { event in
                    guard Self.withStatus.contains(child) || PackedObject.isNews(event),
                        let name = PackedObject.shop(of: event.object)
                    else { return [] }
                    return [ObjectKey(namespace: event.object.namespace, name: name)]
                })
        }
        // Secrets that users bring have no label of ours; of all others in the cluster none is kept.
        let brought = Informer(
            client, .secret, namespace: namespace, labelSelector: Labels.strangers, metadataOnly: true,
            transform: Self.strip,
            keeps: { !BroughtSecrets.storefronts(naming: $0, storefronts.store).isEmpty }, logger: logger)
        watched.append(
            Watched(brought) { BroughtSecrets.storefronts(naming: $0.object, storefronts.store).map(\.key) })
        view = ClusterView(client: client, informers: informers, brought: brought)
        let context = OperatorContext(
            view: view, recorder: recorder, schedules: CheckSchedules(), http: http, operatorVersion: operatorVersion,
            logger: logger)
        controller = Controller(
            namespace.map { "storefront-\($0)" } ?? "storefront", for: storefronts, watching: watched,
            filter: PackedObject.isNews, workers: workers,
            backoff: Backoff(initial: .milliseconds(100), maximum: .seconds(10)), logger: logger,
            reconciler: StorefrontReconciler(context: context))
    }

    /// Keeps of a Secret's metadata what the operator looks at.
    @Sendable
    private static func strip(_ secret: inout UntypedObject) {
        var stripped = UntypedObject(.emptyObject)
        for field in ["name", "namespace", "uid", "resourceVersion", "deletionTimestamp"] {
            stripped["metadata", field] = secret["metadata", field]
        }
        secret = stripped
    }
}
