import Foundation
import KubernetesClient

/// Whether a pod's status speaks of now or of an earlier run of its node.
struct PodFreshness {
    private let isReady: Bool
    private let starts: [Date]

    init(_ pod: UntypedObject) {
        let conditions = pod["status", "conditions"]?.arrayValue ?? []
        isReady = conditions.contains { $0["type"] == "Ready" && $0["status"] == "True" }
        starts = (pod["status", "containerStatuses"]?.arrayValue ?? []).compactMap { container in
            let text = container[path: ["state", "running", "startedAt"]]?.stringValue ?? ""
            return try? Date.ISO8601FormatStyle().parse(text)
        }
    }

    /// Ready, in containers that were started after the given moment (Kubernetes tells whole seconds).
    func isServing(since moment: Date) -> Bool {
        let second = Date(timeIntervalSince1970: moment.timeIntervalSince1970.rounded(.down))
        return isReady && !starts.isEmpty && starts.allSatisfy { $0 >= second }
    }
}
