import KubernetesClient

/// What writers of a status may not say.
extension BuiltinValidation {
    static func validateStatus(_ object: JSONValue, _ old: JSONValue, _ definition: ResourceDefinition) -> [FieldError]
    {
        var validation = BuiltinValidation()
        let (status, before) = (object["status"] ?? [:], old["status"] ?? [:])
        switch (definition.group, definition.kind) {
        case ("", "Namespace"): validation.phase(of: object)
        case ("", "Node"): validation.nodeChange(object, from: old)
        case ("", "Pod"):
            validation.podStatus(status, before)
            let policy = object[path: ["spec", "restartPolicy"]]
            if policy != "Always" { validation.staysTerminated(status, before, mayRetry: policy == "OnFailure") }
        default: break
        }
        return validation.errors
    }

    mutating func phase(of namespace: JSONValue) {
        let isDeleting = namespace[path: ["metadata", "deletionTimestamp"]] != nil
        let (needed, state) = isDeleting ? ("Terminating", "not empty") : ("Active", "empty")
        let phase = namespace[path: ["status", "phase"]] ?? ""
        let detail = "may only be '\(needed)' if `deletionTimestamp` is \(state)"
        require(phase.stringValue == needed, .invalid("status.Phase", phase, detail))
    }

    private mutating func podStatus(_ status: JSONValue, _ old: JSONValue) {
        let known = ["PodScheduled", "Ready", "Initialized"]
        for (index, condition) in (status["conditions"]?.arrayValue ?? []).enumerated()
        where !known.contains(condition["type"]?.stringValue ?? "") {
            text(condition["type"], "status.conditions[\(index)].Type", Names.faultsOfQualifiedName)
        }
        if status["nominatedNodeName"] != old["nominatedNodeName"] {
            text(status["nominatedNodeName"], "status.nominatedNodeName", Names.faultsOfSubdomain)
        }
        if let generation = status["observedGeneration"], generation.integerValue ?? 0 < 0 {
            fail(.invalid("status.observedGeneration", generation, "must be a non-negative integer"))
        }
        if let before = old["qosClass"], status["qosClass"] != before {
            fail(.invalid("status.qosClass", status["qosClass"] ?? "", "field is immutable"))
        }
        addresses(status["podIPs"], old["podIPs"], "status.podIPs")
        if let first = status["hostIPs"]?[0]?["ip"], first != status["hostIP"] {
            fail(.invalid("status.hostIPs[0].ip", first, "must be equal to `hostIP`"))
        }
        addresses(status["hostIPs"], old["hostIPs"], "status.hostIPs")
    }

    /// Addresses in full, at most one of each family. Those that were there before may stay.
    private mutating func addresses(_ list: JSONValue?, _ old: JSONValue?, _ path: String) {
        let texts = list?.arrayValue?.map { $0["ip"]?.stringValue ?? "" } ?? []
        for (index, text) in texts.enumerated() where old?.arrayValue?.contains(["ip": .string(text)]) != true {
            address(.string(text), "\(path)[\(index)]")
            if IPAddress(text) == nil, IPAddress(text, leadingZeros: true) != nil {
                fail(.invalid("\(path)[\(index)]", .string(text), "must not have leading 0s"))
            }
        }
        let families = texts.compactMap { IPAddress($0, leadingZeros: true)?.isIPv4 }
        guard families.count == texts.count, Set(families).count < families.count else { return }
        let shown = JSONValue.array(texts.map { ["IP": .string($0)] })
        fail(.invalid(path, shown, "may specify no more than one IP for each IP family"))
    }

    /// A container that is not started again stays as it ended.
    private mutating func staysTerminated(_ status: JSONValue, _ old: JSONValue, mayRetry: Bool) {
        let now = status["containerStatuses"]?.arrayValue ?? []
        for (index, before) in (old["containerStatuses"]?.arrayValue ?? []).enumerated() {
            guard let end = before[path: ["state", "terminated"]],
                let same = now.first(where: { $0["name"] == before["name"] }),
                same[path: ["state", "terminated"]] == nil, !mayRetry || end["exitCode"] == 0
            else { continue }
            let path = "status.containerStatuses[\(index)].state"
            fail(.forbidden(path, "may not be transitioned to non-terminated state"))
        }
    }
}
