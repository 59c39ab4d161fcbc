import KubernetesClient
import Testing

@testable import LocalNode

@Suite struct PodMachineTests {
    let now = Timestamp("2026-01-01T00:10:00Z") ?? .now

    func machine(_ spec: JSONValue = [:], containers: [String] = ["a"], inits: [JSONValue] = []) -> PodMachine {
        var pod = UntypedObject(.pod, name: "p", namespace: "default")
        pod["metadata", "uid"] = "u"
        pod.spec = [
            "containers": .array(containers.map { ["name": .string($0), "command": ["x"]] }),
            "initContainers": .array(inits),
        ]
        for (key, value) in spec.objectValue ?? [:] { pod["spec", key] = value }
        var machine = PodMachine(pod, now: now)
        machine.volumesAreMounted = true
        return machine
    }

    func ended(_ code: Int, at time: Timestamp) -> Termination {
        Termination(exitCode: code, startedAt: time, finishedAt: time)
    }

    /// Lets containers that were told to start do so.
    func run(_ machine: inout PodMachine, at time: Timestamp) -> [PodMachine.Action] {
        let actions = machine.next(now: time).actions
        for case .start(let name) in actions {
            machine.started(name, at: time)
            machine.change(name) { $0.hasStarted = true }
        }
        return actions
    }

    @Test func initContainersRunInOrderBeforeTheOthers() {
        var machine = machine(containers: ["a", "b"], inits: [["name": "i1"], ["name": "i2"]])
        #expect(run(&machine, at: now) == [.start("i1")])
        #expect(run(&machine, at: now).isEmpty)
        machine.exited("i1", ended(0, at: now))
        #expect(run(&machine, at: now) == [.start("i2")])
        #expect(machine.phase == .pending)
        machine.exited("i2", ended(0, at: now))
        #expect(run(&machine, at: now) == [.start("a"), .start("b")])
        #expect(machine.phase == .running)
    }

    @Test func aSidecarRunsBesideAndStopsLast() {
        var machine = machine(inits: [["name": "side", "restartPolicy": "Always"]])
        #expect(run(&machine, at: now) == [.start("side")])
        #expect(run(&machine, at: now) == [.start("a")])
        machine.shutDown(grace: .seconds(3))
        guard case .stop("a", _, _)? = machine.next(now: now).actions.first else {
            Issue.record("the sidecar went first")
            return
        }
        machine.exited("a", ended(0, at: now))
        guard case .stop("side", _, _)? = machine.next(now: now).actions.first else {
            Issue.record("the sidecar was left")
            return
        }
        machine.exited("side", ended(0, at: now))
        #expect(machine.next(now: now).actions == [.finish])
    }

    @Test func aCrashLoopSlowsDown() {
        var machine = machine()
        _ = run(&machine, at: now)
        machine.exited("a", ended(1, at: now))
        #expect(run(&machine, at: now) == [.start("a")], "the first restart is at once")
        var time = now
        for pause in [10, 20, 40, 80, 160, 300, 300] {
            machine.exited("a", ended(1, at: time))
            let next = machine.next(now: time)
            #expect(next.actions.isEmpty)
            #expect(next.wake == time + .seconds(pause))
            let status = machine.status(previous: [:], podAddress: "1", hostAddress: "2", now: time)
            #expect(status["containerStatuses"]?[0]?[path: ["state", "waiting", "reason"]] == "CrashLoopBackOff")
            time = time + .seconds(pause)
            #expect(run(&machine, at: time) == [.start("a")])
        }
        time = time + .seconds(601)
        machine.exited("a", ended(1, at: time))
        #expect(run(&machine, at: time) == [.start("a")], "ten minutes of peace are enough")
    }

    @Test func thePolicyDecidesWhatEndsThePod() {
        for (policy, code, phase) in [
            ("Never", 0, PodMachine.Phase.succeeded), ("Never", 1, .failed), ("OnFailure", 0, .succeeded),
            ("OnFailure", 1, .running), ("Always", 0, .running),
        ] {
            var machine = machine(["restartPolicy": .string(policy)])
            _ = run(&machine, at: now)
            machine.exited("a", ended(code, at: now))
            #expect(machine.phase == phase, "\(policy) after \(code)")
        }
    }

    @Test func nothingRestartsInAPodThatIsBeingDeleted() {
        var machine = machine()
        _ = run(&machine, at: now)
        var pod = UntypedObject(.pod, name: "p", namespace: "default")
        pod["metadata", "deletionTimestamp"] = "2026-01-01T00:10:00Z"
        pod["metadata", "deletionGracePeriodSeconds"] = 5
        machine.update(pod)
        #expect(machine.next(now: now).actions == [.stop("a", grace: .seconds(5), reason: "Stopping container a")])
        #expect(machine.next(now: now).actions.isEmpty, "asked once")
        machine.exited("a", ended(143, at: now))
        #expect(machine.next(now: now).actions == [.finish])
    }

    @Test func aPodPastItsDeadlineFails() {
        var machine = machine(["activeDeadlineSeconds": 60])
        _ = run(&machine, at: now)
        #expect(machine.next(now: now).wake == now + .seconds(60))
        #expect(machine.next(now: now + .seconds(60)).actions.count == 1)
        machine.exited("a", ended(143, at: now))
        #expect(machine.next(now: now + .seconds(61)).actions.isEmpty)
        #expect(machine.phase == .failed)
    }

    @Test func whatRanBeforeTheAgentWasRestartedIsRunAgain() throws {
        var before = machine()
        _ = run(&before, at: now)
        var pod = UntypedObject(.pod, name: "p", namespace: "default")
        pod.spec = ["containers": [["name": "a"]]]
        pod.status = before.status(previous: [:], podAddress: "1", hostAddress: "2", now: now)
        var after = PodMachine(pod, now: now + .seconds(5))
        after.volumesAreMounted = true
        #expect(after.next(now: now + .seconds(5)).actions == [.start("a")])
        #expect(after.states["a"]?.restartCount == 1)
        #expect(after.states["a"]?.last?.exitCode == 137)
    }
}

@Suite struct NodeDecisionTests {
    @Test func quickLooksFindAFastStarterAndCountNoFailures() throws {
        let spec = try #require(
            ProbeSpec(["tcpSocket": ["port": 1], "periodSeconds": 5, "failureThreshold": 2], container: [:]))
        var tracker = ProbeTracker(spec)
        var elapsed = Duration.zero
        var counted: [Duration] = []
        var verdict = ProbeTracker.Verdict.unchanged
        while verdict == .unchanged {
            let (pause, counts) = tracker.pause()
            elapsed += pause
            if counts { counted.append(elapsed) }
            verdict = tracker.record(success: false, counts: counts)
        }
        #expect(counted == [.seconds(5), .seconds(10)])
        #expect(verdict == .failed)
        var fast = ProbeTracker(spec)
        #expect(fast.pause().0 <= .milliseconds(50))
        #expect(fast.record(success: true, counts: false) == .succeeded)
        #expect(fast.pause().0 == .seconds(5))
    }

    @Test(arguments: [("$(A)-$(B)", "1-$(B)"), ("$$(A)", "$(A)"), ("$A $", "$A $"), ("$(A", "$(A")])
    func referencesToVariablesAreReplaced(text: String, expected: String) {
        #expect(VariableExpansion.expand(text, ["A": "1"]) == expected)
    }

    @Test(arguments: [
        ("registry.example.com:5000/shop/user-service:1.0", "user-service"), ("nginx", "nginx"),
        ("a/b@sha256:00", "b"),
    ])
    func anImageNamesItsProgram(image: String, name: String) { #expect(ProgramLookup.imageName(image) == name) }

    func ingress(_ name: String, host: String?, _ paths: [(String, String, String)]) -> UntypedObject {
        var ingress = UntypedObject(.ingress, name: name, namespace: "default")
        var rule: JSONValue = [
            "http": [
                "paths": .array(
                    paths.map { path, type, service in
                        [
                            "path": .string(path), "pathType": .string(type),
                            "backend": ["service": ["name": .string(service), "port": ["number": 80]]],
                        ]
                    })
            ]
        ]
        if let host { rule["host"] = .string(host) }
        ingress.spec = ["rules": [rule]]
        return ingress
    }

    @Test func theLongestPathOfTheHostWins() {
        let routing = IngressRouting([
            ingress(
                "shop", host: "shop.example.com",
                [
                    ("/", "Prefix", "root"), ("/api", "Prefix", "api"), ("/api/v1/", "Prefix", "v1"),
                    ("/api/v1", "Exact", "exact"),
                ]),
            ingress("wild", host: "*.example.com", [("/", "Prefix", "wild")]),
        ])
        func service(_ host: String, _ path: String) -> String? {
            routing.backend(host: host, path: path)?.service.name
        }
        #expect(service("shop.example.com", "/api/v1") == "exact")
        #expect(service("SHOP.example.com:8080", "/api/v1/x") == "v1")
        #expect(service("shop.example.com", "/apis") == "root", "prefixes are of whole elements")
        #expect(service("other.example.com", "/api") == "wild")
        #expect(service("elsewhere.org", "/") == nil)
        #expect(service("127.0.0.1:8080", "/api/v1/x") != nil, "this machine stands for any host")
    }

    @Test func aHostsFileHasTheNamesThatClusterDNSWould() {
        var service = UntypedObject(.service, name: "web", namespace: "shop")
        service.spec = ["clusterIP": "127.9.128.1"]
        var headless = UntypedObject(.service, name: "db", namespace: "data")
        headless.spec = ["clusterIP": "None"]
        var slice = UntypedObject(
            .endpointSlice, name: "db", namespace: "data", labels: ["kubernetes.io/service-name": "db"])
        slice.json["endpoints"] = [["addresses": ["127.9.0.2"]]]
        let table = HostsTable(services: [service, headless], slices: [slice])
        let text = table.text(namespace: "shop", podAddress: "127.9.1.1", hostname: "p", aliases: [])
        #expect(text.contains("\n127.9.128.1 web web.shop web.shop.svc web.shop.svc.cluster.local\n"))
        #expect(text.contains("\n127.9.0.2 db.data db.data.svc db.data.svc.cluster.local\n"))
        #expect(text.contains("\n127.9.1.1 p\n"))
    }

    @Test func endpointsThatLeaveServeOnlyWhenThereIsNobodyElse() {
        var service = UntypedObject(.service, name: "web", namespace: "shop")
        service.spec = ["clusterIP": "127.9.128.1", "ports": [["port": 80]]]
        var slice = UntypedObject(
            .endpointSlice, name: "web", namespace: "shop", labels: ["kubernetes.io/service-name": "web"])
        slice.json["ports"] = [["port": 8080]]
        func endpoint(_ address: String, _ ready: Bool, _ terminating: Bool) -> JSONValue {
            [
                "addresses": [.string(address)],
                "conditions": ["ready": .bool(ready), "serving": true, "terminating": .bool(terminating)],
            ]
        }
        slice.json["endpoints"] = [endpoint("a", true, false), endpoint("b", false, true), endpoint("c", false, false)]
        var routing = ServiceRouting(services: [service], slices: [slice])
        let key = ObjectKey(namespace: "shop", name: "web")
        #expect(routing.services[key]?.ports[0].candidates == [.init(address: "a", port: 8080)])
        routing.drain(["a"])
        #expect(routing.services[key]?.ports[0].candidates.map(\.address) == ["b", "a"])
    }

    @Test func podAddressesComeFromTheNetworkAndAreNotInUse() {
        let network = PodNetwork(prefix: "127.9")
        let first = network.free(from: 0, taken: [], isInUse: { _ in false })
        #expect(first?.address == "127.9.1.1")
        let next = network.free(from: 0, taken: ["127.9.1.1"], isInUse: { $0 == "127.9.1.2" })
        #expect(next?.address == "127.9.1.3")
        #expect(network.address(127 * 254 - 1) == "127.9.127.254")
    }

    @Test func aLogFilterPicksLinesAndJoinsParts() {
        var filter = LogFilter(LogQuery())
        let log = "2026-01-01T00:00:00.000000Z stdout P lo\n2026-01-01T00:00:00.000000Z stdout F ng\n2026"
        #expect(filter.lines(log.utf8).map { String(decoding: $0, as: UTF8.self) }.joined() == "long\n")
        var since = LogFilter(LogQuery(since: Timestamp("2026-01-01T00:00:05Z")))
        let two = "2026-01-01T00:00:00.000000Z stdout F old\n2026-01-01T00:00:09.000000Z stdout F new\n"
        #expect(since.lines(two.utf8).map { String(decoding: $0, as: UTF8.self) } == ["new\n"])
    }
}
