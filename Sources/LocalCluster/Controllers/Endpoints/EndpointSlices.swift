import KubernetesClient

/// The EndpointSlices of a Service with a selector, as a value: what to write so that they show its pods, with as few
/// writes as Kubernetes' controller makes.
struct EndpointSlices: Equatable {
    static let serviceLabel = "kubernetes.io/service-name"
    static let managerLabel = "endpointslice.kubernetes.io/managed-by"
    static let manager = "endpointslice-controller.k8s.io"
    /// As Kubernetes' controller does by default.
    static let endpointsPerSlice = 100

    private(set) var create: [UntypedObject] = []
    private(set) var update: [UntypedObject] = []
    private(set) var delete: [UntypedObject] = []

    private let service: UntypedObject
    private let labels: [String: String]

    /// - Parameters:
    ///   - present: the slices it has.
    ///   - zone: of a node by its name.
    init(
        _ service: UntypedObject, pods: [UntypedObject], present: [UntypedObject],
        zone: (String) -> String? = { _ in nil }
    ) {
        self.service = service
        var labels = service.labels
        labels[Self.serviceLabel] = service.name
        labels[Self.managerLabel] = Self.manager
        labels["service.kubernetes.io/headless"] = service["spec", "clusterIP"]?.stringValue == "None" ? "" : nil
        self.labels = labels
        // Pods for which named ports mean different numbers get slices of their own.
        var groups: [JSONValue: [JSONValue]] = [:]
        for pod in pods.sorted(by: { $0.name < $1.name }) where !pod.isPodFinished {
            guard let endpoint = endpoint(pod, zone: zone) else { continue }
            groups[ports(pod), default: []].append(endpoint)
        }
        let slices = Dictionary(grouping: present.sorted { $0.name < $1.name }) { $0.json["ports"] ?? .array([]) }
        for (ports, endpoints) in groups.sorted(by: { $0.key.text() < $1.key.text() }) {
            fill(slices[ports] ?? [], with: endpoints, ports: ports)
        }
        for (ports, slices) in slices where groups[ports] == nil { delete += slices }
        delete.sort { $0.name < $1.name }
        if delete.count == present.count, create.isEmpty { keepPlaceholder() }
        reuse()
    }

    /// Endpoints stay in the slice they are in; new ones go where most are, or into slices of their own.
    private mutating func fill(_ slices: [UntypedObject], with endpoints: [JSONValue], ports: JSONValue) {
        var wanted = Dictionary(endpoints.map { (Self.identity($0), $0) }, uniquingKeysWith: { first, _ in first })
        var changed: [(slice: UntypedObject, endpoints: [JSONValue])] = []
        var same: [(slice: UntypedObject, endpoints: [JSONValue])] = []
        for slice in slices {
            let old = slice.json["endpoints"]?.arrayValue ?? []
            let new = old.compactMap { wanted.removeValue(forKey: Self.identity($0)) }
            if new.isEmpty {
                delete.append(slice)
            } else if new != old || slice.labels != labels {
                changed.append((slice, new))
            } else {
                same.append((slice, new))
            }
        }
        var rest = endpoints.filter { wanted[Self.identity($0)] != nil }
        changed.sort { $0.endpoints.count > $1.endpoints.count }
        for index in changed.indices { Self.move(&rest, into: &changed[index].endpoints) }
        let room = Self.endpointsPerSlice - rest.count
        let fullest = same.indices.filter { same[$0].endpoints.count <= room }
            .max { same[$0].endpoints.count < same[$1].endpoints.count }
        if !rest.isEmpty, let fullest {
            Self.move(&rest, into: &same[fullest].endpoints)
            changed.append(same[fullest])
        }
        update += changed.map { written($0.slice, $0.endpoints, ports) }
        while !rest.isEmpty {
            var endpoints: [JSONValue] = []
            Self.move(&rest, into: &endpoints)
            create.append(written(new, endpoints, ports))
        }
    }

    private static func move(_ rest: inout [JSONValue], into endpoints: inout [JSONValue]) {
        let count = min(rest.count, max(0, endpointsPerSlice - endpoints.count))
        endpoints += rest.prefix(count)
        rest.removeFirst(count)
    }

    /// A slice without endpoints tells that the Service is known and has nobody behind it.
    private mutating func keepPlaceholder() {
        if delete.count == 1, delete[0].labels == labels, delete[0].json["endpoints"]?.arrayValue?.isEmpty ?? true,
            delete[0].json["ports"]?.arrayValue?.isEmpty ?? true
        {
            delete = []
        } else {
            create.append(written(new, [], []))
        }
    }

    /// A slice that would go takes the place of one that would come.
    private mutating func reuse() {
        while let made = create.last, let old = delete.last {
            create.removeLast()
            delete.removeLast()
            update.append(written(old, made.json["endpoints"]?.arrayValue ?? [], made.json["ports"] ?? []))
        }
    }

    private func written(_ slice: UntypedObject, _ endpoints: [JSONValue], _ ports: JSONValue) -> UntypedObject {
        var slice = slice
        slice.labels = labels
        slice.json["endpoints"] = .array(endpoints)
        slice.json["ports"] = ports
        return slice
    }

    private var new: UntypedObject {
        var slice = UntypedObject(.endpointSlice, name: "", namespace: service.namespace)
        slice["metadata", "name"] = nil
        slice.generateName = "\(service.name)-"
        slice.ownerReferences = [OwnerReference(controlledBy: service)]
        slice.json["addressType"] = "IPv4"
        return slice
    }

    private static func identity(_ endpoint: JSONValue) -> JSONValue {
        [endpoint["addresses"] ?? [], endpoint[path: ["targetRef", "uid"]] ?? .null]
    }

    private func endpoint(_ pod: UntypedObject, zone: (String) -> String?) -> JSONValue? {
        guard let address = pod["status", "podIP"]?.stringValue, !address.isEmpty else { return nil }
        let serving = pod.isPodReady
        let publishesNotReady = service["spec", "publishNotReadyAddresses"]?.boolValue ?? false
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
        if let node = pod["spec", "nodeName"] {
            endpoint["nodeName"] = node
            endpoint["zone"] = zone(pod.podNode).map { .string($0) }
        }
        if pod["spec", "subdomain"]?.stringValue == service.name { endpoint["hostname"] = pod["spec", "hostname"] }
        return endpoint
    }

    private func ports(_ pod: UntypedObject) -> JSONValue {
        let ports = service["spec", "ports"]?.arrayValue ?? []
        return .array(
            ports.compactMap { port in
                var entry: JSONValue = [
                    "name": port["name"] ?? "", "protocol": port["protocol"] ?? "TCP",
                ]
                if let protocolName = port["appProtocol"] { entry["appProtocol"] = protocolName }
                switch port["targetPort"] {
                case .string(let name)?:
                    guard let number = Self.containerPort(pod, named: name) else { return nil }
                    entry["port"] = JSONValue(number)
                case let target?: entry["port"] = target
                case nil: entry["port"] = port["port"]
                }
                return entry
            })
    }

    private static func containerPort(_ pod: UntypedObject, named name: String) -> Int? {
        for container in pod["spec", "containers"]?.arrayValue ?? [] {
            for port in container["ports"]?.arrayValue ?? [] where port["name"]?.stringValue == name {
                return port["containerPort"]?.intValue
            }
        }
        return nil
    }
}
