import KubernetesClient

extension BuiltinValidation {
    mutating func service(_ spec: JSONValue, _ old: JSONValue?) {
        let type = spec["type"]?.stringValue ?? ""
        let ports = spec["ports"]?.arrayValue ?? []
        let isExternalName = type == "ExternalName"
        if ports.isEmpty, !isExternalName, spec["clusterIP"] != "None" { fail(.required("spec.ports")) }
        var names: Set<String> = []
        var numbers: Set<[JSONValue]> = []
        for (index, port) in ports.enumerated() {
            let here = "spec.ports[\(index)]"
            servicePort(port, here, ports.count, &names, &numbers)
            if let number = port["nodePort"], number != 0, type == "ClusterIP" || isExternalName {
                fail(.forbidden("\(here).nodePort", "may not be used when `type` is '\(type)'"))
            }
        }
        if isExternalName {
            let name = spec["externalName"]?.stringValue ?? ""
            if name.isEmpty { fail(.required("spec.externalName")) }
            text(
                .string(name.hasSuffix(".") ? String(name.dropLast()) : name), "spec.externalName",
                Names.faultsOfSubdomain)
        }
        errors(of: MetadataValidation.labelFaults(spec["selector"], "spec.selector"))
        affinity(spec)
        addresses(spec, type, old)
        families(spec)
        traffic(spec, type)
    }

    private mutating func servicePort(
        _ port: JSONValue, _ path: String, _ count: Int, _ names: inout Set<String>, _ numbers: inout Set<[JSONValue]>
    ) {
        let name = port["name"]?.stringValue ?? ""
        if name.isEmpty {
            require(count == 1, .required("\(path).name"))
        } else {
            text(.string(name), "\(path).name", Names.faultsOfLabel)
            require(names.insert(name).inserted, .duplicate("\(path).name", .string(name)))
        }
        let number = port["port"] ?? 0
        range(number, "\(path).port", 1...65_535)
        if let target = port["targetPort"], target != "" { portReference(target, "\(path).targetPort") }
        let transport = port["protocol"] ?? "TCP"
        choice(transport, "\(path).protocol", ["SCTP", "TCP", "UDP"])
        if let name = port["appProtocol"] { givenText(name, "\(path).appProtocol", Names.faultsOfQualifiedName) }
        if !numbers.insert([number, transport]).inserted {
            let shown =
                "{\"Name\":\"\",\"Protocol\":\(transport.text()),\"AppProtocol\":null,\"Port\":\(number.text()),"
                + "\"TargetPort\":0,\"NodePort\":0}"
            fail(FieldError(.duplicate, path, shown: shown))
        }
    }

    private mutating func affinity(_ spec: JSONValue) {
        guard spec["sessionAffinity"] == "ClientIP" else {
            return
        }
        let timeout = spec[path: ["sessionAffinityConfig", "clientIP", "timeoutSeconds"]] ?? 0
        if !(1...86_400).contains(timeout.integerValue ?? 0) {
            fail(
                .invalid(
                    "spec.sessionAffinityConfig.clientIP.timeoutSeconds", timeout,
                    "must be greater than 0 and less than 86400"))
        }
    }

    private mutating func addresses(_ spec: JSONValue, _ type: String, _ old: JSONValue?) {
        let addresses = spec["clusterIPs"]?.arrayValue ?? []
        if type == "ExternalName" {
            if !addresses.isEmpty || spec["clusterIP"] != nil {
                fail(.forbidden("spec.clusterIPs", "may not be set for ExternalName services"))
            }
            return
        }
        let first = spec["clusterIP"]
        if first == nil || first == "", !addresses.isEmpty {
            fail(.invalid("spec.clusterIPs", .array(addresses), "must be empty when `clusterIP` is not specified"))
        } else if old == nil, let first, let other = addresses.first, other != first {
            fail(.invalid("spec.clusterIPs", .array(addresses), "first value must match `clusterIP`"))
        }
        let given = addresses.isEmpty ? [first].compactMap(\.self) : addresses
        for (index, address) in given.enumerated() where address != "None" && address != "" {
            self.address(address, "spec.clusterIPs[\(index)]")
            if let parsed = IPAddress(address.stringValue ?? ""), !parsed.isIPv4 {
                let detail = "IPv6 is not configured on this cluster"
                fail(.invalid("spec.clusterIPs[0]", .array(given), detail))
            }
        }
        if addresses.count > 1 {
            let detail = "may specify no more than one IP for each IP family"
            fail(.invalid("spec.clusterIPs", .array(addresses), detail))
        }
        if spec["clusterIP"] == "None", type == "NodePort" || type == "LoadBalancer" {
            fail(.invalid("spec.clusterIPs[0]", "None", "may not be set to 'None' for \(type) services"))
        }
        if let old, old["type"] != "ExternalName", let before = old["clusterIP"], spec["clusterIP"] != before {
            fail(.invalid("spec.clusterIPs[0]", [spec["clusterIP"] ?? ""], "may not change once set"))
        }
        for (index, address) in (spec["externalIPs"]?.arrayValue ?? []).enumerated() {
            publicAddress(address, "spec.externalIPs[\(index)]")
        }
    }

    /// An address that others can reach.
    mutating func publicAddress(_ value: JSONValue, _ path: String) {
        guard let address = IPAddress(value.stringValue ?? "", leadingZeros: true) else {
            return self.address(value, path)
        }
        if address.bytes.allSatisfy({ $0 == 0 }) {
            fail(.invalid(path, value, "may not be unspecified (\(address.isIPv4 ? "0.0.0.0" : "::"))"))
        }
        // Pods and databases of a local cluster live at 127.N.x.y, and its EndpointSlices have to list them.
        if address.isIPv4, address.bytes.first == 127, address.bytes.dropFirst().first != 0 { return }
        for (block, words) in [
            (["127.0.0.0/8", "::1/128"], "loopback range (127.0.0.0/8, ::1/128)"),
            (["169.254.0.0/16", "fe80::/10"], "link-local range (169.254.0.0/16, fe80::/10)"),
            (["224.0.0.0/24", "ff02::/16"], "link-local multicast range (224.0.0.0/24, ff02::/10)"),
        ] where block.contains(where: { IPBlock($0)?.contains(address) == true }) {
            fail(.invalid(path, value, "may not be in the \(words)"))
        }
    }

    private mutating func families(_ spec: JSONValue) {
        guard spec["type"] != "ExternalName" else { return }
        choice(spec["ipFamilyPolicy"], "spec.ipFamilyPolicy", ["PreferDualStack", "RequireDualStack", "SingleStack"])
        let families = spec["ipFamilies"]?.arrayValue ?? []
        for (index, family) in families.enumerated() {
            choice(family, "spec.ipFamilies[\(index)]", ["IPv4", "IPv6"])
            if families[..<index].contains(family) { fail(.duplicate("spec.ipFamilies[\(index)]", family)) }
        }
        let isOpen = spec["clusterIP"] == "None" && spec["selector"] == nil
        if Set(families).count > 1, spec["ipFamilyPolicy"] == "SingleStack" {
            fail(
                .invalid(
                    "spec.ipFamilyPolicy", "SingleStack",
                    "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified"))
        } else if !isOpen {
            // The server gives out addresses of one family.
            if spec["ipFamilyPolicy"] == "RequireDualStack" {
                let detail = "this cluster is not configured for dual-stack services"
                fail(.invalid("spec.ipFamilyPolicy", "RequireDualStack", detail))
            } else if families.first == "IPv6" {
                fail(.invalid("spec.ipFamilies[0]", "IPv6", "not configured on this cluster"))
            }
        }
    }

    private mutating func traffic(_ spec: JSONValue, _ type: String) {
        let isBalanced = type == "LoadBalancer"
        let isExposed = isBalanced || type == "NodePort" || type == "ClusterIP" && spec["externalIPs"] != nil
        if let policy = spec["externalTrafficPolicy"], policy != "" {
            if isExposed {
                choice(policy, "spec.externalTrafficPolicy", ["Cluster", "Local"])
            } else {
                let detail = "may only be set for externally-accessible services"
                fail(.invalid("spec.externalTrafficPolicy", policy, detail))
            }
        }
        if let port = spec["healthCheckNodePort"], port != 0,
            !isBalanced || spec["externalTrafficPolicy"] != "Local"
        {
            let detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
            fail(.invalid("spec.healthCheckNodePort", port, detail))
        }
        choice(spec["internalTrafficPolicy"], "spec.internalTrafficPolicy", ["Cluster", "Local"])
        choice(
            spec["trafficDistribution"], "spec.trafficDistribution",
            ["PreferClose", "PreferSameZone", "PreferSameNode"])
        for field in ["allocateLoadBalancerNodePorts", "loadBalancerClass"] where spec[field] != nil && !isBalanced {
            fail(.forbidden("spec.\(field)", "may only be used when `type` is 'LoadBalancer'"))
        }
        if isBalanced { text(spec["loadBalancerClass"], "spec.loadBalancerClass", Names.faultsOfQualifiedName) }
        guard let ranges = spec["loadBalancerSourceRanges"]?.arrayValue else { return }
        if !isBalanced {
            fail(.forbidden("spec.LoadBalancerSourceRanges", "may only be used when `type` is 'LoadBalancer'"))
        }
        for (index, range) in ranges.enumerated() { block(range, "spec.LoadBalancerSourceRanges[\(index)]") }
    }

    /// A block of addresses; `nil` and an error when it is none.
    @discardableResult
    mutating func block(_ value: JSONValue, _ path: String) -> IPBlock? {
        if let block = IPBlock(value.stringValue ?? "", leadingZeros: true) { return block }
        fail(.invalid(path, value, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"))
        return nil
    }
}
