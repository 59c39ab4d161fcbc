import KubernetesClient

extension BuiltinValidation {
    mutating func ingress(_ object: JSONValue, _ old: JSONValue?) {
        let spec = object["spec"] ?? [:]
        let rules = spec["rules"]?.arrayValue ?? []
        if rules.isEmpty, spec["defaultBackend"] == nil {
            fail(.invalid("spec", spec["rules"] ?? .null, "either `defaultBackend` or `rules` must be specified"))
        }
        if let backend = spec["defaultBackend"] { self.backend(backend, "spec.defaultBackend") }
        for (index, rule) in rules.enumerated() {
            host(rule["host"], "spec.rules[\(index)].host")
            for (place, path) in (rule[path: ["http", "paths"]]?.arrayValue ?? []).enumerated() {
                ingressPath(path, "spec.rules[\(index)].http.paths[\(place)]")
            }
        }
        for (index, entry) in (spec["tls"]?.arrayValue ?? []).enumerated() {
            for (place, name) in (entry["hosts"]?.arrayValue ?? []).enumerated() {
                hostName(name.stringValue ?? "", "spec.tls[\(index)].hosts[\(place)]")
            }
            text(entry["secretName"], "spec.tls[\(index)].secretName", Names.faultsOfSubdomain)
        }
        if let name = spec["ingressClassName"]?.stringValue {
            for fault in Names.faultsOfSubdomain(name) { fail(.invalid("spec.ingressClassName", .string(name), fault)) }
        }
        let annotation = object[path: ["metadata", "annotations", "kubernetes.io/ingress.class"]]
        if old == nil, let annotation, let name = spec["ingressClassName"], name != annotation {
            let detail = "must match `ingressClassName` when both are specified"
            fail(.invalid("annotations.kubernetes.io/ingress.class", annotation, detail))
        }
    }

    private mutating func host(_ value: JSONValue?, _ path: String) {
        guard let value, let host = value.stringValue, !host.isEmpty else { return }
        if IPAddress(host) != nil { return fail(.invalid(path, value, "must be a DNS name, not an IP address")) }
        hostName(host, path)
    }

    private mutating func hostName(_ name: String, _ path: String) {
        let faults = name.contains("*") ? Names.faultsOfWildcard(name) : Names.faultsOfSubdomain(name)
        for fault in faults { fail(.invalid(path, .string(name), fault)) }
    }

    private mutating func ingressPath(_ path: JSONValue, _ here: String) {
        let text = path["path"]?.stringValue ?? ""
        switch path["pathType"] {
        case "Exact", "Prefix":
            require(text.hasPrefix("/"), .invalid("\(here).path", .string(text), "must be an absolute path"))
            for sequence in ["//", "/./", "/../", "%2f", "%2F"] where text.contains(sequence) {
                fail(.invalid("\(here).path", .string(text), "must not contain '\(sequence)'"))
            }
            for end in ["/..", "/."] where text.hasSuffix(end) {
                fail(.invalid("\(here).path", .string(text), "cannot end with '\(end)'"))
            }
        case "ImplementationSpecific":
            let isRight = text.isEmpty || text.hasPrefix("/")
            require(isRight, .invalid("\(here).path", .string(text), "must be an absolute path"))
        case nil: return fail(.required("\(here).pathType", "pathType must be specified"))
        case "": fail(.notSupported("\(here).pathType", "", ["Exact", "ImplementationSpecific", "Prefix"]))
        default: break
        }
        backend(path["backend"] ?? [:], "\(here).backend")
    }

    private mutating func backend(_ backend: JSONValue, _ path: String) {
        switch (backend["service"], backend["resource"]) {
        case (nil, nil): fail(.invalid(path, "", "resource or service backend is required"))
        case (.some, .some): fail(.invalid(path, "", "cannot set both resource and service backends"))
        case (.some(let service), nil):
            text(service["name"], "\(path).service.name", Names.faultsOfLabel)
            let name = service["port"]?["name"]?.stringValue ?? ""
            let number = service["port"]?["number"]?.integerValue ?? 0
            if !name.isEmpty, number != 0 {
                fail(.invalid(path, "", "cannot set both port name & port number"))
            } else if !name.isEmpty {
                portName(name, "\(path).service.port.name")
            } else if number != 0 {
                range(.integer(number), "\(path).service.port.number", 1...65_535)
            } else {
                fail(.required(path, "port name or number is required"))
            }
        case (nil, .some(let resource)):
            for field in ["kind", "name"] where (resource[field]?.stringValue ?? "").isEmpty {
                fail(.required("\(path).resource.\(field)"))
            }
        }
    }
}
