import KubernetesClient

/// What writes of particular built-in kinds fill in or take over, beyond defaults.
enum BuiltinStrategies {
    static func prepareForCreate(_ object: inout JSONValue, _ definition: ResourceDefinition) {
        switch (definition.group, definition.kind) {
        case ("", "Namespace"):
            let finalizers = object[path: ["spec", "finalizers"]]?.arrayValue ?? []
            if !finalizers.contains("kubernetes") {
                object[path: ["spec", "finalizers"]] = .array(finalizers + ["kubernetes"])
            }
            object["status"] = ["phase": "Active"]
        case ("", "Pod"):
            object[path: ["status", "phase"]] = "Pending"
            object[path: ["status", "qosClass"]] = .string(qualityOfService(object["spec"] ?? [:]))
            object.change("spec", tolerateFailures)
            if !(object[path: ["spec", "schedulingGates"]]?.arrayValue ?? []).isEmpty {
                object[path: ["status", "conditions"]] = [
                    [
                        "type": "PodScheduled", "status": "False", "lastProbeTime": .null,
                        "lastTransitionTime": object[path: ["metadata", "creationTimestamp"]] ?? .null,
                        "reason": "SchedulingGated",
                        "message": "Scheduling is blocked due to non-empty scheduling gates",
                    ]
                ]
            }
        case ("", "PersistentVolumeClaim"), ("", "PersistentVolume"): object["status"] = ["phase": "Pending"]
        case ("", "Service"): ipFamilies(&object)
        case ("apps", "DaemonSet"): object[path: BuiltinDefaults.templateGeneration] = "1"
        case ("apps", "StatefulSet"): object[path: ["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"]] = nil
        case ("batch", "Job"): jobSelector(&object)
        case ("coordination.k8s.io", _): withoutElection(&object)
        case ("apiextensions.k8s.io", _): storedVersions(&object)
        default: break
        }
    }

    static func prepareForUpdate(_ object: inout JSONValue, _ old: JSONValue, _ definition: ResourceDefinition) {
        switch (definition.group, definition.kind) {
        case ("", "Service"): service(&object, old)
        case ("", "Pod"):
            object.change("spec") { spec in
                for field in ["priority", "priorityClassName", "preemptionPolicy"] {
                    if let value = old[path: ["spec", field]] { spec.setDefault(field, value) }
                }
                tolerateFailures(&spec)
            }
        case ("apps", "DaemonSet"): templateGeneration(&object, old)
        case ("", "Namespace"): object[path: ["spec", "finalizers"]] = old[path: ["spec", "finalizers"]]
        case ("", "PersistentVolumeClaim"):
            object.change("spec") {
                if $0["volumeName"] == nil { $0["volumeName"] = old[path: ["spec", "volumeName"]] }
            }
        case ("coordination.k8s.io", _): withoutElection(&object)
        case ("batch", "Job"):
            object.change("spec") { $0.setDefault("selector", old[path: ["spec", "selector"]] ?? .null) }
        case ("apiextensions.k8s.io", _): storedVersions(&object)
        default: break
        }
    }

    /// Elections by the cluster itself are a feature that is off by default.
    private static func withoutElection(_ lease: inout JSONValue) {
        lease.change("spec") { spec in
            for field in ["strategy", "preferredHolder"] { spec[field] = nil }
        }
    }

    /// Every pod bears with a failing node for five minutes.
    private static func tolerateFailures(_ spec: inout JSONValue) {
        var tolerations = spec["tolerations"]?.arrayValue ?? []
        for taint in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] as [JSONValue] {
            let isTolerated = tolerations.contains { toleration in
                [nil, "", taint].contains(toleration["key"]) && [nil, "", "NoExecute"].contains(toleration["effect"])
            }
            if isTolerated { continue }
            tolerations.append(["key": taint, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300])
        }
        spec["tolerations"] = .array(tolerations)
    }

    private static func templateGeneration(_ object: inout JSONValue, _ old: JSONValue) {
        let path = BuiltinDefaults.templateGeneration
        let before = old[path: path]?.stringValue ?? "1"
        let isSame = object[path: ["spec", "template"]] == old[path: ["spec", "template"]]
        object[path: path] = .string(isSame ? before : String((Int(before) ?? 0) + 1))
    }

    private static func ipFamilies(_ object: inout JSONValue) {
        object.change("spec") { spec in
            guard spec["type"] != "ExternalName" else { return }
            // What has no endpoints of its own may have them of either family.
            let isOpen = spec["clusterIP"] == "None" && spec["selector"] == nil
            spec.setDefault("ipFamilies", isOpen ? ["IPv4", "IPv6"] : ["IPv4"])
            spec.setDefault("ipFamilyPolicy", isOpen ? "RequireDualStack" : "SingleStack")
        }
    }

    /// Keeps allocated addresses that a replacement leaves out, and drops what only the old type needed.
    private static func service(_ object: inout JSONValue, _ old: JSONValue) {
        guard let before = old["spec"] else { return }
        object.change("spec") { spec in
            let (type, oldType) = (spec["type"], before["type"])
            if type == "ExternalName" {
                for field in [
                    "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy",
                    "externalTrafficPolicy", "allocateLoadBalancerNodePorts", "loadBalancerClass",
                ]
                where spec[field] == before[field] { spec[field] = nil }
                if oldType != "ExternalName" { spec.changeEach("ports") { $0["nodePort"] = nil } }
                return
            }
            if type != "LoadBalancer", oldType == "LoadBalancer" {
                for field in ["allocateLoadBalancerNodePorts", "loadBalancerClass", "healthCheckNodePort"]
                where spec[field] == before[field] { spec[field] = nil }
            }
            if oldType != "ExternalName" {
                // One who knows of one address only changes that.
                if spec["clusterIP"] != before["clusterIP"], spec["clusterIPs"] == before["clusterIPs"] {
                    spec["clusterIPs"] = spec["clusterIP"].map { .array([$0]) }
                }
                for field in ["clusterIP", "ipFamilies", "ipFamilyPolicy"] {
                    if let value = before[field] { spec.setDefault(field, value) }
                }
                if spec["clusterIPs"] == nil, spec["clusterIP"] == before["clusterIP"] {
                    spec["clusterIPs"] = before["clusterIPs"]
                }
            }
            let needsPorts = ["NodePort", "LoadBalancer"].contains(type)
            let needed = ["NodePort", "LoadBalancer"].contains(oldType)
            if needsPorts, needed {
                spec.changeEach("ports") { port in
                    let same = before["ports"]?.arrayValue?.first {
                        $0["port"] == port["port"] && $0["protocol"] == port["protocol"]
                    }
                    if let number = same?["nodePort"] { port.setDefault("nodePort", number) }
                }
            } else if needed {
                if spec["externalTrafficPolicy"] == before["externalTrafficPolicy"] {
                    spec["externalTrafficPolicy"] = nil
                }
                spec.changeEach("ports") { $0["nodePort"] = nil }
            }
        }
        ipFamilies(&object)
    }

    private static func jobSelector(_ object: inout JSONValue) {
        guard object[path: ["spec", "manualSelector"]] != true, let uid = object[path: ["metadata", "uid"]] else {
            return
        }
        let name = object["metadata"]?["name"] ?? ""
        let labels: [String: JSONValue] = [
            "batch.kubernetes.io/controller-uid": uid, "controller-uid": uid,
            "batch.kubernetes.io/job-name": name, "job-name": name,
        ]
        for (label, value) in labels { object[path: ["spec", "template", "metadata", "labels", label]] = value }
        let isBare = object[path: ["metadata", "labels"]] == nil
        if isBare { object[path: ["metadata", "labels"]] = object[path: ["spec", "template", "metadata", "labels"]] }
        object[path: ["spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid"]] = uid
    }

    private static func qualityOfService(_ spec: JSONValue) -> String {
        var guaranteed = true
        var any = false
        let containers = (spec["initContainers"]?.arrayValue ?? []) + (spec["containers"]?.arrayValue ?? [])
        // What is said of the whole pod counts instead of its containers.
        for container in spec["resources"] == nil ? containers : [spec] {
            let limits = container[path: ["resources", "limits"]]?.objectValue ?? [:]
            let requests = container[path: ["resources", "requests"]]?.objectValue ?? [:]
            for name in ["cpu", "memory"] {
                if limits[name] != nil || requests[name] != nil { any = true }
                if limits[name] == nil || requests[name] != limits[name] { guaranteed = false }
            }
        }
        return any ? (guaranteed ? "Guaranteed" : "Burstable") : "BestEffort"
    }

    /// The versions in which objects may be stored: those before and the one that is stored now.
    private static func storedVersions(_ crd: inout JSONValue) {
        let versions = crd[path: ["spec", "versions"]]?.arrayValue ?? []
        guard let storage = versions.first(where: { $0["storage"] == true })?["name"] else { return }
        var stored = crd[path: ["status", "storedVersions"]]?.arrayValue ?? []
        if !stored.contains(storage) { stored.append(storage) }
        crd[path: ["status", "storedVersions"]] = .array(stored)
    }
}
