import Foundation
import KubernetesClient
import Testing

@testable import LocalAPIServer

@Suite struct PodSummaryTests {
    private let now = Date(timeIntervalSince1970: 1_700_000_000)

    /// Ready, status and restarts of a pod with one container.
    private func shown(_ status: JSONValue, deleted: Bool = false) -> [String] {
        var pod: JSONValue = [
            "metadata": ["name": "web"],
            "spec": ["containers": [["name": "web"]], "initContainers": [["name": "setup"]]],
            "status": status,
        ]
        if deleted { pod[path: ["metadata", "deletionTimestamp"]] = "2023-11-14T22:13:20Z" }
        return PodSummary(pod, now).cells[1...3].compactMap(\.stringValue)
    }

    @Test func aRunningPodIsRunning() {
        let status: JSONValue = [
            "phase": "Running", "containerStatuses": [["ready": true, "restartCount": 0, "state": ["running": [:]]]],
        ]
        #expect(shown(status) == ["1/1", "Running", "0"])
        #expect(shown(status, deleted: true) == ["1/1", "Terminating", "0"])
    }

    @Test func aCrashingContainerSaysWhyAndHowOften() {
        let status: JSONValue = [
            "phase": "Running",
            "containerStatuses": [
                [
                    "ready": false, "restartCount": 3, "state": ["waiting": ["reason": "CrashLoopBackOff"]],
                    "lastState": ["terminated": ["finishedAt": "2023-11-14T22:12:50Z"]],
                ]
            ],
        ]
        #expect(shown(status) == ["0/1", "CrashLoopBackOff", "3 (30s ago)"])
    }

    @Test func aPodWaitsForItsInitContainers() {
        let waiting: JSONValue = [
            "phase": "Pending", "initContainerStatuses": [["restartCount": 0, "state": ["running": [:]]]],
        ]
        #expect(shown(waiting) == ["0/1", "Init:0/1", "0"])
        let failed: JSONValue = [
            "phase": "Pending",
            "initContainerStatuses": [["restartCount": 1, "state": ["terminated": ["exitCode": 3]]]],
        ]
        #expect(shown(failed) == ["0/1", "Init:ExitCode:3", "1"])
    }

    @Test func aFinishedPodIsCompleted() {
        let status: JSONValue = [
            "phase": "Succeeded",
            "containerStatuses": [
                ["restartCount": 0, "state": ["terminated": ["reason": "Completed", "exitCode": 0]]]
            ],
        ]
        #expect(shown(status) == ["0/1", "Completed", "0"])
    }
}
