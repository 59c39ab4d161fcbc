internal import KubernetesClient

extension TableLayout {
    static let network: [String: TableLayout] = [
        "services": TableLayout([
            .name, .text("Type"), .text("Cluster-IP"), .text("External-IP"), .text("Port(s)"), .age, .wide("Selector"),
        ]) { object, now in
            let address = object.text("spec", "clusterIP")
            let selector = object[path: ["spec", "selector"]]?.stringMapValue ?? [:]
            let pairs = selector.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: ",")
            return [
                object.nameCell, .string(object.text("spec", "type")), .string(address.isEmpty ? "<none>" : address),
                .string(externalAddress(object)), .string(servicePorts(object)), object.ageCell(now),
                .string(pairs.isEmpty ? "<none>" : pairs),
            ]
        },
        "ingresses.networking.k8s.io": TableLayout([
            .name, .text("Class"), .text("Hosts"), .text("Address"), .text("Ports"), .age,
        ]) { object, now in
            let ingressClass = object.text("spec", "ingressClassName")
            let hosts = (object[path: ["spec", "rules"]]?.arrayValue ?? []).compactMap { $0["host"]?.stringValue }
            let hasTLS = !(object[path: ["spec", "tls"]]?.arrayValue ?? []).isEmpty
            return [
                object.nameCell, .string(ingressClass.isEmpty ? "<none>" : ingressClass),
                .string(shortened(hosts, "*")), .string(balancerAddresses(object)),
                .string(hasTLS ? "80, 443" : "80"), object.ageCell(now),
            ]
        },
        "ingressclasses.networking.k8s.io": TableLayout([
            .name, .text("Controller"), .text("Parameters"), .age,
        ]) { object, now in
            let parameters = object[path: ["spec", "parameters"]].map { parameters in
                let group = parameters.text("apiGroup")
                return parameters.text("kind") + (group.isEmpty ? "" : ".\(group)") + "/\(parameters.text("name"))"
            }
            return [
                object.nameCell, .string(object.text("spec", "controller")), .string(parameters ?? "<none>"),
                object.ageCell(now),
            ]
        },
        "networkpolicies.networking.k8s.io": TableLayout([.name, .text("Pod-Selector"), .age]) { object, now in
            [
                object.nameCell, .string((object[path: ["spec", "podSelector"]] ?? .null).selectorText),
                object.ageCell(now),
            ]
        },
        "endpoints": TableLayout([.name, .text("Endpoints"), .age]) { object, now in
            let subsets = object["subsets"]?.arrayValue ?? []
            let addresses = subsets.flatMap { subset -> [String] in
                let ports = subset["ports"]?.arrayValue?.compactMap { $0["port"]?.intValue } ?? []
                let addresses = (subset["addresses"]?.arrayValue ?? []).map { $0.text("ip") }
                return ports.isEmpty ? addresses : ports.flatMap { port in addresses.map { "\($0):\(port)" } }
            }
            return [object.nameCell, .string(shortened(addresses, "<none>")), object.ageCell(now)]
        },
        "endpointslices.discovery.k8s.io": TableLayout([
            .name, .text("AddressType"), .text("Ports"), .text("Endpoints"), .age,
        ]) { object, now in
            let ports = (object["ports"]?.arrayValue ?? []).map { port in
                let name = port.text("name")
                return port["port"]?.intValue.map(String.init) ?? (name.isEmpty ? "*" : name)
            }
            let addresses = (object["endpoints"]?.arrayValue ?? []).flatMap {
                $0["addresses"]?.arrayValue?.compactMap(\.stringValue) ?? []
            }
            return [
                object.nameCell, .string(object.text("addressType")), .string(shortened(ports, "<unset>")),
                .string(shortened(addresses, "<unset>")), object.ageCell(now),
            ]
        },
    ]

    private static func servicePorts(_ service: JSONValue) -> String {
        let ports = (service[path: ["spec", "ports"]]?.arrayValue ?? []).map { port in
            let node = port["nodePort"]?.intValue.map { ":\($0)" } ?? ""
            return "\(port["port"]?.intValue ?? 0)\(node)/\(port["protocol"]?.stringValue ?? "TCP")"
        }
        return ports.isEmpty ? "<none>" : ports.joined(separator: ",")
    }

    private static func externalAddress(_ service: JSONValue) -> String {
        let external = service[path: ["spec", "externalIPs"]]?.arrayValue?.compactMap(\.stringValue) ?? []
        switch service.text("spec", "type") {
        case "ExternalName": return service.text("spec", "externalName")
        case "LoadBalancer":
            let balancers = balancerAddresses(service)
            let all = (balancers.isEmpty ? [] : [balancers]) + external
            return all.isEmpty ? "<pending>" : all.joined(separator: ",")
        default: return external.isEmpty ? "<none>" : external.joined(separator: ",")
        }
    }

    private static func balancerAddresses(_ object: JSONValue) -> String {
        (object[path: ["status", "loadBalancer", "ingress"]]?.arrayValue ?? []).compactMap {
            $0["ip"]?.stringValue ?? $0["hostname"]?.stringValue
        }.joined(separator: ",")
    }

    /// Three at most, and how many more there are.
    private static func shortened(_ list: [String], _ empty: String) -> String {
        if list.isEmpty { return empty }
        let more = list.count > 3 ? " + \(list.count - 3) more..." : ""
        return list.prefix(3).joined(separator: ",") + more
    }
}
