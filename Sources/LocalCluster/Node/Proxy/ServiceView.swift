import KubernetesClient
import KubernetesRuntime

/// The Services of the cluster and their endpoints, as this node sees them.
struct ServiceView: Sendable {
    let services: Informer
    let sliceInformer: Informer
    /// This node's own pods, where the cluster's EndpointSlices cannot list them.
    let pods: Informer?
    let addresses: ServiceAddresses
    /// Stands for the Service `kubernetes` where the API server has not listed itself.
    let apiServer: NodeConfiguration.Endpoint

    var slices: [UntypedObject] {
        let present = sliceInformer.store.objects
        guard let pods else { return present }
        var slices =
            present + PodEndpoints.slices(services: services.store.objects, pods: pods.store.objects, present: present)
        let isListed = present.contains {
            $0.namespace == "default" && $0.labels["kubernetes.io/service-name"] == "kubernetes"
        }
        if !isListed { slices.append(apiServerSlice) }
        return slices
    }

    private var apiServerSlice: UntypedObject {
        var slice = UntypedObject(
            .endpointSlice, name: "kubernetes", namespace: "default",
            labels: ["kubernetes.io/service-name": "kubernetes"])
        slice.json["ports"] = [["name": "https", "port": JSONValue(apiServer.port)]]
        slice.json["endpoints"] = [["addresses": [.string(apiServer.host)]]]
        return slice
    }

    /// The address of this machine where a Service is served; `nil` for headless ones.
    func address(of service: UntypedObject) -> String? { addresses.local(service) }

    func onChange(_ handler: @escaping @Sendable () -> Void) {
        for informer in [services, sliceInformer, pods].compactMap({ $0 }) { informer.onEvent { _ in handler() } }
    }

    func waitUntilSynced() async throws {
        try await services.waitUntilSynced()
        try await sliceInformer.waitUntilSynced()
    }
}
