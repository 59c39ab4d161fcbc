import KubernetesClient

/// Which node a pod goes to, as a value.
enum Scheduling {
    enum Choice: Equatable {
        case node(String)
        /// Why there is none, in the words of Kubernetes' scheduler.
        case none(String)
    }

    /// The node that fits and has the fewest pods.
    ///
    /// - Parameter load: what the pods of a node ask for.
    static func choose(
        _ pod: UntypedObject, nodes: [UntypedObject], load: (String) -> ResourceRequests
    ) -> Choice {
        guard !nodes.isEmpty else { return .none("no nodes available to schedule pods") }
        var reasons: [String: Int] = [:]
        var mayPreempt = 0
        var best: (pods: Int, name: String)?
        for node in nodes {
            let load = load(node.name)
            let (obstacles, isFull) = obstacles(pod, node, load)
            if obstacles.isEmpty {
                if best.map({ (load.pods, node.name) < $0 }) ?? true { best = (load.pods, node.name) }
            } else {
                mayPreempt += isFull ? 1 : 0
                for obstacle in obstacles { reasons[obstacle, default: 0] += 1 }
            }
        }
        if let best { return .node(best.name) }
        let none = "0/\(nodes.count) nodes are available:"
        let told = reasons.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")
        let hopes = [
            (mayPreempt, "No preemption victims found for incoming pod"),
            (nodes.count - mayPreempt, "Preemption is not helpful for scheduling"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.sorted().joined(separator: ", ")
        return .none("\(none) \(told). preemption: \(none) \(hopes).")
    }

    /// What is in the way, and whether fewer pods would help.
    private static func obstacles(
        _ pod: UntypedObject, _ node: UntypedObject, _ load: ResourceRequests
    ) -> (reasons: [String], isFull: Bool) {
        let tolerations = Taint.tolerations(of: pod)
        if node["spec", "unschedulable"]?.boolValue == true,
            !tolerations.contains(where: { Taint(Taint.unschedulable, .noSchedule).isTolerated(by: $0) })
        {
            return (["node(s) were unschedulable"], false)
        }
        // A node whose state nobody has marked yet is judged by its condition.
        let isReady = node.condition("Ready")?["status"]?.stringValue == "True"
        let toleratesUnready = tolerations.contains { Taint(Taint.notReady, .noSchedule).isTolerated(by: $0) }
        guard isReady || toleratesUnready, Taint.admits(pod, to: node, [.noSchedule, .noExecute]) else {
            return (["node(s) had untolerated taint(s)"], false)
        }
        guard NodeSelection.selects(pod, node) else {
            return (["node(s) didn't match Pod's node affinity/selector"], false)
        }
        return (load.shortages(for: pod, on: node), true)
    }
}
