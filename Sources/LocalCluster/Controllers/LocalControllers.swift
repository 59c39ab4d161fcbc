public import KubernetesClient
import KubernetesRuntime
public import Logging
public import ServiceLifecycle

/// The controllers of a small cluster: what Kubernetes' controller manager and scheduler do, as far as a local cluster
/// needs it, through the Kubernetes API alone.
///
/// They decide from observed state (a value each, tested as such) and write nothing when nothing is to be changed.
public struct LocalControllers: Service {
    private let configuration: Configuration
    private let logger: Logger

    public struct Configuration: Sendable {
        /// How to reach the API server, as somebody who may do everything.
        public var client: ClientConfiguration
        /// The certificates (PEM) with which pods verify the API server: `kube-root-ca.crt` of every namespace.
        public var rootCertificate: String
        /// Where Ingresses are served, for their status; `nil` leaves them alone.
        public var ingressAddress: String?
        public var ingressPort: Int

        public init(
            client: ClientConfiguration, rootCertificate: String, ingressAddress: String? = "127.0.0.1",
            ingressPort: Int = 8080
        ) {
            self.client = client
            self.rootCertificate = rootCertificate
            self.ingressAddress = ingressAddress
            self.ingressPort = ingressPort
        }
    }

    public init(_ configuration: Configuration, logger: Logger = Logger(label: "controllers")) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Runs until cancelled or told to shut down gracefully.
    public func run() async throws {
        let client = KubernetesClient(configuration: configuration.client, logger: logger)
        let context = ControllerContext(client, logger: logger)
        let set = ControllerSet(controllers(context))
        let collector = GarbageCollector(
            client: client, events: context.events.garbageCollector, logger: logger)
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await context.events.run() }
                group.addTask { await collector.run() }
                group.addTask {
                    do { try await set.run() } catch {
                        self.logger.error("controllers stopped", metadata: ["error": "\(error)"])
                    }
                }
                await group.waitForAll()
            }
        }
        try? await client.shutdown()
    }

    private func controllers(_ context: ControllerContext) -> [Controller] {
        workloads(context) + network(context) + housekeeping(context)
    }

    private func workloads(_ context: ControllerContext) -> [Controller] {
        let autoscalers = ObjectCache(context.client, .horizontalPodAutoscaler)
        let daemonSets = ObjectCache(context.client, .daemonSet)
        let cronJobs = ObjectCache(context.client, .cronJob)
        let podsOfSets = Watched.owned(context.pods.informer, by: .replicaSet)
        // A Recreate waits for the pods of old ReplicaSets, which are not the Deployment's own.
        let podsOfDeployments = Watched(context.pods.informer) { event in
            guard case .deleted(let pod) = event, let owner = pod.controllerReference, owner.kind == "ReplicaSet",
                let set = context.replicaSets[ObjectKey(namespace: pod.namespace, name: owner.name)]
            else { return [] }
            return set.controllerReference.map { [ObjectKey(namespace: set.namespace, name: $0.name)] } ?? []
        }
        return [
            Controller(
                "deployment", for: context.deployments.informer,
                watching: [
                    .owned(context.replicaSets.informer, by: .deployment), podsOfDeployments,
                    .orphans(context.replicaSets.informer, for: context.deployments),
                ], logger: logger,
                reconciler: DeploymentReconciler(context: context)),
            Controller(
                "replicaset", for: context.replicaSets.informer,
                watching: [podsOfSets, .orphans(context.pods.informer, for: context.replicaSets)], logger: logger,
                reconciler: ReplicaSetReconciler(context: context)),
            Controller(
                "job", for: context.jobs.informer,
                watching: [
                    .owned(context.pods.informer, by: .job), .orphans(context.pods.informer, for: context.jobs),
                    Watched(context.pods.informer, keys: JobReconciler.strays),
                ], logger: logger, reconciler: JobReconciler(context: context)),
            Controller(
                "cronjob", for: cronJobs.informer, watching: [.owned(context.jobs.informer, by: .cronJob)],
                logger: logger, reconciler: CronJobReconciler(context: context, cronJobs: cronJobs)),
            Controller(
                "daemonset", for: daemonSets.informer,
                watching: [
                    .owned(context.pods.informer, by: .daemonSet),
                    .orphans(context.pods.informer, for: daemonSets),
                    .owned(context.revisions.informer, by: .daemonSet),
                    Watched(context.nodes.informer) { event in
                        if case .updated(let old, let new) = event, old.spec == new.spec, old.labels == new.labels {
                            return []
                        }
                        return daemonSets.informer.store.keys
                    },
                ], workers: 1, logger: logger,
                reconciler: DaemonSetReconciler(context: context, daemonSets: daemonSets)),
            Controller(
                "statefulset", for: context.statefulSets.informer,
                watching: [
                    .owned(context.pods.informer, by: .statefulSet),
                    .orphans(context.pods.informer, for: context.statefulSets),
                    .owned(context.revisions.informer, by: .statefulSet),
                ], logger: logger, reconciler: StatefulSetReconciler(context: context)),
            Controller(
                "horizontalpodautoscaler", for: autoscalers.informer, workers: 2,
                resync: .seconds(60), logger: logger,
                reconciler: AutoscalerReconciler(context: context, autoscalers: autoscalers)),
        ]
    }

    private func network(_ context: ControllerContext) -> [Controller] {
        var controllers = [
            Controller(
                "endpointslice", for: context.services.informer,
                watching: [
                    Watched(context.pods.informer) { EndpointSliceReconciler.services(context, of: $0.object) },
                    .owned(context.endpointSlices.informer, by: .service),
                ], logger: logger, reconciler: EndpointSliceReconciler(context: context))
        ]
        if let address = configuration.ingressAddress {
            let ingresses = ObjectCache(context.client, .ingress)
            controllers.append(
                Controller(
                    "ingress", for: ingresses.informer, workers: 1, logger: logger,
                    reconciler: IngressReconciler(
                        context: context, ingresses: ingresses, address: address, port: configuration.ingressPort)))
        }
        return controllers
    }

    private func housekeeping(_ context: ControllerContext) -> [Controller] {
        let accounts = ObjectCache(context.client, .serviceAccount)
        let certificates = ObjectCache(
            context.client, .configMap, fieldSelector: "metadata.name=\(NamespaceReconciler.certificateName)")
        let leases = ObjectCache(context.client, .lease)
        let budgets = ObjectCache(context.client, .podDisruptionBudget)
        let claims = ObjectCache(context.client, .persistentVolumeClaim)
        let tokens = ObjectCache(
            context.client, .secret, fieldSelector: "type=\(AccountTokenReconciler.type)")
        let ofNamespace: @Sendable (InformerEvent) -> [ObjectKey] = { event in
            event.object.namespace.map { [ObjectKey(namespace: nil, name: $0)] } ?? []
        }
        return [
            Controller(
                "namespace", for: context.namespaces.informer,
                watching: [
                    Watched(accounts.informer, keys: ofNamespace),
                    Watched(certificates.informer, keys: ofNamespace),
                ], logger: logger,
                reconciler: NamespaceReconciler(
                    context: context, serviceAccounts: accounts, rootCertificates: certificates,
                    rootCertificate: configuration.rootCertificate)),
            Controller(
                "serviceaccount-token", for: tokens.informer,
                watching: [
                    Watched(accounts.informer) { event in
                        tokens.objects(namespace: event.object.namespace).filter {
                            $0.annotations[AccountTokenReconciler.account] == event.object.name
                        }.map(\.key)
                    }
                ], workers: 1, logger: logger,
                reconciler: AccountTokenReconciler(
                    context: context, secrets: tokens, rootCertificate: configuration.rootCertificate)),
            Controller(
                "poddisruptionbudget", for: budgets.informer,
                watching: [
                    Watched(context.pods.informer) { DisruptionBudgetReconciler.budgets(budgets, of: $0.object) }
                ], workers: 1, logger: logger,
                reconciler: DisruptionBudgetReconciler(context: context, budgets: budgets)),
            Controller(
                "node-lifecycle", for: context.nodes.informer,
                watching: [
                    Watched(leases.informer) { event in
                        event.object.namespace == NodeReconciler.leaseNamespace
                            ? [ObjectKey(namespace: nil, name: event.object.name)] : []
                    }
                ], workers: 1, logger: logger, reconciler: NodeReconciler(context: context, leases: leases)),
            Controller(
                "persistentvolumeclaim", for: claims.informer, workers: 1, logger: logger,
                reconciler: ClaimReconciler(context: context, claims: claims)),
            Controller(
                "scheduler", for: context.pods.informer,
                watching: [
                    // A node that came, went or changed its mind is news for the pods it might take or leave behind.
                    Watched(context.nodes.informer) { event in
                        if case .updated(let old, let new) = event,
                            old.condition("Ready")?["status"] == new.condition("Ready")?["status"],
                            old.spec == new.spec, old.labels == new.labels,
                            old["status", "allocatable"] == new["status", "allocatable"]
                        {
                            return []
                        }
                        return context.pods.informer.store.keys
                    },
                    // A pod that ends makes room for those that wait.
                    Watched(context.pods.informer) { event in
                        let pod = event.object
                        if pod.podNode.isEmpty { return [] }
                        if case .deleted = event { return context.unplacedPods }
                        return pod.isPodFinished ? context.unplacedPods : []
                    },
                ], workers: 1, logger: logger, reconciler: SchedulingReconciler(context: context)),
        ]
    }
}
