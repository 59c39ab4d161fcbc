import KubernetesClient

extension BuiltinValidation {
    mutating func pod(_ spec: JSONValue, _ old: JSONValue?) {
        guard let old else { return podSpec(spec, "spec") }
        var (new, before) = (spec, old)
        for list in ["containers", "initContainers"] {
            new.changeEach(list) { $0["image"] = nil }
            before.changeEach(list) { $0["image"] = nil }
        }
        for field in ["activeDeadlineSeconds", "tolerations", "ephemeralContainers", "schedulingGates"] {
            new[field] = nil
            before[field] = nil
        }
        if before["nodeName"] == nil { new["nodeName"] = nil }
        require(
            new == before,
            .forbidden(
                "spec",
                "pod updates may not change fields other than `spec.containers[*].image`,"
                    + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions "
                    + "to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it "
                    + "was previously negative)"))
    }

    /// A pod's spec, or a template's.
    mutating func podSpec(_ spec: JSONValue, _ path: String) {
        var volumes: Set<String> = []
        for (index, volume) in (spec["volumes"]?.arrayValue ?? []).enumerated() {
            let here = "\(path).volumes[\(index)]"
            name(volume, here, seen: &volumes)
            if (volume.objectValue?.count ?? 0) > 2 {
                fail(.forbidden(here, "may not specify more than 1 volume type"))
            }
        }
        var names: Set<String> = []
        for list in ["initContainers", "containers"] {
            for (index, container) in (spec[list]?.arrayValue ?? []).enumerated() {
                let here = "\(path).\(list)[\(index)]"
                name(container, here, seen: &names)
                self.container(container, here, volumes)
            }
        }
        if let account = spec["serviceAccountName"]?.stringValue, !account.isEmpty {
            for fault in Names.faultsOfSubdomain(account) {
                fail(.invalid("\(path).serviceAccountName", .string(account), fault))
            }
        }
        if let grace = spec["terminationGracePeriodSeconds"]?.integerValue, grace < 0 {
            fail(
                .invalid("\(path).terminationGracePeriodSeconds", .integer(grace), "must be greater than or equal to 0")
            )
        }
    }

    private mutating func name(_ element: JSONValue, _ path: String, seen: inout Set<String>) {
        guard let name = element["name"]?.stringValue, !name.isEmpty else { return }
        for fault in Names.faultsOfLabel(name) { fail(.invalid("\(path).name", .string(name), fault)) }
        require(seen.insert(name).inserted, .duplicate("\(path).name", .string(name)))
    }

    private mutating func container(_ container: JSONValue, _ path: String, _ volumes: Set<String>) {
        require(!(container["image"]?.stringValue ?? "").isEmpty, .required("\(path).image"))
        var portNames: Set<String> = []
        for (index, port) in (container["ports"]?.arrayValue ?? []).enumerated() {
            let here = "\(path).ports[\(index)]"
            self.port(port["containerPort"], "\(here).containerPort")
            if let name = port["name"]?.stringValue, !name.isEmpty {
                require(portNames.insert(name).inserted, .duplicate("\(here).name", .string(name)))
                portName(name, "\(here).name")
            }
            if !["TCP", "UDP", "SCTP"].contains(port["protocol"]) {
                fail(.notSupported("\(here).protocol", port["protocol"] ?? "", ["SCTP", "TCP", "UDP"]))
            }
        }
        for (index, variable) in (container["env"]?.arrayValue ?? []).enumerated() {
            environment(variable, "\(path).env[\(index)]")
        }
        var mountPaths: Set<JSONValue> = []
        for (index, mount) in (container["volumeMounts"]?.arrayValue ?? []).enumerated() {
            let here = "\(path).volumeMounts[\(index)]"
            if let name = mount["name"]?.stringValue, !name.isEmpty, !volumes.contains(name) {
                fail(FieldError(.notFound, "\(here).name", shown: JSONValue.string(name).text()))
            }
            if let mountPath = mount["mountPath"], !mountPaths.insert(mountPath).inserted {
                fail(.invalid("\(here).mountPath", mountPath, "must be unique"))
            }
        }
        resources(container["resources"] ?? [:], "\(path).resources")
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            if let value = container[probe] {
                self.probe(value, "\(path).\(probe)", mustSucceedOnce: probe != "readinessProbe")
            }
        }
    }

    mutating func port(_ value: JSONValue?, _ path: String) {
        guard let value, value != 0 else { return fail(.required(path)) }
        require(
            (1...65_535).contains(value.integerValue ?? 0),
            .invalid(path, value, "must be between 1 and 65535, inclusive"))
    }

    mutating func portName(_ name: String, _ path: String) {
        if name.utf8.count > 15 { fail(.invalid(path, .string(name), "must be no more than 15 characters")) }
        if !Pattern.matches(name, "^[-a-z0-9]+$") {
            fail(
                .invalid(path, .string(name), "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"))
        }
        if !name.contains(where: \.isLetter) {
            fail(.invalid(path, .string(name), "must contain at least one letter (a-z)"))
        }
        if name.contains("--") { fail(.invalid(path, .string(name), "must not contain consecutive hyphens")) }
        if name.hasPrefix("-") || name.hasSuffix("-") {
            fail(.invalid(path, .string(name), "must not begin or end with a hyphen"))
        }
    }

    private mutating func environment(_ variable: JSONValue, _ path: String) {
        if let name = variable["name"]?.stringValue, name.contains("=") {
            fail(
                .invalid(
                    "\(path).name", .string(name),
                    "a valid environment variable name must consist only of printable ASCII characters other than '='"))
        }
        guard let source = variable["valueFrom"] else { return }
        let count = source.objectValue?.count ?? 0
        if count == 0 {
            fail(
                .invalid(
                    "\(path).valueFrom", "",
                    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"))
        } else if !(variable["value"]?.stringValue ?? "").isEmpty {
            fail(.invalid("\(path).valueFrom", "", "may not be specified when `value` is not empty"))
        } else if count > 1 {
            fail(.invalid("\(path).valueFrom", "", "may not have more than one field specified at a time"))
        }
    }

    private mutating func resources(_ resources: JSONValue, _ path: String) {
        let limits = resources["limits"]?.objectValue ?? [:]
        for (name, request) in resources["requests"]?.objectValue ?? [:] {
            guard let limit = limits[name]?.stringValue, let most = Quantity.value(limit),
                let least = request.stringValue.flatMap(Quantity.value), least > most
            else { continue }
            fail(.invalid("\(path).requests", request, "must be less than or equal to \(name) limit of \(limit)"))
        }
    }

    private mutating func probe(_ probe: JSONValue, _ path: String, mustSucceedOnce: Bool) {
        let handlers = ["exec", "httpGet", "tcpSocket", "grpc"].filter { probe[$0] != nil }
        if handlers.isEmpty { fail(.required(path, "must specify a handler type")) }
        if handlers.count > 1 {
            fail(.forbidden("\(path).\(handlers[1])", "may not specify more than 1 handler type"))
        }
        if mustSucceedOnce, let threshold = probe["successThreshold"], threshold != 1 {
            fail(.invalid("\(path).successThreshold", threshold, "must be 1"))
        }
    }
}
