import KubernetesClient

/// A Job's `podFailurePolicy`: what a failed pod means to it.
struct PodFailurePolicy: Equatable {
    enum Verdict: Equatable {
        case count
        case ignore
        case failIndex
        /// With the message of the Job's condition.
        case failJob(String)
    }

    private let rules: [JSONValue]

    /// `nil` when the Job has none.
    init?(_ job: UntypedObject) {
        guard let rules = job["spec", "podFailurePolicy", "rules"]?.arrayValue else { return nil }
        self.rules = rules
    }

    func judge(_ pod: UntypedObject) -> Verdict {
        for (index, rule) in rules.enumerated() {
            guard let match = match(rule, pod) else { continue }
            switch rule["action"]?.stringValue {
            case "Ignore": return .ignore
            case "FailIndex": return .failIndex
            case "FailJob": return .failJob("\(match) matching FailJob rule at index \(index)")
            default: return .count
            }
        }
        return .count
    }

    /// What of the pod a rule speaks of, as the condition's message tells it.
    private func match(_ rule: JSONValue, _ pod: UntypedObject) -> String? {
        let name = "\(pod.namespace ?? "")/\(pod.name)"
        if let requirement = rule["onExitCodes"] {
            for field in ["containerStatuses", "initContainerStatuses"] {
                for status in pod["status", field]?.arrayValue ?? [] {
                    guard let code = status[path: ["state", "terminated", "exitCode"]]?.intValue, code != 0,
                        let container = status["name"]?.stringValue,
                        requirement["containerName"]?.stringValue ?? container == container
                    else { continue }
                    let listed = requirement["values"]?.arrayValue?.contains { $0.intValue == code } ?? false
                    if listed == (requirement["operator"]?.stringValue == "In") {
                        return "Container \(container) for pod \(name) failed with exit code \(code)"
                    }
                }
            }
            return nil
        }
        let patterns = rule["onPodConditions"]?.arrayValue ?? []
        let condition = pod["status", "conditions"]?.arrayValue?.first { condition in
            patterns.contains {
                let status = $0["status"]?.stringValue ?? ""
                return $0["type"] == condition["type"]
                    && condition["status"]?.stringValue == (status.isEmpty ? "True" : status)
            }
        }
        return condition.map { "Pod \(name) has condition \($0["type"]?.stringValue ?? "")" }
    }
}
