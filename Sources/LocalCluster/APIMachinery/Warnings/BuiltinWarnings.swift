public import KubernetesClient

extension ResourceDefinition {
    /// What Kubernetes warns the writer of an object of: nothing is wrong with it, but something is likely not meant.
    ///
    /// - Parameter old: the stored object of an update.
    public func warnings(_ object: JSONValue, old: JSONValue?) -> [String] {
        if isCustom { return toleratedFaults(object, old: old) }
        var warnings = BuiltinWarnings()
        let spec = object["spec"] ?? [:]
        let isSame = old != nil && old?[path: ["metadata", "generation"]] == object[path: ["metadata", "generation"]]
        switch (group, kind) {
        case ("apiextensions.k8s.io", _): return CustomResourceDefinitions.formatWarnings(object, old: old)
        case ("", "Pod"):
            if old == nil { warnings.pod(object, "") }
        case ("", "Service"): warnings.service(object)
        case ("", "PersistentVolumeClaim"): warnings.claim(spec, "spec")
        case ("", "Secret"): warnings.secret(object)
        case ("apps", "ControllerRevision"): break
        case ("apps", _), ("batch", "Job"):
            if old == nil, kind == "Deployment" || kind == "ReplicaSet" || kind == "Job" { warnings.podsName(object) }
            if !isSame { warnings.pod(spec["template"] ?? [:], "spec.template.") }
            if kind == "StatefulSet", !isSame { warnings.statefulSet(spec) }
        case ("batch", "CronJob"):
            if old == nil { warnings.podsName(object) }
            if !isSame {
                warnings.pod(
                    spec[path: ["jobTemplate", "spec", "template"]] ?? [:], "spec.jobTemplate.spec.template.")
            }
        case ("networking.k8s.io", "Ingress"):
            if old == nil, object[path: ["metadata", "annotations", "kubernetes.io/ingress.class"]] != nil {
                warnings.add(
                    "annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead"
                )
            }
        default: break
        }
        return warnings.texts
    }
}

/// Collects warnings.
struct BuiltinWarnings {
    private(set) var texts: [String] = []

    mutating func add(_ text: String) { texts.append(text) }

    /// A name that pods and hosts get should be a label.
    mutating func podsName(_ object: JSONValue) {
        let faults = Names.faultsOfLabel(object.objectName)
        if faults.isEmpty { return }
        add(
            "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label "
                + "is recommended: [\(faults.joined(separator: " "))]")
    }

    mutating func statefulSet(_ spec: JSONValue) {
        for (index, claim) in (spec["volumeClaimTemplates"]?.arrayValue ?? []).enumerated() {
            self.claim(claim["spec"] ?? [:], "spec.volumeClaimTemplates[\(index)]")
        }
        if spec["revisionHistoryLimit"]?.integerValue ?? 0 < 0 {
            add(
                "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"
            )
        }
    }

    mutating func claim(_ spec: JSONValue, _ path: String) {
        for list in ["requests", "limits"] {
            fraction(spec[path: ["resources", list, "storage"]], "\(path).resources.\(list)[storage]")
        }
    }

    /// Bytes come whole.
    mutating func fraction(_ amount: JSONValue?, _ path: String) {
        guard let text = amount?.stringValue, let value = Quantity.value(text), value != value.rounded() else { return }
        add("\(path): fractional byte value \(JSONValue.string(text).text()) is invalid, must be an integer")
    }

    mutating func secret(_ object: JSONValue) {
        guard object["type"] == "kubernetes.io/tls" else { return }
        let certificate = object["data"]?["tls.crt"]?.stringValue.flatMap(Base64.decode) ?? []
        if !String(decoding: certificate, as: UTF8.self).contains("-----BEGIN ") {
            add("tls: failed to find any PEM data in certificate input")
        }
    }

    mutating func service(_ service: JSONValue) {
        let spec = service["spec"] ?? [:]
        let hasAddresses = spec["externalIPs"] != nil
        let isHeadless = spec["type"] == "ClusterIP" && spec["clusterIP"] == "None"
        if isHeadless {
            if spec["loadBalancerIP"] != nil { add("spec.loadBalancerIP is ignored for headless services") }
            if hasAddresses { add("spec.externalIPs is ignored for headless services") }
            if spec["sessionAffinity"] != "None" { add("spec.SessionAffinity is ignored for headless services") }
        } else if hasAddresses, spec["type"] != "ExternalName" {
            add("spec.externalIPs is deprecated and may no longer be implemented in some clusters")
        }
        if spec["type"] == "ExternalName" {
            if hasAddresses { add("spec.externalIPs is ignored when spec.type is \"ExternalName\"") }
        } else if spec["externalName"] != nil {
            add("spec.externalName is ignored when spec.type is not \"ExternalName\"")
        }
        if spec["trafficDistribution"] == "PreferClose" {
            add("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"")
        }
    }
}
