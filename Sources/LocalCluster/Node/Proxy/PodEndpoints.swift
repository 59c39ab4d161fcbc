import KubernetesClient

/// The endpoints that a node's own pods are of Services, in the form of EndpointSlices.
///
/// Kubernetes refuses loopback addresses in EndpointSlices, so that another cluster's controllers cannot list the pods
/// of this node; the node, which serves its own pods' traffic, does it by itself.
enum PodEndpoints {
    /// A slice for each Service and pod that no present slice lists.
    static func slices(
        services: [UntypedObject], pods: [UntypedObject], present: [UntypedObject]
    ) -> [UntypedObject] {
        let running = pods.filter { pod in
            !["Succeeded", "Failed"].contains(pod["status", "phase"]?.stringValue ?? "")
                && pod["status", "podIP"]?.stringValue?.hasPrefix("127.") == true
        }
        guard !running.isEmpty else { return [] }
        let listed = Set(
            present.flatMap { $0.json["endpoints"]?.arrayValue ?? [] }
                .compactMap { $0["addresses"]?[0]?.stringValue })
        return services.flatMap { service -> [UntypedObject] in
            guard let selector = service["spec", "selector"]?.stringMapValue, !selector.isEmpty else { return [] }
            return running.filter { pod in
                pod.namespace == service.namespace && selector.allSatisfy { pod.labels[$0.key] == $0.value }
                    && !listed.contains(pod["status", "podIP"]?.stringValue ?? "")
            }.map { slice(service, $0) }
        }
    }

    private static func slice(_ service: UntypedObject, _ pod: UntypedObject) -> UntypedObject {
        let isReady = pod["status", "conditions"]?.arrayValue?.contains {
            $0["type"]?.stringValue == "Ready" && $0["status"]?.stringValue == "True"
        }
        let serving = isReady == true || service["spec", "publishNotReadyAddresses"]?.boolValue == true
        var slice = UntypedObject(
            .endpointSlice, name: "\(service.name)-\(pod.name)", namespace: service.namespace,
            labels: ["kubernetes.io/service-name": service.name])
        slice.json["ports"] = .array(
            (service["spec", "ports"]?.arrayValue ?? []).compactMap { port in
                guard let target = target(of: port, in: pod) else { return nil }
                return ["name": port["name"] ?? "", "port": JSONValue(target)]
            })
        slice.json["endpoints"] = [
            [
                "addresses": [pod["status", "podIP"] ?? ""],
                "conditions": [
                    "ready": .bool(serving && !pod.isBeingDeleted), "serving": .bool(serving),
                    "terminating": .bool(pod.isBeingDeleted),
                ],
            ]
        ]
        return slice
    }

    private static func target(of port: JSONValue, in pod: UntypedObject) -> Int? {
        guard let target = port["targetPort"] else { return port["port"]?.intValue }
        guard let name = target.stringValue else { return target.intValue }
        let ports = (pod["spec", "containers"]?.arrayValue ?? []).flatMap { $0["ports"]?.arrayValue ?? [] }
        return ports.first { $0["name"]?.stringValue == name }?["containerPort"]?.intValue
    }
}
