import Foundation
import KubernetesClient
import Testing

/// What a kubelet does with pods, seen through the API and the files of real processes.
@Suite(.serialized) struct NodeSemanticsTests {
    @Test func hooksFrameAContainersLife() async throws {
        try await NodeUnderTest.withNode { node in
            func hook(_ script: String) -> JSONValue { ["exec": ["command": ["sh", "-c", .string(script)]]] }
            let pod = try await node.create(
                "hooked", script: "trap 'exit 0' TERM; while :; do sleep 0.05; done",
                container: [
                    "lifecycle": [
                        "postStart": hook("until [ -e go ]; do sleep 0.05; done"), "preStop": hook("echo >> bye"),
                    ]
                ])
            try await node.create(
                "refused", script: "sleep 60", container: ["lifecycle": ["postStart": hook("exit 1")]])
            let root = "\(node.state)/node/pods/\(pod.uid)/main/root"
            try await node.eventually("it has a place") { FileManager.default.fileExists(atPath: root) }
            try await node.eventually("a failed hook ends its container") {
                try await node.status("refused")["restartCount"]?.intValue ?? 0 > 0
            }
            #expect(try await node.messages(of: "refused").contains("PostStartHook failed"))
            #expect(try await node.status("hooked")["started"] == false, "its postStart hook has not ended")
            #expect(try await node.status("hooked")[path: ["state", "waiting", "reason"]] == "ContainerCreating")
            #expect(FileManager.default.createFile(atPath: "\(root)/go", contents: nil))
            try await node.waitReady("hooked")
            #expect(try await node.messages(of: "hooked").contains("Container started"))
        }
    }

    @Test func howAContainerEndedIsExplained() async throws {
        try await NodeUnderTest.withNode { node in
            let never: JSONValue = ["restartPolicy": "Never"]
            try await node.create(
                "tells", script: "printf why > \"$CONTAINER_SANDBOX_MOUNT_POINT/dev/termination-log\"; exit 3",
                spec: never)
            try await node.create(
                "logs", script: "seq 100; exit 1", container: ["terminationMessagePolicy": "FallbackToLogsOnError"],
                spec: never)
            try await node.create("killed", script: "kill -9 $$$$", spec: never)
            try await node.create(
                "root", script: "true", container: ["securityContext": ["runAsNonRoot": true, "runAsUser": 0]])
            for name in ["tells", "logs", "killed"] { try await node.waitPhase(name, "Failed") }
            let told = try await node.status("tells")
            #expect(told[path: ["state", "terminated", "message"]] == "why")
            #expect(told[path: ["state", "terminated", "containerID"]] == told["containerID"])
            let tail = try await node.status("logs")[path: ["state", "terminated", "message"]]?.stringValue
            #expect(tail == (21...100).map { "\($0)\n" }.joined())
            #expect(try await node.status("killed")[path: ["state", "terminated", "exitCode"]] == 137)
            let ready = try await node.condition("killed", "Ready")
            #expect(ready?["reason"] == "PodFailed")
            try await node.eventually("root is not let in") {
                try await node.status("root")[path: ["state", "waiting", "message"]]?.stringValue?
                    .hasPrefix("container's runAsUser breaks non-root policy") == true
            }
        }
    }

    @Test func volumesAreMountedInPartAndWithTheirModes() async throws {
        try await NodeUnderTest.withNode { node in
            var map = UntypedObject(.configMap, name: "settings", namespace: "default")
            map.json["data"] = ["colour": "red", "size": "1"]
            try await node.client.create(.configMap, map)
            let pod = try await node.create(
                "parts",
                script: """
                    cd "$CONTAINER_SANDBOX_MOUNT_POINT"; stat -L -c %a all/colour all/deep/size; echo x > mine/file
                    trap 'exit 0' TERM; while :; do sleep 0.05; done
                    """,
                container: [
                    "env": [["name": "ME", "valueFrom": ["fieldRef": ["fieldPath": "metadata.name"]]]],
                    "volumeMounts": [
                        ["name": "settings", "mountPath": "/all"],
                        ["name": "settings", "mountPath": "/one/colour", "subPath": "colour"],
                        ["name": "scratch", "mountPath": "/mine", "subPathExpr": "of/$(ME)"],
                    ],
                ],
                spec: [
                    "volumes": [
                        [
                            "name": "settings",
                            "configMap": [
                                "name": "settings", "defaultMode": 0o640,
                                "items": [
                                    ["key": "colour", "path": "colour", "mode": 0o600],
                                    ["key": "size", "path": "deep/size"],
                                ],
                            ],
                        ], ["name": "scratch", "emptyDir": [:]],
                    ]
                ])
            try await node.waitReady("parts")
            try await node.eventually("it has written") { node.file(pod, "/mine/file") == "x\n" }
            #expect(try await node.log("parts") == "600\n640\n")
            let volumes = "\(node.state)/node/pods/\(pod.uid)/volumes"
            #expect(FileManager.default.fileExists(atPath: "\(volumes)/scratch/of/parts/file"))
            try await node.client.patch(
                .configMap, "settings", namespace: "default", .merge(["data": ["colour": "blue"]]))
            try await node.eventually("the whole volume follows", within: .seconds(5)) {
                node.file(pod, "/all/colour") == "blue"
            }
            #expect(node.file(pod, "/one/colour") == "red", "a subPath stays what it was")
        }
    }

    @Test func othersMayHoldAPodsReadinessBack() async throws {
        try await NodeUnderTest.withNode { node in
            try await node.create(
                "gated", script: "sleep 60", spec: ["readinessGates": [["conditionType": "example.com/listed"]]])
            try await node.eventually("its containers are ready") {
                try await node.condition("gated", "ContainersReady")?["status"] == "True"
            }
            let ready = try await node.condition("gated", "Ready")
            #expect(ready?["reason"] == "ReadinessGatesNotReady")
            try await node.client.patch(
                .pod, "gated", namespace: "default",
                .strategicMerge(["status": ["conditions": [["type": "example.com/listed", "status": "True"]]]]),
                subresource: "status")
            try await node.waitReady("gated")
            #expect(try await node.condition("gated", "Ready")?["reason"] == nil)
            #expect(try await node.condition("gated", "example.com/listed")?["status"] == "True")
        }
    }

    @Test func aSecondDeletionMayHaveLessPatience() async throws {
        try await NodeUnderTest.withNode { node in
            try await node.create(
                "stubborn", script: "trap '' TERM; while :; do sleep 0.05; done",
                spec: ["terminationGracePeriodSeconds": 300])
            try await node.waitReady("stubborn")
            try await node.client.delete(.pod, "stubborn", namespace: "default")
            try await node.client.delete(
                .pod, "stubborn", namespace: "default", options: DeleteOptions(gracePeriodSeconds: 1))
            try await node.eventually("it is gone", within: .seconds(10)) {
                try await node.client.find(.pod, "stubborn", namespace: "default") == nil
            }
        }
    }
}

extension NodeUnderTest {
    func condition(_ name: String, _ type: String) async throws -> JSONValue? {
        try await pod(name)["status", "conditions"]?.arrayValue?.first { $0["type"]?.stringValue == type }
    }

    /// What the events about a pod say.
    func messages(of name: String) async throws -> [String] {
        try await client.listAll(
            .event, namespace: "default", options: ListOptions(fieldSelector: "involvedObject.name=\(name)")
        ).items.compactMap { $0.json["message"]?.stringValue }
    }
}
