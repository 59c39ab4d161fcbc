import KubernetesClient

extension BuiltinValidation {
    /// - Parameter grace: the pod's time to stop, in seconds.
    mutating func container(_ container: JSONValue, _ path: String, _ volumes: Set<String>, grace: Int64?) {
        require(!(container["image"]?.stringValue ?? "").isEmpty, .required("\(path).image"))
        if path.hasPrefix("spec.containers") || path.hasPrefix("spec.initContainers"),
            let image = container["image"]?.stringValue,
            image.first?.isWhitespace == true || image.last?.isWhitespace == true
        {
            fail(.invalid("\(path).image", .string(image), "must not have leading or trailing whitespace"))
        }
        choice(container["imagePullPolicy"], "\(path).imagePullPolicy", ["Always", "IfNotPresent", "Never"])
        choice(
            container["terminationMessagePolicy"], "\(path).terminationMessagePolicy",
            ["File", "FallbackToLogsOnError"])
        choice(container["restartPolicy"], "\(path).restartPolicy", ["Always", "Never", "OnFailure"])
        ports(container, path)
        for (index, variable) in (container["env"]?.arrayValue ?? []).enumerated() {
            environment(variable, "\(path).env[\(index)]")
        }
        for (index, source) in (container["envFrom"]?.arrayValue ?? []).enumerated() {
            environmentSource(source, path, "\(path).envFrom[\(index)]")
        }
        volumeMounts(container, path, volumes)
        resources(container["resources"] ?? [:], "\(path).resources")
        for policy in container["resizePolicy"]?.arrayValue ?? [] {
            choice(policy["resourceName"], "\(path).resizePolicy", ["cpu", "memory"])
            choice(policy["restartPolicy"], "\(path).resizePolicy", ["NotRequired", "RestartContainer"])
        }
        containerSecurity(container["securityContext"] ?? [:], "\(path).securityContext")
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            if let value = container[probe] {
                self.probe(value, "\(path).\(probe)", isReadiness: probe == "readinessProbe")
            }
        }
        for hook in ["postStart", "preStop"] {
            guard let handler = container["lifecycle"]?[hook] else { continue }
            self.handler(
                handler, "\(path).lifecycle.\(hook)", ["exec", "httpGet", "tcpSocket", "sleep"], grace: grace)
        }
    }

    private mutating func ports(_ container: JSONValue, _ path: String) {
        var names: Set<String> = []
        for (index, port) in (container["ports"]?.arrayValue ?? []).enumerated() {
            let here = "\(path).ports[\(index)]"
            if port["containerPort"] == 0 {
                fail(.required("\(here).containerPort"))
            } else {
                range(port["containerPort"], "\(here).containerPort", 1...65_535)
            }
            if let name = port["name"]?.stringValue, !name.isEmpty {
                portName(name, "\(here).name")
                if Names.faultsOfPortName(name).isEmpty, !names.insert(name).inserted {
                    fail(.duplicate("\(here).name", .string(name)))
                }
            }
            if port["hostPort"] != 0 { range(port["hostPort"], "\(here).hostPort", 1...65_535) }
            choice(port["protocol"], "\(here).protocol", ["SCTP", "TCP", "UDP"])
        }
    }

    mutating func hostPorts(_ container: JSONValue, _ path: String, _ seen: inout Set<String>) {
        for (index, port) in (container["ports"]?.arrayValue ?? []).enumerated() {
            guard let number = port["hostPort"]?.integerValue, number != 0 else { continue }
            let place = "\(port["protocol"]?.stringValue ?? "")/\(port["hostIP"]?.stringValue ?? "")/\(number)"
            if !seen.insert(place).inserted {
                fail(.duplicate("\(path).ports[\(index)].hostPort", .string(place)))
            }
        }
    }

    private mutating func volumeMounts(_ container: JSONValue, _ path: String, _ volumes: Set<String>) {
        var mountPaths: Set<JSONValue> = []
        let list = "\(path).volumeMounts"
        for (index, mount) in (container["volumeMounts"]?.arrayValue ?? []).enumerated() {
            let here = "\(list)[\(index)]"
            let name = mount["name"]?.stringValue ?? ""
            if name.isEmpty { fail(.required("\(here).name")) }
            if !volumes.contains(name) {
                fail(FieldError(.notFound, "\(here).name", shown: JSONValue.string(name).text()))
            }
            if (mount["mountPath"]?.stringValue ?? "").isEmpty { fail(.required("\(here).mountPath")) }
            if let mountPath = mount["mountPath"], !mountPaths.insert(mountPath).inserted {
                fail(.invalid("\(here).mountPath", mountPath, "must be unique"))
            }
            innerPath(mount["subPath"], "\(list).subPath")
            if let expression = mount["subPathExpr"], expression != "" {
                if mount["subPath"] != nil {
                    fail(
                        .invalid("\(here).subPathExpr", expression, "subPathExpr and subPath are mutually exclusive"))
                }
                innerPath(expression, "\(list).subPathExpr")
            }
            choice(
                mount["mountPropagation"], "\(list).mountPropagation", ["Bidirectional", "HostToContainer", "None"])
        }
    }

    private mutating func resources(_ resources: JSONValue, _ path: String) {
        let limits = resources["limits"]?.objectValue ?? [:]
        let requests = resources["requests"]?.objectValue ?? [:]
        for (list, amounts) in [("limits", limits), ("requests", requests)] {
            for (name, amount) in amounts {
                let here = "\(path).\(list)[\(name)]"
                for fault in Names.faultsOfContainerResource(name) { fail(.invalid(here, .string(name), fault)) }
                quantity(amount, name, here)
            }
        }
        for (name, request) in requests {
            let mustBeLimited = name.contains("/") || name.hasPrefix("hugepages-")
            guard let limit = limits[name]?.stringValue, let most = Quantity.value(limit),
                let least = request.stringValue.flatMap(Quantity.value)
            else {
                if mustBeLimited {
                    fail(.required("\(path).limits", "Limit must be set for non overcommitable resources"))
                }
                continue
            }
            if mustBeLimited, least != most {
                fail(.invalid("\(path).requests", request, "must be equal to \(name) limit of \(limit)"))
            } else if least > most {
                fail(.invalid("\(path).requests", request, "must be less than or equal to \(name) limit of \(limit)"))
            }
        }
        let names = Set(limits.keys).union(requests.keys)
        if names.contains(where: { $0.hasPrefix("hugepages-") }), !names.contains("cpu"), !names.contains("memory") {
            fail(.forbidden(path, "HugePages require cpu or memory"))
        }
    }

    /// An amount of a resource: not negative, and whole for extended ones.
    mutating func quantity(_ amount: JSONValue, _ name: String, _ path: String) {
        guard let value = amount.stringValue.flatMap(Quantity.value) else { return }
        if value < 0 { fail(.invalid(path, amount, "must be greater than or equal to 0")) }
        if name.contains("/"), value != value.rounded() { fail(.invalid(path, amount, "must be an integer")) }
    }
}
