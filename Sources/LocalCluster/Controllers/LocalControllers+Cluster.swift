import KubernetesClient
import KubernetesRuntime

extension LocalControllers {
    /// Those by which pods are found.
    func network(_ context: ControllerContext) -> [Controller] {
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

    /// Those that look after namespaces, accounts, budgets, volumes and nodes.
    func housekeeping(_ context: ControllerContext) -> [Controller] {
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
                    },
                    Watched(context.pods.informer) { event in
                        guard case .added(let pod) = event, !pod.podNode.isEmpty else { return [] }
                        let node = ObjectKey(namespace: nil, name: pod.podNode)
                        return context.nodes[node] == nil ? [node] : []
                    },
                ], workers: 1, logger: logger, reconciler: NodeReconciler(context: context, leases: leases)),
            Controller(
                "persistentvolumeclaim", for: claims.informer, workers: 1, logger: logger,
                reconciler: ClaimReconciler(context: context, claims: claims)),
        ]
    }
}
