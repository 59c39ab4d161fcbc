import KubernetesClient

/// Which node a pod goes to, as a value.
enum Scheduling {
    enum Choice: Equatable {
        case node(String)
        /// Why there is none.
        case none(String)
    }

    /// The ready node that fits and has the fewest pods.
    static func choose(_ pod: UntypedObject, nodes: [UntypedObject], podCount: (String) -> Int) -> Choice {
        let selector = pod["spec", "nodeSelector"]?.stringMapValue ?? [:]
        var notReady = 0
        var unschedulable = 0
        var notSelected = 0
        var fitting: [String] = []
        for node in nodes {
            if node.condition("Ready")?["status"]?.stringValue != "True" {
                notReady += 1
            } else if node["spec", "unschedulable"]?.boolValue == true {
                unschedulable += 1
            } else if !selector.allSatisfy({ node.labels[$0.key] == $0.value }) {
                notSelected += 1
            } else {
                fitting.append(node.name)
            }
        }
        let best = fitting.map { (podCount($0), $0) }.min { $0 < $1 }
        if let best { return .node(best.1) }
        let reasons = [
            (notReady, "node(s) were not ready"), (unschedulable, "node(s) were unschedulable"),
            (notSelected, "node(s) didn't match Pod's node affinity/selector"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let detail = reasons.isEmpty ? "" : ": " + reasons.joined(separator: ", ")
        return .none("0/\(nodes.count) nodes are available\(detail).")
    }
}
