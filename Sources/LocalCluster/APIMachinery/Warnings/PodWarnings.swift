import KubernetesClient

extension BuiltinWarnings {
    private static let oldLabels = [
        "beta.kubernetes.io/arch": "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
        "beta.kubernetes.io/os": "deprecated since v1.14; use \"kubernetes.io/os\" instead",
        "failure-domain.beta.kubernetes.io/region":
            "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
        "failure-domain.beta.kubernetes.io/zone": "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
        "beta.kubernetes.io/instance-type":
            "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
        "node-role.kubernetes.io/master": "use \"node-role.kubernetes.io/control-plane\" instead",
    ]

    /// - Parameters:
    ///   - pod: a pod or a template of pods.
    ///   - prefix: of the paths: `""` or `spec.template.`.
    mutating func pod(_ pod: JSONValue, _ prefix: String) {
        let spec = pod["spec"] ?? [:]
        let path = "\(prefix)spec"
        for key in (spec["nodeSelector"]?.objectValue ?? [:]).keys.sorted() {
            if let text = Self.oldLabels[key] { add("\(path).nodeSelector[\(key)]: \(text)") }
        }
        for (index, constraint) in (spec["topologySpreadConstraints"]?.arrayValue ?? []).enumerated() {
            let here = "\(path).topologySpreadConstraints[\(index)]"
            let key = constraint["topologyKey"]?.stringValue ?? ""
            if let text = Self.oldLabels[key] { add("\(here).topologyKey: \(key) is \(text)") }
            selectsNothing(constraint, here)
        }
        for volume in spec["volumes"]?.arrayValue ?? [] {
            let name = (volume["name"] ?? "").text()
            for source in volume["projected"]?["sources"]?.arrayValue ?? [] where source == [:] {
                add("volume \(name) (Projected) has no sources provided")
            }
        }
        duplicates(spec["hostAliases"], "ip", "\(path).hostAliases")
        duplicates(spec["imagePullSecrets"], "name", "\(path).imagePullSecrets")
        for (index, secret) in (spec["imagePullSecrets"]?.arrayValue ?? []).enumerated()
        where (secret["name"]?.stringValue ?? "").isEmpty {
            add("\(path).imagePullSecrets[\(index)].name: invalid empty name \"\"")
        }
        let containers = ["initContainers", "containers"].flatMap { list in
            (spec[list]?.arrayValue ?? []).enumerated().map { (path: "\(path).\(list)[\($0)]", value: $1) }
        }
        for container in containers { self.container(container.value, container.path) }
        ports(containers)
        if spec["terminationGracePeriodSeconds"]?.integerValue ?? 0 < 0 {
            add(
                "\(path).terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1"
            )
        }
        for kind in ["podAffinity", "podAntiAffinity"] {
            let required = "requiredDuringSchedulingIgnoredDuringExecution"
            for (index, term) in (spec[path: ["affinity", kind, required]]?.arrayValue ?? []).enumerated() {
                selectsNothing(term, "\(path).affinity.\(kind).\(required)[\(index)]")
            }
            let preferred = "preferredDuringSchedulingIgnoredDuringExecution"
            for (index, term) in (spec[path: ["affinity", kind, preferred]]?.arrayValue ?? []).enumerated() {
                selectsNothing(
                    term["podAffinityTerm"] ?? [:], "\(path).affinity.\(kind).\(preferred)[\(index)].podAffinityTerm")
            }
        }
    }

    private mutating func selectsNothing(_ term: JSONValue, _ path: String) {
        if term["labelSelector"] == nil {
            add("\(path).labelSelector: a null labelSelector results in matching no pod")
        }
    }

    private mutating func duplicates(_ list: JSONValue?, _ key: String, _ path: String) {
        var seen: Set<String> = []
        for (index, element) in (list?.arrayValue ?? []).enumerated() {
            let value = element[key]?.stringValue ?? ""
            if !seen.insert(value).inserted {
                add("\(path)[\(index)].\(key): duplicate \(key) \(JSONValue.string(value).text())")
            }
        }
    }

    private mutating func container(_ container: JSONValue, _ path: String) {
        for resource in ["memory", "ephemeral-storage"] {
            for list in ["limits", "requests"] {
                fraction(container[path: ["resources", list, resource]], "\(path).resources.\(list)[\(resource)]")
            }
        }
        var seen: Set<String> = []
        for (index, variable) in (container["env"]?.arrayValue ?? []).enumerated() {
            let name = variable["name"]?.stringValue ?? ""
            if seen.insert(name).inserted { continue }
            let (value, reference) = (variable["value"]?.stringValue ?? "", "$(\(name))")
            if variable["valueFrom"] != nil || value == reference || !value.contains(reference) {
                let shown = JSONValue.string(name).text()
                add(
                    "\(path).env[\(index)]: hides previous definition of \(shown), which may be dropped when using apply"
                )
            }
        }
    }

    private mutating func ports(_ containers: [(path: String, value: JSONValue)]) {
        var all: [(path: String, port: JSONValue)] = []
        var names: [String: String] = [:]
        for container in containers {
            for (index, port) in (container.value["ports"]?.arrayValue ?? []).enumerated() {
                let here = "\(container.path).ports[\(index)]"
                let hostPort = port["hostPort"]?.integerValue ?? 0
                if let address = port["hostIP"]?.stringValue, hostPort == 0 {
                    func part(_ key: String) -> String { port[key]?.goText ?? "" }
                    add(
                        "\(here): hostIP set without hostPort: {Name:\(part("name")) HostPort:0 "
                            + "ContainerPort:\(part("containerPort")) Protocol:\(part("protocol")) HostIP:\(address)}")
                }
                for other in all
                where other.port["containerPort"] == port["containerPort"] && other.port["protocol"] == port["protocol"]
                {
                    let otherPort = other.port["hostPort"]?.integerValue ?? 0
                    if hostPort == otherPort, other.port["hostIP"] == port["hostIP"] {
                        add("\(here): duplicate port definition with \(other.path)")
                    } else if hostPort == 0 || otherPort == 0 {
                        add("\(here): overlapping port definition with \(other.path)")
                    }
                }
                all.append((here, port))
            }
        }
        for (path, port) in all {
            guard let name = port["name"]?.stringValue, !name.isEmpty else { continue }
            if let other = names[name] {
                add(
                    "\(path): duplicate port name \(JSONValue.string(name).text()) with \(other), services and probes that "
                        + "select ports by name will use \(other)")
            } else {
                names[name] = path
            }
        }
    }
}
