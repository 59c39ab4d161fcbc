import KubernetesClient
import KubernetesRuntime

/// The names of Services and their addresses, as the hosts file of a namespace's pods has them.
struct HostsTable: Equatable {
    /// Lines of the Services by namespace: address and the names below the cluster's domain.
    private var entries: [Entry] = []

    private struct Entry: Equatable {
        var namespace: String
        var name: String
        var address: String
    }

    init(_ view: ServiceView) {
        self.init(services: view.services.store.objects, slices: view.slices, address: view.address)
    }

    /// - Parameters:
    ///   - slices: for headless Services, whose first ready address stands for all.
    ///   - address: where this machine serves a Service, `nil` for headless ones.
    init(
        services: [UntypedObject] = [], slices: [UntypedObject] = [],
        address: (UntypedObject) -> String? = \.clusterAddress
    ) {
        let byService = Dictionary(
            grouping: slices, by: { "\($0.namespace ?? "")/\($0.labels["kubernetes.io/service-name"] ?? "")" })
        for service in services {
            let namespace = service.namespace ?? ""
            let address = address(service) ?? Self.firstAddress(byService["\(namespace)/\(service.name)"] ?? [])
            if let address { entries.append(Entry(namespace: namespace, name: service.name, address: address)) }
        }
        entries.sort { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
    }

    private static func firstAddress(_ slices: [UntypedObject]) -> String? {
        let endpoints = slices.sorted { $0.name < $1.name }.flatMap { $0.json["endpoints"]?.arrayValue ?? [] }
        let ready = endpoints.first { $0[path: ["conditions", "ready"]]?.boolValue ?? true }
        return (ready ?? endpoints.first)?["addresses"]?[0]?.stringValue
    }

    /// The hosts file of a pod.
    func text(namespace: String, podAddress: String, hostname: String, aliases: [JSONValue]) -> String {
        var lines = [
            "# Kept by the node: Services of the cluster.", "127.0.0.1 localhost", "\(podAddress) \(hostname)",
        ]
        for alias in aliases {
            let names = alias["hostnames"]?.arrayValue?.compactMap(\.stringValue) ?? []
            if let address = alias["ip"]?.stringValue { lines.append("\(address) \(names.joined(separator: " "))") }
        }
        for entry in entries {
            let full = "\(entry.name).\(entry.namespace)"
            let names = [full, "\(full).svc", "\(full).svc.cluster.local"]
            let short = entry.namespace == namespace ? [entry.name] : []
            lines.append("\(entry.address) \((short + names).joined(separator: " "))")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
