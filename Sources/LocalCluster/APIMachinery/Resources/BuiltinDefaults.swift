import KubernetesClient

/// The defaults of built-in kinds that depend on other fields; the plain ones stand in the schemas.
enum BuiltinDefaults {
    static func apply(to object: inout JSONValue, definition: ResourceDefinition) {
        switch (definition.group, definition.kind) {
        case ("", "Pod"):
            object.change("spec") { spec in
                podSpec(&spec)
                spec.setDefault("enableServiceLinks", true)
                requestsFromLimits(&spec)
                if spec["hostNetwork"] == true { hostPorts(&spec) }
            }
            object.change("status") { twin(&$0, "podIP", "podIPs", { ["ip": $0] }, { $0["ip"] }) }
        case ("", "Node"):
            object.change("spec") { twin(&$0, "podCIDR", "podCIDRs", { $0 }, { $0 }) }
            object.change("status") { status in
                if let capacity = status["capacity"] { status.setDefault("allocatable", capacity) }
            }
        case ("", "Service"):
            object.change("spec", service)
            object.change("status") { status in
                status.change("loadBalancer") { balancer in
                    balancer.changeEach("ingress") { if $0["ip"] != nil { $0.setDefault("ipMode", "VIP") } }
                }
            }
        case ("", "Secret"): moveStringData(&object)
        case ("", "PersistentVolumeClaim"): object.change("spec", dataSource)
        case ("", "LimitRange"): object.change("spec") { $0.changeEach("limits", limits) }
        case ("", "Namespace"): nameLabel(&object)
        case ("apps", "Deployment"):
            object.change("spec") { spec in
                template(&spec)
                rolling(&spec, "strategy", ["maxUnavailable": "25%", "maxSurge": "25%"])
            }
        case ("apps", "ReplicaSet"), ("", "ReplicationController"):
            object.change("spec", template)
        case ("apps", "StatefulSet"):
            object.change("spec") { spec in
                template(&spec)
                spec.changeEach("volumeClaimTemplates", claimTemplate)
                rolling(&spec, "updateStrategy", ["partition": 0])
            }
        case ("apps", "DaemonSet"):
            object.change("spec") { spec in
                template(&spec)
                rolling(&spec, "updateStrategy", ["maxUnavailable": 1, "maxSurge": 0])
            }
            if object[path: templateGeneration] == nil { object[path: templateGeneration] = "0" }
        case ("batch", "Job"):
            object.change("spec", job)
            // One that gets a selector has its labels from its template with the selector's.
            if object[path: ["spec", "selector"]] != nil || object[path: ["spec", "manualSelector"]] == true {
                labelsFromTemplate(&object)
            }
        case ("batch", "CronJob"):
            object.change("spec") { $0.change("jobTemplate") { $0.change("spec", template) } }
        case ("autoscaling", _): object.change("spec", autoscaler)
        case ("networking.k8s.io", "NetworkPolicy"): object.change("spec", networkPolicy)
        case ("discovery.k8s.io", "EndpointSlice"):
            object.changeEach("ports") { port in
                port.setDefault("name", "")
                port.setDefault("protocol", "TCP")
            }
        case ("rbac.authorization.k8s.io", "RoleBinding"), ("rbac.authorization.k8s.io", "ClusterRoleBinding"):
            binding(&object)
        case ("apiextensions.k8s.io", _): object.change("spec", customResourceDefinition)
        default: break
        }
    }

    /// The annotation in which apps/v1 keeps a field that a DaemonSet had before.
    static let templateGeneration = ["metadata", "annotations", "deprecated.daemonset.template.generation"]

    private static func claimTemplate(_ claim: inout JSONValue) {
        claim["apiVersion"] = "v1"
        claim["kind"] = "PersistentVolumeClaim"
        claim["status"] = ["phase": "Pending"]
    }

    /// A field that is the first of a list as well: either fills the other, and where they differ the field holds.
    private static func twin(
        _ owner: inout JSONValue, _ field: String, _ list: String, _ element: (JSONValue) -> JSONValue,
        _ value: (JSONValue) -> JSONValue?
    ) {
        let first = owner[list]?[0].flatMap(value)
        if let own = owner[field], own != "" {
            if first != own { owner[list] = [element(own)] }
        } else if let first {
            owner[field] = first
        }
    }

    /// A pod in the node's network opens its ports there.
    private static func hostPorts(_ spec: inout JSONValue) {
        for list in ["containers", "initContainers"] {
            spec.changeEach(list) { container in
                container.changeEach("ports") { port in
                    if port["hostPort"] ?? 0 == 0 { port["hostPort"] = port["containerPort"] }
                }
            }
        }
    }

    private static func template(_ spec: inout JSONValue) {
        spec.change("template") { $0.change("spec", podSpec) }
    }

    static func podSpec(_ spec: inout JSONValue) {
        for list in ["containers", "initContainers", "ephemeralContainers"] {
            spec.changeEach(list) { container in
                let image = container["image"]?.stringValue ?? ""
                container.setDefault("imagePullPolicy", .string(pullPolicy(of: image)))
            }
        }
        spec.changeEach("volumes") { volume in
            if volume.objectValue?.count == 1 { volume["emptyDir"] = [:] }
            volume.change("image") { image in
                image.setDefault("pullPolicy", .string(pullPolicy(of: image["reference"]?.stringValue ?? "")))
            }
        }
        if spec["serviceAccountName"] == nil, let account = spec["serviceAccount"] {
            spec["serviceAccountName"] = account
        } else if let account = spec["serviceAccountName"] {
            spec["serviceAccount"] = account
        }
    }

    private static func pullPolicy(of image: String) -> String {
        if image.contains("@") || image.utf8.count > 255 { return "IfNotPresent" }
        let name = image.split(separator: "/").last ?? ""
        let parts = name.split(separator: ":")
        // What is no name of an image has no tag.
        guard let repository = parts.first,
            repository.allSatisfy({ $0.isLowercase || $0.isNumber || "._-".contains($0) })
        else { return "IfNotPresent" }
        return parts.dropFirst().first ?? "latest" == "latest" ? "Always" : "IfNotPresent"
    }

    private static func requestsFromLimits(_ spec: inout JSONValue) {
        func fill(_ owner: inout JSONValue) {
            for (name, amount) in owner[path: ["resources", "limits"]]?.objectValue ?? [:]
            where owner[path: ["resources", "requests", name]] == nil {
                owner[path: ["resources", "requests", name]] = amount
            }
        }
        fill(&spec)
        for list in ["containers", "initContainers"] { spec.changeEach(list, fill) }
    }

    private static func rolling(_ spec: inout JSONValue, _ strategy: String, _ defaults: [String: JSONValue]) {
        spec.change(strategy) { strategy in
            guard strategy["type"] == "RollingUpdate" else { return }
            strategy.setDefault("rollingUpdate", [:])
            strategy.change("rollingUpdate") { update in
                for (name, value) in defaults { update.setDefault(name, value) }
            }
        }
    }

    private static func labelsFromTemplate(_ object: inout JSONValue) {
        guard let labels = object[path: ["spec", "template", "metadata", "labels"]] else { return }
        if object[path: ["metadata", "labels"]] == nil { object[path: ["metadata", "labels"]] = labels }
    }

    private static func job(_ spec: inout JSONValue) {
        template(&spec)
        if spec["completions"] == nil, spec["parallelism"] == nil { spec["completions"] = 1 }
        spec.setDefault("parallelism", 1)
        spec.setDefault("backoffLimit", spec["backoffLimitPerIndex"] == nil ? 6 : 2_147_483_647)
        spec.setDefault("completionMode", "NonIndexed")
        spec.setDefault("suspend", false)
        spec.setDefault("manualSelector", false)
        spec.setDefault(
            "podReplacementPolicy", spec["podFailurePolicy"] == nil ? "TerminatingOrFailed" : "Failed")
    }

    private static func service(_ spec: inout JSONValue) {
        let type = spec["type"]?.stringValue
        if spec["sessionAffinity"] == "ClientIP" {
            spec.setDefault("sessionAffinityConfig", [:])
            spec.change("sessionAffinityConfig") { config in
                config.setDefault("clientIP", [:])
                config.change("clientIP") { $0.setDefault("timeoutSeconds", 10_800) }
            }
        } else if spec["sessionAffinity"] == "None" {
            spec["sessionAffinityConfig"] = nil
        }
        spec.changeEach("ports") { port in
            if let number = port["port"] { port.setDefault("targetPort", number) }
        }
        let isExposed = type == "ClusterIP" && spec["externalIPs"] != nil
        if type == "NodePort" || type == "LoadBalancer" || isExposed {
            spec.setDefault("externalTrafficPolicy", "Cluster")
        }
        if type != "ExternalName" { spec.setDefault("internalTrafficPolicy", "Cluster") }
        if type == "LoadBalancer" { spec.setDefault("allocateLoadBalancerNodePorts", true) }
    }

    private static func autoscaler(_ spec: inout JSONValue) {
        spec.setDefault(
            "metrics",
            [
                [
                    "type": "Resource",
                    "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 80]],
                ]
            ])
        guard spec["behavior"] != nil else { return }
        let percent: JSONValue = ["type": "Percent", "value": 100, "periodSeconds": 15]
        spec.change("behavior") { behavior in
            behavior.setDefault("scaleUp", [:])
            behavior.setDefault("scaleDown", [:])
            behavior.change("scaleUp") { rules in
                rules.setDefault("stabilizationWindowSeconds", 0)
                rules.setDefault("selectPolicy", "Max")
                rules.setDefault("policies", [["type": "Pods", "value": 4, "periodSeconds": 15], percent])
            }
            behavior.change("scaleDown") { rules in
                rules.setDefault("selectPolicy", "Max")
                rules.setDefault("policies", [percent])
            }
        }
    }

    /// The two fields that say where a claim's data come from mirror one another.
    private static func dataSource(_ spec: inout JSONValue) {
        if let source = spec["dataSource"] {
            spec.setDefault("dataSourceRef", source)
        } else if let source = spec["dataSourceRef"], source["namespace"] == nil {
            spec["dataSource"] = source
        }
    }

    private static func limits(_ item: inout JSONValue) {
        guard item["type"] == "Container" else { return }
        for (name, amount) in item["max"]?.objectValue ?? [:] where item[path: ["default", name]] == nil {
            item[path: ["default", name]] = amount
        }
        for list in ["default", "min"] {
            for (name, amount) in item[list]?.objectValue ?? [:] where item[path: ["defaultRequest", name]] == nil {
                item[path: ["defaultRequest", name]] = amount
            }
        }
    }

    private static func networkPolicy(_ spec: inout JSONValue) {
        let types: JSONValue = spec["egress"] == nil ? ["Ingress"] : ["Ingress", "Egress"]
        spec.setDefault("policyTypes", types)
    }

    private static func binding(_ object: inout JSONValue) {
        let group: JSONValue = "rbac.authorization.k8s.io"
        object.change("roleRef") { if $0["apiGroup"] == "" { $0["apiGroup"] = group } }
        object.changeEach("subjects") { subject in
            if subject["kind"] == "User" || subject["kind"] == "Group" { subject.setDefault("apiGroup", group) }
        }
    }

    private static func moveStringData(_ object: inout JSONValue) {
        guard let texts = object["stringData"]?.objectValue else { return }
        object["stringData"] = nil
        for (key, text) in texts {
            object[path: ["data", key]] = .string(Base64.encode((text.stringValue ?? "").utf8))
        }
    }

    private static func nameLabel(_ object: inout JSONValue) {
        guard !object.objectName.isEmpty else { return }
        object[path: ["metadata", "labels", "kubernetes.io/metadata.name"]] = .string(object.objectName)
    }

    private static func customResourceDefinition(_ spec: inout JSONValue) {
        spec.change("names") { names in
            let kind = names["kind"]?.stringValue ?? ""
            names.setDefault("singular", .string(kind.lowercased()))
            if !kind.isEmpty { names.setDefault("listKind", .string(kind + "List")) }
        }
        spec.setDefault("conversion", ["strategy": "None"])
    }
}
