import KubernetesClient

extension BuiltinValidation {
    /// The spec whose pods have the volumes that the claims will give them.
    mutating func withClaimedVolumes(_ spec: JSONValue) -> JSONValue {
        let names = (spec["volumeClaimTemplates"]?.arrayValue ?? []).map(\.objectName)
        for (index, name) in names.enumerated() where name.isEmpty {
            fail(.required("spec.template.spec.volumes[\(index)].name"))
            fail(.required("spec.template.spec.volumes[\(index)].persistentVolumeClaim.claimName"))
        }
        let claimed = names.map { name -> JSONValue in
            ["name": .string(name), "persistentVolumeClaim": ["claimName": .string(name)]]
        }
        var spec = spec
        let path = ["template", "spec", "volumes"]
        let others = (spec[path: path]?.arrayValue ?? []).filter { !names.contains($0["name"]?.stringValue ?? "") }
        spec[path: path] = claimed.isEmpty && others.isEmpty ? nil : .array(claimed + others)
        return spec
    }

    mutating func statefulSet(_ spec: JSONValue, _ old: JSONValue?) {
        if let policy = spec["podManagementPolicy"], !["OrderedReady", "Parallel"].contains(policy) {
            fail(.invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'"))
        }
        let strategy = spec["updateStrategy"] ?? [:]
        let update = strategy["rollingUpdate"]
        switch strategy["type"] {
        case "RollingUpdate":
            nonNegative(update?["partition"], "spec.updateStrategy.rollingUpdate.partition")
        case "OnDelete":
            if let update {
                let shown = "{\"Partition\":\(update["partition"]?.text() ?? "null"),\"MaxUnavailable\":null}"
                let detail = "only allowed for updateStrategy 'RollingUpdate'"
                fail(FieldError(.invalid, "spec.updateStrategy.rollingUpdate", shown: shown, detail))
            }
        default:
            let shown = "{\"Type\":\((strategy["type"] ?? "").text()),\"RollingUpdate\":null}"
            fail(FieldError(.invalid, "spec.updateStrategy", shown: shown, "must be 'RollingUpdate' or 'OnDelete'"))
        }
        nonNegative(spec["minReadySeconds"], "spec.minReadySeconds")
        nonNegative(spec["ordinals"]?["start"], "spec.ordinals.start")
        for field in ["whenDeleted", "whenScaled"] {
            let path = "spec.persistentVolumeClaimRetentionPolicy.\(field)"
            choice(spec["persistentVolumeClaimRetentionPolicy"]?[field], path, ["Retain", "Delete"])
        }
        text(spec["serviceName"], "spec.serviceName", Names.faultsOfLabel)
        for (index, claim) in (spec["volumeClaimTemplates"]?.arrayValue ?? []).enumerated() {
            self.claim(claim["spec"] ?? [:], nil, "spec.volumeClaimTemplates[\(index)].spec")
        }
        if let old { statefulSetUpdate(spec, old) }
    }

    private mutating func statefulSetUpdate(_ spec: JSONValue, _ before: JSONValue) {
        var (new, old) = (spec, before)
        for field in [
            "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
        ] {
            new[field] = nil
            old[field] = nil
        }
        require(
            new == old,
            .forbidden(
                "spec",
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
                    + "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
                    + "'minReadySeconds' are forbidden"))
    }
}
