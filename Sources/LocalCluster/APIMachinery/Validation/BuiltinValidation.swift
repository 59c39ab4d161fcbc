import KubernetesClient

/// The validation of built-in kinds: what their schemas say, and what only code can.
struct BuiltinValidation {
    private(set) var errors: [FieldError] = []

    /// - Parameter old: the stored object of an update.
    static func validate(_ object: JSONValue, _ old: JSONValue?, _ definition: ResourceDefinition) -> [FieldError] {
        var validation = BuiltinValidation()
        let ownRules = ["rbac.authorization.k8s.io", "apiextensions.k8s.io", "events.k8s.io", "metrics.k8s.io"]
        if !ownRules.contains(definition.group), definition.kind != "Event" {
            for (name, schema) in definition.schema.properties where name != "metadata" && name != "status" {
                if let member = object[name] { validation.walk(member, schema, name) }
            }
        }
        validation.validateKind(object, old, definition)
        return validation.errors
    }

    mutating func fail(_ error: FieldError) { errors.append(error) }

    mutating func require(_ condition: Bool, _ error: @autoclosure () -> FieldError) {
        if !condition { errors.append(error()) }
    }

    mutating func immutable(
        _ path: [String], _ new: JSONValue, _ old: JSONValue?, _ detail: String = "field is immutable"
    ) {
        guard let old, new[path: path] != old[path: path] else { return }
        errors.append(.invalid(path.joined(separator: "."), new[path: path] ?? .null, detail))
    }

    /// Types whose required members are asked for in other words.
    private static func hasOwnWords(_ type: String) -> Bool {
        switch type {
        case "TopologySpreadConstraint", "HostAlias", "NodeSelector", "PodAffinityTerm", "HTTPGetAction",
            "TCPSocketAction", "Sysctl", "SeccompProfile", "DownwardAPIVolumeFile", "ServiceAccountTokenProjection",
            "Taint", "CrossVersionObjectReference", "HorizontalPodAutoscalerSpec", "MetricSpec", "MetricTarget",
            "MetricIdentifier", "ResourceMetricSource", "ContainerResourceMetricSource", "Endpoint", "EndpointSlice",
            "PodFailurePolicyOnExitCodesRequirement", "LabelSelectorRequirement", "HPAScalingPolicy", "KeyToPath",
            "SecretKeySelector", "ConfigMapKeySelector", "VolumeMount", "HTTPIngressPath", "ObjectFieldSelector",
            "DaemonSetSpec", "LimitRangeSpec", "LimitRangeItem", "ValidatingWebhook", "MutatingWebhook":
            true
        default: false
        }
    }

    /// What the schema says: required members, allowed values, minimums.
    private mutating func walk(_ value: JSONValue, _ schema: Schema, _ path: String) {
        if let allowed = schema.bounds.enumeration, value != "", !value.isNull, !allowed.contains(value) {
            fail(.notSupported(path, value, allowed.compactMap(\.stringValue)))
        }
        if let minimum = schema.bounds.minimum, let number = value.doubleValue, number < minimum {
            fail(.invalid(path, value, "must be greater than or equal to \(Int(minimum))"))
        }
        switch value {
        case .object(let members):
            let type = schema.typeName.map { $0.split(separator: ".").last.map(String.init) ?? "" } ?? ""
            for name in schema.required where !Self.hasOwnWords(type) {
                let member = members[name] ?? .null
                guard member.isNull || member == "" || member == [] else { continue }
                fail(.required("\(path).\(name)"))
            }
            for (name, member) in members where name != "metadata" {
                if let inner = schema.properties[name] { walk(member, inner, "\(path).\(name)") }
            }
        case .array(let elements):
            guard let items = schema.items else { return }
            for (index, element) in elements.enumerated() { walk(element, items, "\(path)[\(index)]") }
        default: break
        }
    }

    private mutating func validateKind(_ object: JSONValue, _ old: JSONValue?, _ definition: ResourceDefinition) {
        let spec = object["spec"] ?? [:]
        let oldSpec = old?["spec"]
        switch (definition.group, definition.kind) {
        case ("", "Namespace"): namespace(object, old)
        case ("", "ConfigMap"): configMap(object, old)
        case ("", "Secret"): secret(object, old)
        case ("", "Service"): service(spec, oldSpec)
        case ("", "Pod"): pod(object, old)
        case ("", "Node"): node(object, old)
        case ("", "Event"), ("events.k8s.io", "Event"): event(object, old, definition)
        case ("", "PersistentVolumeClaim"):
            claim(spec, oldSpec, isBound: old?[path: ["status", "phase"]] == "Bound")
        case ("apps", _): workload(definition.kind, object, old)
        case ("batch", "Job"): job(spec, oldSpec)
        case ("batch", "CronJob"): cronJob(object, old)
        case ("autoscaling", _): autoscaler(spec)
        case ("policy", _): disruptionBudget(spec)
        case ("networking.k8s.io", "NetworkPolicy"): networkPolicy(spec)
        case ("networking.k8s.io", "Ingress"): ingress(object, old)
        case ("rbac.authorization.k8s.io", "Role"), ("rbac.authorization.k8s.io", "ClusterRole"):
            role(object, definition.kind)
        case ("rbac.authorization.k8s.io", _): binding(object, old, definition.kind)
        case ("coordination.k8s.io", _): lease(spec)
        case ("discovery.k8s.io", _): endpointSlice(object, old)
        case ("", "Endpoints"): endpoints(object)
        case ("", "ResourceQuota"): quota(spec, oldSpec)
        case ("", "LimitRange"): limitRange(spec)
        case ("admissionregistration.k8s.io", _): webhooks(object)
        case ("apiextensions.k8s.io", _): errors += CustomResourceDefinitions.faults(object, old: old)
        case ("authorization.k8s.io", _): review(object, definition.kind)
        case ("scheduling.k8s.io", _):
            if let old, old["value"] != object["value"] {
                fail(.forbidden("value", "may not be changed in an update."))
            }
        default: break
        }
    }
}
