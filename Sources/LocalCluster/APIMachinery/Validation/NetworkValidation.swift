import KubernetesClient

/// Services, Ingresses, NetworkPolicies and access control.
extension BuiltinValidation {
    mutating func service(_ spec: JSONValue, _ old: JSONValue?) {
        let ports = spec["ports"]?.arrayValue ?? []
        let external = spec["type"] == "ExternalName"
        if ports.isEmpty, !external, spec["clusterIP"] != "None" { fail(.required("spec.ports")) }
        if external, (spec["externalName"]?.stringValue ?? "").isEmpty { fail(.required("spec.externalName")) }
        var names: Set<String> = []
        var numbers: Set<[JSONValue]> = []
        for (index, port) in ports.enumerated() {
            servicePort(port, "spec.ports[\(index)]", ports.count, &names, &numbers)
        }
        guard let old, old["type"] != "ExternalName", !external else { return }
        if let before = old["clusterIP"], spec["clusterIP"] != before {
            fail(.invalid("spec.clusterIPs[0]", [spec["clusterIP"] ?? ""], "may not change once set"))
        }
    }

    private mutating func servicePort(
        _ port: JSONValue, _ path: String, _ count: Int, _ names: inout Set<String>, _ numbers: inout Set<[JSONValue]>
    ) {
        let name = port["name"]?.stringValue ?? ""
        if name.isEmpty {
            require(count == 1, .required("\(path).name"))
        } else {
            for fault in Names.faultsOfLabel(name) { fail(.invalid("\(path).name", .string(name), fault)) }
            require(names.insert(name).inserted, .duplicate("\(path).name", .string(name)))
        }
        let range = "must be between 1 and 65535, inclusive"
        let number = port["port"] ?? 0
        require((1...65_535).contains(number.integerValue ?? 0), .invalid("\(path).port", number, range))
        if let target = port["targetPort"] {
            if let text = target.stringValue {
                portName(text, "\(path).targetPort")
            } else {
                require((1...65_535).contains(target.integerValue ?? 0), .invalid("\(path).targetPort", target, range))
            }
        }
        let transport = port["protocol"] ?? "TCP"
        if !["TCP", "UDP", "SCTP"].contains(transport) {
            fail(.notSupported("\(path).protocol", transport, ["SCTP", "TCP", "UDP"]))
        }
        if !numbers.insert([number, transport]).inserted {
            let shown =
                "{\"Name\":\"\",\"Protocol\":\(transport.text()),\"AppProtocol\":null,\"Port\":\(number.text()),"
                + "\"TargetPort\":0,\"NodePort\":0}"
            fail(FieldError(.duplicate, path, shown: shown))
        }
    }

    mutating func ingress(_ spec: JSONValue) {
        let rules = spec["rules"]?.arrayValue ?? []
        if rules.isEmpty, spec["defaultBackend"] == nil {
            let shown = spec == [:] ? JSONValue.null : spec
            fail(.invalid("spec", shown, "either `defaultBackend` or `rules` must be specified"))
        }
        if let backend = spec["defaultBackend"] { self.backend(backend, "spec.defaultBackend") }
        for (index, rule) in rules.enumerated() {
            let here = "spec.rules[\(index)]"
            if let host = rule["host"]?.stringValue, !host.isEmpty {
                let plain = host.hasPrefix("*.") ? String(host.dropFirst(2)) : host
                for fault in Names.faultsOfSubdomain(plain) { fail(.invalid("\(here).host", .string(host), fault)) }
            }
            for (place, path) in (rule[path: ["http", "paths"]]?.arrayValue ?? []).enumerated() {
                ingressPath(path, "\(here).http.paths[\(place)]")
            }
        }
    }

    private mutating func ingressPath(_ path: JSONValue, _ here: String) {
        let text = path["path"]?.stringValue ?? ""
        if path["pathType"] == "Exact" || path["pathType"] == "Prefix" {
            require(text.hasPrefix("/"), .invalid("\(here).path", .string(text), "must be an absolute path"))
            for sequence in ["//", "/./", "/../", "%2f", "%2F"] where text.contains(sequence) {
                fail(.invalid("\(here).path", .string(text), "must not contain '\(sequence)'"))
            }
        }
        backend(path["backend"] ?? [:], "\(here).backend")
    }

    private mutating func backend(_ backend: JSONValue, _ path: String) {
        switch (backend["service"], backend["resource"]) {
        case (nil, nil): fail(.required(path, "either 'service' or 'resource' must be specified"))
        case (.some, .some):
            fail(.invalid(path, "", "cannot set both resource and service backends"))
        case (.some(let service), nil):
            let port = service["port"] ?? [:]
            if port["name"] == nil, port["number"] == nil {
                fail(.required("\(path).service.port", "port name or number is required"))
            }
        case (nil, .some): break
        }
    }

    mutating func networkPolicy(_ spec: JSONValue) {
        for (list, peers) in [("ingress", "from"), ("egress", "to")] {
            for (index, rule) in (spec[list]?.arrayValue ?? []).enumerated() {
                for (place, peer) in (rule[peers]?.arrayValue ?? []).enumerated() {
                    let here = "spec.\(list)[\(index)].\(peers)[\(place)]"
                    if peer == [:] { fail(.required(here, "must specify a peer")) }
                    guard let block = peer["ipBlock"]?["cidr"]?.stringValue, !block.isEmpty else { continue }
                    require(
                        StringFormat.isCIDR(block),
                        .invalid(
                            "\(here).ipBlock.cidr", .string(block),
                            "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"))
                }
            }
        }
        for (index, type) in (spec["policyTypes"]?.arrayValue ?? []).enumerated()
        where !["Ingress", "Egress"].contains(type) {
            fail(.notSupported("spec.policyTypes[\(index)]", type, ["Egress", "Ingress"]))
        }
    }

    mutating func role(_ object: JSONValue, _ kind: String) {
        for (index, rule) in (object["rules"]?.arrayValue ?? []).enumerated() {
            let here = "rules[\(index)]"
            func isEmpty(_ field: String) -> Bool { rule[field]?.arrayValue?.isEmpty ?? true }
            if isEmpty("verbs") { fail(.required("\(here).verbs", "verbs must contain at least one value")) }
            if !isEmpty("nonResourceURLs") {
                if kind == "Role" {
                    fail(
                        .invalid(
                            "\(here).nonResourceURLs", rule["nonResourceURLs"] ?? .null,
                            "namespaced rules cannot apply to non-resource URLs"))
                }
                continue
            }
            if isEmpty("apiGroups") {
                fail(.required("\(here).apiGroups", "resource rules must supply at least one api group"))
            }
            if isEmpty("resources") {
                fail(.required("\(here).resources", "resource rules must supply at least one resource"))
            }
        }
    }

    mutating func binding(_ object: JSONValue, _ old: JSONValue?, _ kind: String) {
        let role = object["roleRef"] ?? [:]
        func text(_ field: String) -> String { role[field]?.stringValue ?? "" }
        if let old, old["roleRef"] != role {
            let shown =
                "{\"APIGroup\":\"\(text("apiGroup"))\",\"Kind\":\"\(text("kind"))\",\"Name\":\"\(text("name"))\"}"
            fail(FieldError(.invalid, "roleRef", shown: shown, "cannot change roleRef"))
        }
        if role["apiGroup"] != "rbac.authorization.k8s.io" {
            fail(.notSupported("roleRef.apiGroup", role["apiGroup"] ?? "", ["rbac.authorization.k8s.io"]))
        }
        let kinds = kind == "RoleBinding" ? ["Role", "ClusterRole"] : ["ClusterRole"]
        if !kinds.contains(text("kind")) { fail(.notSupported("roleRef.kind", .string(text("kind")), kinds)) }
        if text("name").isEmpty { fail(.required("roleRef.name")) }
        for (index, subject) in (object["subjects"]?.arrayValue ?? []).enumerated() {
            let here = "subjects[\(index)]"
            if (subject["name"]?.stringValue ?? "").isEmpty { fail(.required("\(here).name")) }
            switch subject["kind"] {
            case "ServiceAccount":
                if (subject["namespace"]?.stringValue ?? "").isEmpty { fail(.required("\(here).namespace")) }
            case "User", "Group": break
            default:
                fail(.notSupported("\(here).kind", subject["kind"] ?? "", ["ServiceAccount", "User", "Group"]))
            }
        }
    }

    mutating func review(_ spec: JSONValue, _ kind: String) {
        guard kind.hasSuffix("AccessReview") else { return }
        if (spec["resourceAttributes"] == nil) == (spec["nonResourceAttributes"] == nil) {
            fail(
                .invalid(
                    "spec.resourceAttributes", spec["resourceAttributes"] ?? .null,
                    "exactly one of nonResourceAttributes or resourceAttributes must be specified"))
        }
    }
}
