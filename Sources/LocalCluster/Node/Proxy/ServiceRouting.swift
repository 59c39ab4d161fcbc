import KubernetesClient

/// Where connections to Services go, computed from Services and EndpointSlices; a value.
struct ServiceRouting: Sendable, Equatable {
    struct Endpoint: Sendable, Hashable {
        var address: String
        var port: Int
    }

    struct Port: Sendable, Equatable {
        var name: String
        var number: Int
        /// Take new connections.
        var ready: [Endpoint] = []
        /// Still serve while they stop; used when there is nobody else.
        var draining: [Endpoint] = []

        /// Whom to try, best first.
        var candidates: [Endpoint] { ready.isEmpty ? draining : ready }
    }

    struct Service: Sendable, Equatable {
        /// `nil` for headless Services.
        var clusterAddress: String?
        var ports: [Port]

        func port(named name: String?, number: Int?) -> Port? {
            ports.first { name != nil ? $0.name == name : $0.number == number }
        }
    }

    private(set) var services: [ObjectKey: Service] = [:]

    /// - Parameter address: where this machine serves a Service, `nil` for headless ones.
    init(
        services: [UntypedObject] = [], slices: [UntypedObject] = [],
        address: (UntypedObject) -> String? = \.clusterAddress
    ) {
        let byService = Dictionary(
            grouping: slices,
            by: { ObjectKey(namespace: $0.namespace, name: $0.labels["kubernetes.io/service-name"] ?? "") })
        for service in services {
            let ports = (service["spec", "ports"]?.arrayValue ?? [])
                .filter { ($0["protocol"]?.stringValue ?? "TCP") == "TCP" }
                .compactMap { Self.port($0, byService[service.key] ?? []) }
            self.services[service.key] = Service(clusterAddress: address(service), ports: ports)
        }
    }

    /// Treats the endpoints of these addresses as being on their way out.
    mutating func drain(_ addresses: Set<String>) {
        for key in services.keys {
            guard var service = services[key] else { continue }
            for index in service.ports.indices {
                let leaving = service.ports[index].ready.filter { addresses.contains($0.address) }
                guard !leaving.isEmpty else { continue }
                service.ports[index].ready.removeAll { addresses.contains($0.address) }
                service.ports[index].draining += leaving
            }
            services[key] = service
        }
    }

    private static func port(_ json: JSONValue, _ slices: [UntypedObject]) -> Port? {
        guard let number = json["port"]?.intValue else { return nil }
        var port = Port(name: json["name"]?.stringValue ?? "", number: number)
        for slice in slices.sorted(by: { $0.name < $1.name }) {
            let target = (slice.json["ports"]?.arrayValue ?? []).first { ($0["name"]?.stringValue ?? "") == port.name }
            guard let target = target?["port"]?.intValue else { continue }
            for endpoint in slice.json["endpoints"]?.arrayValue ?? [] {
                guard let address = endpoint["addresses"]?[0]?.stringValue else { continue }
                let conditions = endpoint["conditions"]
                if conditions?["ready"]?.boolValue ?? true {
                    port.ready.append(Endpoint(address: address, port: target))
                } else if conditions?["serving"]?.boolValue ?? false, conditions?["terminating"]?.boolValue ?? false {
                    port.draining.append(Endpoint(address: address, port: target))
                }
            }
        }
        return port
    }
}
