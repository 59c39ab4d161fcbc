import KubernetesClient

extension BuiltinValidation {
    /// A pod's spec, or a template's.
    mutating func podSpec(_ spec: JSONValue, _ path: String) {
        var volumes: Set<String> = []
        for (index, volume) in (spec["volumes"]?.arrayValue ?? []).enumerated() {
            self.volume(volume, "\(path).volumes[\(index)]", &volumes)
        }
        containers(spec, path, volumes)
        choice(spec["restartPolicy"], "\(path).restartPolicy", ["Always", "OnFailure", "Never"])
        dns(spec, path)
        range(spec["activeDeadlineSeconds"], "\(path).activeDeadlineSeconds", 1...2_147_483_647)
        for field in ["serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName"] {
            text(spec[field], "\(path).\(field)", Names.faultsOfSubdomain)
        }
        for field in ["hostname", "subdomain"] { text(spec[field], "\(path).\(field)", Names.faultsOfLabel) }
        errors(of: MetadataValidation.labelFaults(spec["nodeSelector"], "\(path).nodeSelector"))
        for (index, alias) in (spec["hostAliases"]?.arrayValue ?? []).enumerated() {
            address(alias["ip"], "\(path).hostAliases[\(index)].ip")
            for (place, name) in (alias["hostnames"]?.arrayValue ?? []).enumerated() {
                givenText(name, "\(path).hostAliases[\(index)].hostnames[\(place)]", Names.faultsOfSubdomain)
            }
        }
        for (index, gate) in (spec["readinessGates"]?.arrayValue ?? []).enumerated() {
            text(
                gate["conditionType"], "\(path).readinessGates[\(index)].conditionType", Names.faultsOfQualifiedName)
        }
        var gates: Set<JSONValue> = []
        for (index, gate) in (spec["schedulingGates"]?.arrayValue ?? []).enumerated() {
            let (here, name) = ("\(path).schedulingGates[\(index)]", gate["name"] ?? "")
            text(name, here, Names.faultsOfQualifiedName)
            require(gates.insert(name).inserted, .duplicate(here, name))
        }
        choice(spec["preemptionPolicy"], "\(path).preemptionPolicy", ["PreemptLowerPriority", "Never"])
        for (name, amount) in spec["overhead"]?.objectValue ?? [:] {
            quantity(amount, name, "\(path).overhead.limits[\(name)]")
        }
        if let system = spec["os"]?["name"], system != "" { choice(system, "\(path).os", ["linux", "windows"]) }
        podSecurity(spec, path)
        scheduling(spec, path)
    }

    private mutating func containers(_ spec: JSONValue, _ path: String, _ volumes: Set<String>) {
        let grace = spec["terminationGracePeriodSeconds"]?.integerValue
        var names: Set<String> = []
        var hostPorts: Set<String> = []
        for list in ["containers", "initContainers"] {
            for (index, container) in (spec[list]?.arrayValue ?? []).enumerated() {
                let here = "\(path).\(list)[\(index)]"
                name(container, here, seen: &names)
                self.container(container, here, volumes, grace: grace.map { max($0, 1) })
                self.hostPorts(container, here, &hostPorts)
                let isSidecar = container["restartPolicy"] == "Always"
                if list == "initContainers", !isSidecar {
                    for field in ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"]
                    where container[field] != nil {
                        fail(
                            .forbidden(
                                "\(here).\(field)", "may not be set for init containers without restartPolicy=Always"))
                    }
                }
            }
        }
        if path.hasSuffix("template.spec"), spec["ephemeralContainers"] != nil {
            fail(.forbidden("\(path).ephemeralContainers", "ephemeral containers not allowed in pod template"))
        }
    }

    mutating func name(_ element: JSONValue, _ path: String, seen: inout Set<String>) {
        guard let name = element["name"]?.stringValue, !name.isEmpty else { return }
        text(.string(name), "\(path).name", Names.faultsOfLabel)
        require(seen.insert(name).inserted, .duplicate("\(path).name", .string(name)))
    }

    private mutating func dns(_ spec: JSONValue, _ path: String) {
        let policies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]
        choice(spec["dnsPolicy"], "\(path).dnsPolicy", policies)
        let config = spec["dnsConfig"] ?? [:]
        let servers = config["nameservers"]?.arrayValue ?? []
        if spec["dnsPolicy"] == "None" {
            if spec["dnsConfig"] == nil {
                fail(.required("\(path).dnsConfig", "must provide `dnsConfig` when `dnsPolicy` is None"))
            } else if servers.isEmpty {
                fail(
                    .required(
                        "\(path).dnsConfig.nameservers",
                        "must provide at least one DNS nameserver when `dnsPolicy` is None"
                    ))
            }
        }
        if servers.count > 3 {
            fail(.invalid("\(path).dnsConfig.nameservers", .array(servers), "must not have more than 3 nameservers"))
        }
        for (index, server) in servers.enumerated() { address(server, "\(path).dnsConfig.nameservers[\(index)]") }
        for (index, domain) in (config["searches"]?.arrayValue ?? []).enumerated() where domain != "." {
            let plain = domain.stringValue.map { JSONValue.string($0.hasSuffix(".") ? String($0.dropLast()) : $0) }
            text(plain, "\(path).dnsConfig.searches[\(index)]", Names.faultsOfSearchDomain)
        }
        for (index, option) in (config["options"]?.arrayValue ?? []).enumerated()
        where (option["name"]?.stringValue ?? "").isEmpty {
            fail(.required("\(path).dnsConfig.options[\(index)]", "must not be empty"))
        }
    }
}
