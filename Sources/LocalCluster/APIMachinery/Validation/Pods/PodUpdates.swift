import KubernetesClient

/// What may change of a pod.
extension BuiltinValidation {
    private static let unchangeable =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"

    mutating func pod(_ pod: JSONValue, _ old: JSONValue?) {
        let spec = pod["spec"] ?? [:]
        podSpec(spec, "spec")
        if let old = old?["spec"] {
            podChange(from: old, to: spec)
        } else {
            let gates = spec["schedulingGates"]?.arrayValue ?? []
            if !gates.isEmpty, spec["nodeName"] != nil {
                fail(.forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared"))
            }
        }
    }

    private mutating func podChange(from old: JSONValue, to new: JSONValue) {
        for list in ["containers", "initContainers"] {
            let images = new[list]?.arrayValue?.map { $0["image"]?.stringValue ?? "" } ?? []
            guard images.count == old[list]?.arrayValue?.count ?? 0 else {
                return fail(.forbidden("spec.\(list)", "pod updates may not add or remove containers"))
            }
            for (index, image) in images.enumerated() { imageName(image, "spec.\(list)[\(index)].image") }
        }
        guard deadline(new["activeDeadlineSeconds"], from: old["activeDeadlineSeconds"]) else { return }
        tolerations(new["tolerations"]?.arrayValue ?? [], from: old["tolerations"]?.arrayValue ?? [])
        let gates = old["schedulingGates"]?.arrayValue ?? []
        for (index, gate) in (new["schedulingGates"]?.arrayValue ?? []).enumerated() where !gates.contains(gate) {
            let name = gate["name"]?.stringValue ?? ""
            let path = "spec.schedulingGates[\(index)].name"
            fail(.forbidden(path, "only deletion is allowed, but found new scheduling gate '\(name)'"))
        }
        // Where a pod that waits may run can still be narrowed.
        if !gates.isEmpty { nodeSelector(new["nodeSelector"] ?? [:], narrows: old["nodeSelector"] ?? [:]) }
        let isNarrowed = !gates.isEmpty
        require(Self.fixed(new, isNarrowed) == Self.fixed(old, isNarrowed), .forbidden("spec", Self.unchangeable))
    }

    /// What never changes of a pod's spec.
    private static func fixed(_ spec: JSONValue, _ isWaiting: Bool) -> JSONValue {
        var spec = spec
        for list in ["containers", "initContainers"] { spec.changeEach(list) { $0["image"] = nil } }
        for field in ["activeDeadlineSeconds", "tolerations", "schedulingGates"] + (isWaiting ? ["nodeSelector"] : []) {
            spec[field] = nil
        }
        return spec
    }

    mutating func imageName(_ image: String, _ path: String) {
        if image.isEmpty { fail(.required(path)) }
        if image.first?.isWhitespace ?? false || image.last?.isWhitespace ?? false {
            fail(.invalid(path, .string(image), "must not have leading or trailing whitespace"))
        }
    }

    /// - Returns: whether the new deadline is one that can be compared further.
    private mutating func deadline(_ new: JSONValue?, from old: JSONValue?) -> Bool {
        let path = "spec.activeDeadlineSeconds"
        guard let seconds = new?.integerValue else {
            if old != nil { fail(.invalid(path, .null, "must not update from a positive integer to nil value")) }
            return true
        }
        let before = errors.count
        range(new, path, 0...2_147_483_647)
        if errors.count == before, let most = old?.integerValue, seconds > most {
            fail(.invalid(path, .integer(seconds), "must be less than or equal to previous value"))
        }
        return errors.count == before
    }

    private mutating func tolerations(_ new: [JSONValue], from old: [JSONValue]) {
        func timeless(_ toleration: JSONValue) -> JSONValue {
            var toleration = toleration
            toleration["tolerationSeconds"] = nil
            return toleration
        }
        let kept = new.map(timeless)
        guard old.map(timeless).allSatisfy(kept.contains) else {
            let detail = "existing toleration can not be modified except its tolerationSeconds"
            return fail(.forbidden("spec.tolerations", detail))
        }
        for (index, toleration) in new.enumerated() { self.toleration(toleration, "spec.tolerations[\(index)]") }
    }

    private mutating func nodeSelector(_ new: JSONValue, narrows old: JSONValue) {
        let isNarrower = (old.objectValue ?? [:]).allSatisfy { new[$0.key] == $0.value }
        let detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)"
        require(isNarrower, .invalid("spec.nodeSelector", new, detail))
    }
}
