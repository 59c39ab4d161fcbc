import KubernetesClient

/// The EndpointSlices of a Service with a selector, as a value.
enum EndpointSlices {
    static let serviceLabel = "kubernetes.io/service-name"
    static let managerLabel = "endpointslice.kubernetes.io/managed-by"
    static let manager = "endpointslice-controller.k8s.io"
    /// As Kubernetes' controller does by default.
    static let endpointsPerSlice = 100

    /// The slices a Service should have. Pods for which named ports mean different numbers get slices of their own.
    static func desired(_ service: UntypedObject, pods: [UntypedObject]) -> [UntypedObject] {
        let publishesNotReady = service["spec", "publishNotReadyAddresses"]?.boolValue ?? false
        var groups: [JSONValue: [JSONValue]] = [:]
        for pod in pods.sorted(by: { $0.name < $1.name }) where !pod.isPodFinished {
            guard let endpoint = endpoint(pod, publishesNotReady: publishesNotReady) else { continue }
            groups[ports(service, pod), default: []].append(endpoint)
        }
        // An empty slice tells that the Service is known and has nobody behind it.
        if groups.isEmpty { groups[ports(service, nil)] = [] }
        var slices: [UntypedObject] = []
        for (ports, endpoints) in groups.sorted(by: { $0.key.text() < $1.key.text() }) {
            for start in stride(from: 0, to: max(1, endpoints.count), by: endpointsPerSlice) {
                let chunk = Array(endpoints.dropFirst(start).prefix(endpointsPerSlice))
                slices.append(slice(service, index: slices.count, ports: ports, endpoints: chunk))
            }
        }
        return slices
    }

    private static func slice(
        _ service: UntypedObject, index: Int, ports: JSONValue, endpoints: [JSONValue]
    ) -> UntypedObject {
        let suffix = PodTemplateHash.hash(.string(service.uid), collisions: index)
        var labels = service.labels
        labels[serviceLabel] = service.name
        labels[managerLabel] = manager
        if service["spec", "clusterIP"]?.stringValue == "None" { labels["service.kubernetes.io/headless"] = "" }
        var slice = UntypedObject(
            .endpointSlice, name: "\(service.name)-\(suffix)", namespace: service.namespace, labels: labels)
        slice.ownerReferences = [OwnerReference(controlledBy: service)]
        slice.json["addressType"] = "IPv4"
        slice.json["endpoints"] = .array(endpoints)
        slice.json["ports"] = ports
        return slice
    }

    private static func endpoint(_ pod: UntypedObject, publishesNotReady: Bool) -> JSONValue? {
        guard let address = pod["status", "podIP"]?.stringValue, !address.isEmpty else { return nil }
        let serving = pod.isPodReady
        var endpoint: JSONValue = [
            "addresses": [.string(address)],
            "conditions": [
                "ready": .bool(publishesNotReady || (serving && !pod.isBeingDeleted)), "serving": .bool(serving),
                "terminating": .bool(pod.isBeingDeleted),
            ],
            "targetRef": [
                "kind": "Pod", "name": .string(pod.name), "namespace": .string(pod.namespace ?? ""),
                "uid": .string(pod.uid),
            ],
        ]
        if let node = pod["spec", "nodeName"] { endpoint["nodeName"] = node }
        return endpoint
    }

    private static func ports(_ service: UntypedObject, _ pod: UntypedObject?) -> JSONValue {
        let ports = service["spec", "ports"]?.arrayValue ?? []
        return .array(
            ports.compactMap { port in
                var entry: JSONValue = [
                    "name": port["name"] ?? "", "protocol": port["protocol"] ?? "TCP",
                ]
                if let protocolName = port["appProtocol"] { entry["appProtocol"] = protocolName }
                switch port["targetPort"] {
                case .string(let name)?:
                    guard let number = containerPort(pod, named: name) else { return nil }
                    entry["port"] = JSONValue(number)
                case let target?: entry["port"] = target
                case nil: entry["port"] = port["port"]
                }
                return entry
            })
    }

    private static func containerPort(_ pod: UntypedObject?, named name: String) -> Int? {
        for container in pod?["spec", "containers"]?.arrayValue ?? [] {
            for port in container["ports"]?.arrayValue ?? [] where port["name"]?.stringValue == name {
                return port["containerPort"]?.intValue
            }
        }
        return nil
    }
}
