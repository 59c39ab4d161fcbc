import AsyncHTTPClient
import Foundation
import KubernetesClient
import NIOCore
import NIOHTTP1
import Testing

/// A node agent against the real API server and controllers, with small scripts as containers.
@Suite(.serialized) struct NodeTests {
    @Test func aPodSeesItsEnvironmentAndVolumesAndTheirChanges() async throws {
        try await NodeUnderTest.withNode { node in
            var service = UntypedObject(.service, name: "web", namespace: "default")
            service.spec = ["ports": [["port": 80]]]
            try await node.client.create(.service, service)
            var map = UntypedObject(.configMap, name: "settings", namespace: "default")
            map.json["data"] = ["colour": "red", "size": "1"]
            try await node.client.create(.configMap, map)
            var secret = UntypedObject(.secret, name: "keys", namespace: "default")
            secret.json["stringData"] = ["password": "p@ss"]
            try await node.client.create(.secret, secret)
            let pod = try await node.create(
                "sees",
                script: """
                    echo "$POD_NAME $POD_IP $COLOUR $PASSWORD $JOINED" > "$CONTAINER_SANDBOX_MOUNT_POINT/out"
                    trap 'exit 0' TERM; while :; do sleep 0.05; done
                    """,
                container: [
                    "env": [
                        ["name": "POD_NAME", "valueFrom": ["fieldRef": ["fieldPath": "metadata.name"]]],
                        ["name": "POD_IP", "valueFrom": ["fieldRef": ["fieldPath": "status.podIP"]]],
                        [
                            "name": "COLOUR",
                            "valueFrom": ["configMapKeyRef": ["name": "settings", "key": "colour"]],
                        ],
                        [
                            "name": "PASSWORD", "valueFrom": ["secretKeyRef": ["name": "keys", "key": "password"]],
                        ],
                        ["name": "JOINED", "value": "$(POD_NAME)/$(COLOUR)/$(NOT_THERE)"],
                    ],
                    "volumeMounts": [
                        ["name": "settings", "mountPath": "/etc/settings"],
                        ["name": "token", "mountPath": "/var/token"],
                        ["name": "scratch", "mountPath": "/scratch"],
                    ],
                ],
                spec: [
                    "volumes": [
                        ["name": "settings", "configMap": ["name": "settings"]], ["name": "scratch", "emptyDir": [:]],
                        [
                            "name": "token",
                            "projected": [
                                "sources": [
                                    ["serviceAccountToken": ["path": "token", "expirationSeconds": 3600]],
                                    ["configMap": ["name": "kube-root-ca.crt"]],
                                    [
                                        "downwardAPI": [
                                            "items": [
                                                [
                                                    "path": "namespace",
                                                    "fieldRef": ["fieldPath": "metadata.namespace"],
                                                ]
                                            ]
                                        ]
                                    ],
                                ]
                            ],
                        ],
                    ]
                ])
            try await node.waitReady("sees")
            let address = try await node.pod("sees")["status", "podIP"]?.stringValue ?? ""
            #expect(address.hasPrefix("127.\(node.network).1."))
            try await node.eventually("the script has written") { node.file(pod, "/out")?.isEmpty == false }
            #expect(node.file(pod, "/out") == "sees \(address) red p@ss sees/red/$(NOT_THERE)\n")
            #expect(node.file(pod, "/etc/settings/colour") == "red")
            #expect(node.file(pod, "/var/token/namespace") == "default")
            #expect(node.file(pod, "/var/token/token")?.split(separator: ".").count == 3)
            #expect(node.file(pod, "/var/token/ca.crt")?.contains("BEGIN CERTIFICATE") == true)
            try await node.eventually("it knows the Service") {
                node.file(pod, "/etc/hosts")?.contains(
                    " web web.default web.default.svc web.default.svc.cluster.local\n") == true
            }
            try await node.client.patch(
                .configMap, "settings", namespace: "default", .merge(["data": ["colour": "blue", "size": .null]]))
            try await node.eventually("the mounted file follows", within: .seconds(3)) {
                node.file(pod, "/etc/settings/colour") == "blue"
            }
            #expect(node.file(pod, "/etc/settings/size") == nil)
        }
    }

    @Test func whatIsMissingIsToldAndWaitedFor() async throws {
        try await NodeUnderTest.withNode { node in
            try await node.create(
                "waits", script: "sleep 60",
                container: ["envFrom": [["secretRef": ["name": "later"]]]])
            try await node.eventually("the missing Secret is named") {
                let waiting = try await node.status("waits")[path: ["state", "waiting"]]
                return waiting?["reason"] == "CreateContainerConfigError"
                    && waiting?["message"] == "secret \"later\" not found"
            }
            try await node.client.create(.secret, UntypedObject(.secret, name: "later", namespace: "default"))
            try await node.waitReady("waits")
            try await node.create("nowhere", script: "", container: ["command": ["no-such-program"]])
            try await node.eventually("the missing program is named") {
                let waiting = try await node.status("nowhere")[path: ["state", "waiting"]]
                return waiting?["message"]?.stringValue?.contains("no program \"no-such-program\"") == true
            }
        }
    }

    @Test(.enabled(if: getuid() == 0, "only root may run programs as others"))
    func aContainerRunsAsTheUserItsPodNames() async throws {
        try await NodeUnderTest.withNode { node in
            try await node.create(
                "nobody", script: "id -u; id -g; echo mine > own && cat own",
                spec: ["restartPolicy": "Never", "securityContext": ["runAsUser": 65534, "runAsGroup": 65533]])
            try await node.waitPhase("nobody", "Succeeded")
            #expect(try await node.log("nobody") == "65534\n65533\nmine\n")
        }
    }

    @Test func containersEndAndRestartByPolicy() async throws {
        try await NodeUnderTest.withNode { node in
            try await node.create("done", script: "echo fine", spec: ["restartPolicy": "Never"])
            try await node.create("broken", script: "exit 3", spec: ["restartPolicy": "Never"])
            try await node.create("loops", script: "echo run; exit 7")
            try await node.create(
                "ordered", script: "cat \"$CONTAINER_SANDBOX_MOUNT_POINT/shared/made\"",
                container: ["volumeMounts": [["name": "shared", "mountPath": "/shared"]]],
                spec: [
                    "restartPolicy": "Never", "volumes": [["name": "shared", "emptyDir": [:]]],
                    "initContainers": [
                        [
                            "name": "first", "image": "shell",
                            "command": [
                                "sh", "-c", "echo by-init > \"$CONTAINER_SANDBOX_MOUNT_POINT/shared/made\"",
                            ],
                            "volumeMounts": [["name": "shared", "mountPath": "/shared"]],
                        ]
                    ],
                ])
            try await node.waitPhase("done", "Succeeded")
            try await node.waitPhase("broken", "Failed")
            #expect(try await node.status("broken")[path: ["state", "terminated", "exitCode"]] == 3)
            try await node.waitPhase("ordered", "Succeeded")
            #expect(try await node.log("ordered", LogOptions(container: "main")) == "by-init\n")
            try await node.eventually("the second crash backs off") {
                let status = try await node.status("loops")
                return status[path: ["state", "waiting", "reason"]] == "CrashLoopBackOff"
            }
            let status = try await node.status("loops")
            #expect(status["restartCount"] == 1)
            #expect(status[path: ["lastState", "terminated", "exitCode"]] == 7)
            #expect(try await node.log("loops", LogOptions(previous: true)) == "run\n")
        }
    }

    @Test func probesDecideReadinessAndRestarts() async throws {
        try await NodeUnderTest.withNode { node in
            let pod = try await node.create(
                "probed", script: "touch alive; while :; do sleep 0.1; done",
                container: [
                    "readinessProbe": [
                        "exec": ["command": ["test", "-e", "ready"]], "periodSeconds": 1, "failureThreshold": 1,
                    ],
                    "livenessProbe": [
                        "exec": ["command": ["test", "-e", "alive"]], "periodSeconds": 1, "failureThreshold": 1,
                    ],
                ])
            try await node.waitPhase("probed", "Running")
            #expect(try await node.status("probed")["ready"] == false)
            let root = "\(node.state)/node/pods/\(pod.uid)/main/root"
            #expect(FileManager.default.createFile(atPath: "\(root)/ready", contents: nil))
            try await node.waitReady("probed")
            try FileManager.default.removeItem(atPath: "\(root)/ready")
            try await node.eventually("it is not ready any more") {
                try await node.status("probed")["ready"] == false
            }
            try FileManager.default.removeItem(atPath: "\(root)/alive")
            try await node.eventually("it was restarted") { try await node.status("probed")["restartCount"] == 1 }
        }
    }

    @Test func aDeletedPodIsAskedToStopThenStopped() async throws {
        try await NodeUnderTest.withNode { node in
            var claim = UntypedObject(.persistentVolumeClaim, name: "mail", namespace: "default")
            claim.spec = ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]]
            try await node.client.create(.persistentVolumeClaim, claim)
            try await node.eventually("the claim is bound") {
                try await node.client.get(.persistentVolumeClaim, "mail", namespace: "default")["status", "phase"]
                    == "Bound"
            }
            try await node.create(
                "polite",
                script:
                    "trap 'echo bye >> $CONTAINER_SANDBOX_MOUNT_POINT/keep/log; exit 0' TERM; while :; do sleep 0.05; done",
                container: [
                    "volumeMounts": [["name": "keep", "mountPath": "/keep"]],
                    "lifecycle": [
                        "preStop": [
                            "exec": ["command": ["sh", "-c", "echo hook >> $CONTAINER_SANDBOX_MOUNT_POINT/keep/log"]]
                        ]
                    ],
                ],
                spec: [
                    "terminationGracePeriodSeconds": 10,
                    "volumes": [["name": "keep", "persistentVolumeClaim": ["claimName": "mail"]]],
                ])
            let stubborn = try await node.create(
                "stubborn", script: "trap '' TERM; echo $$$$ > pid; while :; do sleep 0.05; done")
            try await node.waitReady("polite")
            try await node.waitReady("stubborn")
            try await node.eventually("its pid is known") { node.file(stubborn, "/pid")?.isEmpty == false }
            let pid = Int32(node.file(stubborn, "/pid")?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "") ?? 0
            try await node.client.delete(.pod, "polite", namespace: "default")
            try await node.client.delete(.pod, "stubborn", namespace: "default")
            try await node.eventually("both are gone", within: .seconds(6)) {
                let polite = try await node.client.find(.pod, "polite", namespace: "default")
                let stubborn = try await node.client.find(.pod, "stubborn", namespace: "default")
                return polite == nil && stubborn == nil
            }
            let log = try String(contentsOfFile: "\(node.state)/node/volumes/default/mail/log", encoding: .utf8)
            #expect(log == "hook\nbye\n")
            try await node.client.delete(.persistentVolumeClaim, "mail", namespace: "default")
            try await node.eventually("the claim's data goes with it") {
                !FileManager.default.fileExists(atPath: "\(node.state)/node/volumes/default/mail")
            }
            #expect(kill(pid, 0) != 0, "the process is gone")
        }
    }

    @Test func logsAreReadAsKubectlDoes() async throws {
        try await NodeUnderTest.withNode { node in
            let pod = try await node.create(
                "speaks",
                script: """
                    for i in $(seq 0 19); do echo line $i; done
                    until [ -e go ]; do sleep 0.05; done
                    echo last; echo err >&2
                    """,
                spec: ["restartPolicy": "Never"])
            try await node.waitPhase("speaks", "Running")
            // Two lines of the past: whether it begins before or after the end, the last two come.
            async let followed = node.log("speaks", LogOptions(follow: true, tailLines: 2))
            let go = "\(node.state)/node/pods/\(pod.uid)/main/root/go"
            #expect(FileManager.default.createFile(atPath: go, contents: nil))
            #expect(try await followed.hasSuffix("last\nerr\n"))
            try await node.waitPhase("speaks", "Succeeded")
            #expect(try await node.log("speaks", LogOptions(tailLines: 3)) == "line 19\nlast\nerr\n")
            #expect(try await node.log("speaks", LogOptions(limitBytes: 6)) == "line 0")
            let stamped = try await node.log("speaks", LogOptions(tailLines: 1, timestamps: true))
            #expect(Timestamp(String(stamped.prefix { $0 != " " })) != nil)
            await #expect(throws: KubernetesError.self) { try await node.log("speaks", LogOptions(previous: true)) }
        }
    }

    @Test func containersHooksAndProbesInheritNoSockets() async throws {
        try await NodeUnderTest.withNode { node in
            let list = "ls -l /proc/self/fd > "
            let pod = try await node.create(
                "alone", script: "\(list) main; while :; do sleep 0.05; done",
                container: [
                    "readinessProbe": [
                        "exec": ["command": ["sh", "-c", .string(list + "probe")]], "periodSeconds": 1,
                    ],
                    "lifecycle": ["postStart": ["exec": ["command": ["sh", "-c", .string(list + "hook")]]]],
                ])
            try await node.waitReady("alone")
            for name in ["main", "probe", "hook"] {
                let open = try #require(node.file(pod, "/\(name)"))
                #expect(open.contains(" 1 -> "), "something is seen at all: \(open)")
                #expect(!open.contains("socket:") && !open.contains("eventpoll"), "\(name): \(open)")
            }
        }
    }

    @Test func whatPodsUseIsMeasured() async throws {
        try await NodeUnderTest.withNode { node in
            try await node.create("busy", script: "while :; do :; done", labels: ["app": "busy"])
            try await node.waitReady("busy")
            let kind = ResourceKind(group: "metrics.k8s.io", version: "v1beta1", plural: "pods", kind: "PodMetrics")
            try await node.eventually("the busy pod's CPU is seen", within: .seconds(40)) {
                let metrics = try await node.client.listAll(
                    kind, namespace: "default", options: ListOptions(labelSelector: "app=busy"))
                let cpu = metrics.items.first?.json["containers"]?[0]?[path: ["usage", "cpu"]]?.stringValue ?? "0n"
                return (Int(cpu.dropLast()) ?? 0) > 50_000_000
            }
        }
    }

    @Test func nothingOutlivesTheAgentAndPodsAreResumed() async throws {
        try await NodeUnderTest.run { node in
            var pid: Int32 = 0
            func readPid(_ pod: UntypedObject) -> Int32 {
                Int32(node.file(pod, "/pid")?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "") ?? 0
            }
            var pod = UntypedObject(.pod, name: "x")
            var address: JSONValue?
            try await node.withAgent {
                pod = try await node.create("stays", script: "echo $$$$ > pid; while :; do sleep 0.05; done")
                try await node.waitReady("stays")
                try await node.eventually("its pid is known") { readPid(pod) > 0 }
                pid = readPid(pod)
                address = try await node.pod("stays")["status", "podIP"]
            }
            #expect(kill(pid, 0) != 0, "the process stopped with the agent")
            try await node.withAgent {
                try await node.eventually("it runs again") {
                    try await node.status("stays")["restartCount"] == 1 && readPid(pod) != pid
                }
                try await node.waitReady("stays")
                #expect(try await node.pod("stays")["status", "podIP"] == address)
            }
        }
    }

    /// A web server in what every Debian has.
    static let webServer = """
        exec perl -e '
        use IO::Socket::INET; $SIG{PIPE} = "IGNORE"; my $stop = 0; $SIG{TERM} = sub { $stop = 1 };
        my $server = IO::Socket::INET->new(LocalAddr => $ENV{POD_IP}, LocalPort => 8080, Listen => 64, ReuseAddr => 1) or die $!;
        until ($stop) {
            my $client = $server->accept or next;
            my $length = 0;
            while (my $line = <$client>) { $length = $1 if $line =~ /^content-length: (\\d+)/i; last if $line =~ /^\\r?\\n$/ }
            read($client, my $body, $length) if $length;
            my $text = "$ENV{VERSION} $body";
            print $client "HTTP/1.1 200 OK\\r\\nContent-Length: " . length($text) . "\\r\\nConnection: close\\r\\n\\r\\n$text";
            close $client;
        }'
        """

    static func web(version: String) -> UntypedObject {
        var deployment = UntypedObject(.deployment, name: "web", namespace: "default")
        let pod = NodeUnderTest.pod(
            "web", script: webServer,
            container: [
                "ports": [["name": "http", "containerPort": 8080]],
                "env": [
                    ["name": "VERSION", "value": .string(version)],
                    ["name": "POD_IP", "valueFrom": ["fieldRef": ["fieldPath": "status.podIP"]]],
                ],
                "readinessProbe": ["tcpSocket": ["port": "http"], "periodSeconds": 1],
            ])
        deployment.spec = [
            "replicas": 2, "selector": ["matchLabels": ["app": "web"]],
            "template": ["metadata": ["labels": ["app": "web"]], "spec": pod.spec ?? .null],
        ]
        return deployment
    }

    @Test func noRequestFailsWhilePodsRoll() async throws {
        try await NodeUnderTest.withNode { node in
            var service = UntypedObject(.service, name: "web", namespace: "default")
            service.spec = ["selector": ["app": "web"], "ports": [["name": "http", "port": 80, "targetPort": "http"]]]
            let stored = try await node.client.create(.service, service)
            var ingress = UntypedObject(.ingress, name: "shop", namespace: "default")
            ingress.spec = [
                "rules": [
                    [
                        "host": "shop.example.com",
                        "http": [
                            "paths": [
                                [
                                    "path": "/api", "pathType": "Prefix",
                                    "backend": ["service": ["name": "web", "port": ["name": "http"]]],
                                ]
                            ]
                        ],
                    ]
                ]
            ]
            try await node.client.create(.ingress, ingress)
            let http = HTTPClient(eventLoopGroupProvider: .singleton)
            let edge = "http://\(node.address(5)):8080"
            func request(_ url: String, _ body: String? = nil) async throws -> (status: UInt, text: String) {
                var request = HTTPClientRequest(url: url)
                if let body {
                    request.method = .POST
                    request.body = .bytes(ByteBuffer(string: body))
                }
                let response = try await http.execute(request, timeout: .seconds(10))
                return (response.status.code, String(buffer: try await response.body.collect(upTo: 1 << 20)))
            }
            let result: Result<Void, any Error>
            do {
                try await node.eventually("no endpoint is told honestly") {
                    try await request("\(edge)/api").status == 503
                }
                #expect(try await request("\(edge)/other").status == 404)
                try await node.client.create(.deployment, Self.web(version: "one"))
                try await node.eventually("it serves") { try await request("\(edge)/api/x").text == "one " }
                #expect(try await request("\(edge)/api", "data").text == "one data")
                let address = stored["spec", "clusterIP"]?.stringValue ?? ""
                #expect(try await request("http://\(address)/").text == "one ")
                let ingress = try await node.client.get(.ingress, "shop", namespace: "default")
                #expect(ingress["status", "loadBalancer", "ingress"]?[0]?["ip"] == "127.0.0.1")
                try await withThrowingTaskGroup(of: [String].self) { group in
                    let isDone = Flag()
                    for worker in 0..<4 {
                        group.addTask {
                            var failures: [String] = []
                            while await !isDone.value {
                                let answer = try await request("\(edge)/api", worker % 2 == 0 ? nil : "body")
                                if answer.status != 200 { failures.append("\(answer)") }
                            }
                            return failures
                        }
                    }
                    try await node.client.patch(
                        .deployment, "web", namespace: "default",
                        .merge(["spec": ["template": Self.web(version: "two")["spec", "template"] ?? .null]]))
                    try await node.eventually("the new version is everywhere") {
                        let deployment = try await node.client.get(.deployment, "web", namespace: "default")
                        return deployment["status", "updatedReplicas"] == 2 && deployment["status", "replicas"] == 2
                            && deployment["status", "availableReplicas"] == 2
                    }
                    await isDone.set()
                    for try await failures in group { #expect(failures.isEmpty) }
                }
                try await node.eventually("only the new version answers") {
                    try await request("\(edge)/api").text == "two "
                }
                result = .success(())
            } catch {
                result = .failure(error)
            }
            try await http.shutdown()
            try result.get()
        }
    }
}

actor Flag {
    private(set) var value = false
    func set() { value = true }
}
