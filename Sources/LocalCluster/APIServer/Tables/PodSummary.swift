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
    private var total = 0

    init(_ pod: JSONValue, _ now: Date) {
        self.pod = pod
        self.now = now
        let phase = pod.text("status", "phase")
        reason = pod.text("status", "reason")
        if reason.isEmpty { reason = phase }
        if !(pod[path: ["spec", "schedulingGates"]]?.arrayValue ?? []).isEmpty { reason = "SchedulingGated" }
        total = pod[path: ["spec", "containers"]]?.arrayValue?.count ?? 0
        let isInitializing = readInitContainers()
        if !isInitializing || isInitialized { readContainers() }
        if pod[path: ["metadata", "deletionTimestamp"]] != nil {
            if pod.text("status", "reason") == "NodeLost" {
                reason = "Unknown"
            } else if !["Succeeded", "Failed"].contains(phase) {
                reason = "Terminating"
            }
        }
    }

    var cells: [JSONValue] {
        func orNone(_ text: String) -> JSONValue { .string(text.isEmpty ? "<none>" : text) }
        var restartText = "\(restarts)"
        if restarts > 0, let lastRestart {
            restartText += " (\(HumanDuration.text(now.timeIntervalSince(lastRestart))) ago)"
        }
        return [
            pod.nameCell, .string("\(ready)/\(total)"), .string(reason), .string(restartText), pod.ageCell(now),
            orNone(pod.text("status", "podIP")), orNone(pod.text("spec", "nodeName")),
            orNone(pod.text("status", "nominatedNodeName")), .string(readinessGates),
        ]
    }

    /// What a table says of a pod that will not run any more.
    var completion: JSONValue? {
        switch pod.text("status", "phase") {
        case "Succeeded": Self.completed("Succeeded", "The pod has completed successfully.")
        case "Failed": Self.completed("Failed", "The pod failed.")
        default: nil
        }
    }

    private static func completed(_ reason: String, _ message: String) -> JSONValue {
        ["type": "Completed", "status": "True", "reason": .string(reason), "message": .string(message)]
    }

    private var conditions: [JSONValue] { pod[path: ["status", "conditions"]]?.arrayValue ?? [] }

    private func isTrue(_ condition: String) -> Bool {
        conditions.contains { $0.text("type") == condition && $0.text("status") == "True" }
    }

    private var isInitialized: Bool { isTrue("Initialized") }

    private var readinessGates: String {
        let gates = pod[path: ["spec", "readinessGates"]]?.arrayValue ?? []
        if gates.isEmpty { return "<none>" }
        return "\(gates.count { isTrue($0.text("conditionType")) })/\(gates.count)"
    }

    /// - Returns: whether the pod still waits for an init container.
    private mutating func readInitContainers() -> Bool {
        let statuses = pod[path: ["status", "initContainerStatuses"]]?.arrayValue ?? []
        let containers = pod[path: ["spec", "initContainers"]]?.arrayValue ?? []
        // One that restarts runs beside the others.
        let sidecars = Set(containers.filter { $0.text("restartPolicy") == "Always" }.map { $0.text("name") })
        total += sidecars.count
        var initRestarts = 0
        for (index, status) in statuses.enumerated() {
            let isSidecar = sidecars.contains(status.text("name"))
            initRestarts += status["restartCount"]?.intValue ?? 0
            if isSidecar { restarts += status["restartCount"]?.intValue ?? 0 }
            noteRestart(status)
            let state = status["state"] ?? .null
            if let terminated = state["terminated"] {
                if terminated["exitCode"]?.intValue == 0 { continue }
                reason = "Init:\(Self.reason(of: terminated))"
            } else if isSidecar, status["started"] == true {
                if status["ready"] == true { ready += 1 }
                continue
            } else if let waiting = state["waiting"]?["reason"]?.stringValue, !waiting.isEmpty,
                waiting != "PodInitializing"
            {
                reason = "Init:\(waiting)"
            } else {
                reason = "Init:\(index)/\(containers.count)"
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
            reason = isTrue("Ready") ? "Running" : "NotReady"
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
