internal import KubernetesClient

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// What `kubectl get pods` says of a pod: the reason it is not running, if any, rather than the phase.
struct PodSummary {
    private let pod: JSONValue
    private let now: Date
    private var reason: String
    private var restarts = 0
    private var lastRestart: Date?
    private var ready = 0

    init(_ pod: JSONValue, _ now: Date) {
        self.pod = pod
        self.now = now
        let phase = pod.text("status", "phase")
        reason = pod.text("status", "reason")
        if reason.isEmpty { reason = phase }
        let isInitializing = readInitContainers()
        if !isInitializing { readContainers() }
        if pod[path: ["metadata", "deletionTimestamp"]] != nil {
            if pod.text("status", "reason") == "NodeLost" {
                reason = "Unknown"
            } else if !["Succeeded", "Failed"].contains(phase) {
                reason = "Terminating"
            }
        }
    }

    var cells: [JSONValue] {
        let containers = pod[path: ["spec", "containers"]]?.arrayValue?.count ?? 0
        func orNone(_ text: String) -> JSONValue { .string(text.isEmpty ? "<none>" : text) }
        var restartText = "\(restarts)"
        if restarts > 0, let lastRestart {
            restartText += " (\(HumanDuration.text(now.timeIntervalSince(lastRestart))) ago)"
        }
        return [
            pod.nameCell, .string("\(ready)/\(containers)"), .string(reason), .string(restartText), pod.ageCell(now),
            orNone(pod.text("status", "podIP")), orNone(pod.text("spec", "nodeName")),
            orNone(pod.text("status", "nominatedNodeName")), "<none>",
        ]
    }

    /// - Returns: whether the pod still waits for an init container.
    private mutating func readInitContainers() -> Bool {
        let statuses = pod[path: ["status", "initContainerStatuses"]]?.arrayValue ?? []
        let count = pod[path: ["spec", "initContainers"]]?.arrayValue?.count ?? 0
        var initRestarts = 0
        for (index, status) in statuses.enumerated() {
            initRestarts += status["restartCount"]?.intValue ?? 0
            noteRestart(status)
            let state = status["state"] ?? .null
            if let terminated = state["terminated"] {
                if terminated["exitCode"]?.intValue == 0 { continue }
                reason = "Init:\(Self.reason(of: terminated))"
            } else if let waiting = state["waiting"]?["reason"]?.stringValue, !waiting.isEmpty,
                waiting != "PodInitializing"
            {
                reason = "Init:\(waiting)"
            } else {
                reason = "Init:\(index)/\(count)"
            }
            restarts = initRestarts
            return true
        }
        return false
    }

    private mutating func readContainers() {
        var hasRunning = false
        lastRestart = nil
        for status in (pod[path: ["status", "containerStatuses"]]?.arrayValue ?? []).reversed() {
            restarts += status["restartCount"]?.intValue ?? 0
            noteRestart(status)
            let state = status["state"] ?? .null
            if let waiting = state["waiting"]?["reason"]?.stringValue, !waiting.isEmpty {
                reason = waiting
            } else if let terminated = state["terminated"] {
                reason = Self.reason(of: terminated)
            } else if state["running"] != nil, status["ready"] == true {
                hasRunning = true
                ready += 1
            }
        }
        if reason == "Completed", hasRunning {
            let conditions = pod[path: ["status", "conditions"]]?.arrayValue ?? []
            let isReady = conditions.contains { $0.text("type") == "Ready" && $0.text("status") == "True" }
            reason = isReady ? "Running" : "NotReady"
        }
    }

    private mutating func noteRestart(_ status: JSONValue) {
        guard let text = status[path: ["lastState", "terminated", "finishedAt"]]?.stringValue,
            let date = HumanDuration.date(text)
        else { return }
        lastRestart = max(lastRestart ?? date, date)
    }

    private static func reason(of terminated: JSONValue) -> String {
        let reason = terminated.text("reason")
        if !reason.isEmpty { return reason }
        if let signal = terminated["signal"]?.intValue, signal != 0 { return "Signal:\(signal)" }
        return "ExitCode:\(terminated["exitCode"]?.intValue ?? 0)"
    }
}
