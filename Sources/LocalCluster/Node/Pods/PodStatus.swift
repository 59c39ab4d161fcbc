import KubernetesClient

/// The pod's status as the kubelet reports it.
extension PodMachine {
    enum Phase: String, Sendable {
        case pending = "Pending"
        case running = "Running"
        case succeeded = "Succeeded"
        case failed = "Failed"
    }

    var phase: Phase {
        if case .deadlineExceeded = ending { return .failed }
        for container in spec.initContainers where !container.isSidecar {
            guard let state = states[container.name] else { continue }
            if let termination = state.termination {
                if termination.exitCode != 0, spec.restartPolicy == .never { return .failed }
                if termination.exitCode != 0, !hasBegun { return .pending }
            } else if !hasBegun {
                return .pending
            }
        }
        let states = spec.containers.compactMap { self.states[$0.name] }
        if states.contains(where: { $0.isNew }) { return .pending }
        if states.contains(where: \.isAlive) { return .running }
        let terminations = states.compactMap { $0.termination ?? $0.last }
        if let ending, case .deleted = ending {
            return terminations.allSatisfy { $0.exitCode == 0 } ? .succeeded : .failed
        }
        switch spec.restartPolicy {
        case .always: return .running
        case .onFailure: return terminations.allSatisfy { $0.exitCode == 0 } ? .succeeded : .running
        case .never: return terminations.allSatisfy { $0.exitCode == 0 } ? .succeeded : .failed
        }
    }

    private var hasBegun: Bool { spec.containers.contains { states[$0.name]?.hasEverRun == true } }

    /// - Parameters:
    ///   - previous: the status before, whose transition times stay where nothing changed.
    func status(previous: JSONValue, podAddress: String, hostAddress: String, now: Timestamp) -> JSONValue {
        let phase = phase
        var status: JSONValue = [
            "observedGeneration": generation > 0 ? JSONValue(Int(generation)) : .null,
            "phase": .string(phase.rawValue), "reason": .null, "message": .null,
            "startTime": .string(startTime.seconds), "podIP": .string(podAddress),
            "podIPs": [["ip": .string(podAddress)]], "hostIP": .string(hostAddress),
            "hostIPs": [["ip": .string(hostAddress)]],
            "containerStatuses": .array(spec.containers.map { containerStatus($0, now: now) }),
        ]
        if !spec.initContainers.isEmpty {
            status["initContainerStatuses"] = .array(spec.initContainers.map { containerStatus($0, now: now) })
        }
        if case .deadlineExceeded = ending {
            status["reason"] = "DeadlineExceeded"
            status["message"] = "Pod was active on the node longer than the specified deadline"
        }
        status["conditions"] = .array(conditions(phase, previous["conditions"]?.arrayValue ?? [], now: now))
        return status
    }

    private func containerStatus(_ container: ContainerSpec, now: Timestamp) -> JSONValue {
        let state = states[container.name] ?? ContainerState()
        var status: JSONValue = [
            "name": .string(container.name), "image": .string(container.image),
            "imageID": .string(state.hasEverRun ? container.image : ""),
            "restartCount": JSONValue(state.restartCount), "started": .bool(state.hasStarted && state.isRunning),
        ]
        status["ready"] = .bool(
            container.isInit && !container.isSidecar ? state.termination?.exitCode == 0 : state.isReady)
        var last = state.last.map { $0.json(id: id(container, run: state.restartCount - 1)) }
        if state.hasEverRun { status["containerID"] = .string(id(container, run: state.restartCount)) }
        switch state.phase {
        case .waiting(let reason, let message):
            var waiting: JSONValue = ["reason": .string(reason)]
            if let message { waiting["message"] = .string(message) }
            status["state"] = ["waiting": waiting]
        case .starting: status["state"] = ["waiting": ["reason": "ContainerCreating"]]
        case .running where state.isBeginning: status["state"] = ["waiting": ["reason": "ContainerCreating"]]
        case .running(let since), .stopping(let since):
            status["state"] = ["running": ["startedAt": .string(since.seconds)]]
        case .terminated(let termination):
            let json = termination.json(id: id(container, run: state.restartCount))
            let pause = state.backoff.remaining(finished: termination.finishedAt, now: now)
            if pause > .zero, ending == nil, shouldRestart(container, termination) {
                let seconds = state.backoff.pause?.components.seconds ?? 0
                status["state"] = [
                    "waiting": [
                        "reason": "CrashLoopBackOff",
                        "message": .string(
                            "back-off \(Self.text(seconds)) restarting failed container=\(container.name) "
                                + "pod=\(name)_\(namespace)(\(uid))"),
                    ]
                ]
                last = json
            } else {
                status["state"] = ["terminated": json]
            }
        }
        status["lastState"] = last.map { ["terminated": $0] } ?? .emptyObject
        return status
    }

    private func id(_ container: ContainerSpec, run: Int) -> String { "process://\(uid)/\(container.name)/\(run)" }

    /// As Go writes durations: `10s`, `1m20s`, `5m0s`.
    private static func text(_ seconds: Int64) -> String {
        seconds < 60 ? "\(seconds)s" : "\(seconds / 60)m\(seconds % 60)s"
    }

    private func conditions(_ phase: Phase, _ previous: [JSONValue], now: Timestamp) -> [JSONValue] {
        let isDone = phase == .succeeded
        let unready = spec.allContainers.filter { !$0.isInit || $0.isSidecar }.map(\.name)
            .filter { states[$0]?.isReady != true }
        let notInitialized = spec.initContainers.filter { container in
            guard let state = states[container.name] else { return false }
            return container.isSidecar ? !state.hasStarted : state.termination?.exitCode != 0 && !hasBegun
        }.map(\.name)
        let containersReady = Fact(
            isTrue: unready.isEmpty && notInitialized.isEmpty && phase == .running,
            reason: isDone ? "PodCompleted" : phase == .failed ? "PodFailed" : "ContainersNotReady",
            message: isFinished || unready.isEmpty
                ? nil : "containers with unready status: [\(unready.joined(separator: " "))]")
        let initialized = Fact(
            isTrue: isDone || notInitialized.isEmpty, reason: "ContainersNotInitialized",
            message: "containers with incomplete status: [\(notInitialized.joined(separator: " "))]",
            reasonWhenTrue: isDone ? "PodCompleted" : nil)
        let facts: [(String, Fact)] = [
            ("PodReadyToStartContainers", Fact(isTrue: volumesAreMounted && !isFinished)), ("Initialized", initialized),
            ("Ready", containersReady.isTrue ? gates : containersReady), ("ContainersReady", containersReady),
            ("PodScheduled", Fact(isTrue: true)),
        ]
        return facts.map { type, fact in
            var condition = fact.condition(type, previous.first { $0["type"]?.stringValue == type }, now: now)
            if generation > 0 { condition["observedGeneration"] = JSONValue(Int(generation)) }
            return condition
        }
    }

    /// Whether the conditions that others set allow the pod to be ready.
    private var gates: Fact {
        let messages = readinessGates.compactMap { type, status -> String? in
            guard let status else { return "corresponding condition of pod readiness gate \"\(type)\" does not exist." }
            if status == "True" { return nil }
            return "the status of pod readiness gate \"\(type)\" is not \"True\", but \(status)"
        }
        return Fact(
            isTrue: messages.isEmpty, reason: "ReadinessGatesNotReady", message: messages.joined(separator: ", "))
    }

    private struct Fact {
        var isTrue: Bool
        var reason: String?
        var message: String?
        var reasonWhenTrue: String?

        func condition(_ type: String, _ previous: JSONValue?, now: Timestamp) -> JSONValue {
            let status: JSONValue = isTrue ? "True" : "False"
            var condition: JSONValue = ["type": .string(type), "status": status, "lastProbeTime": .null]
            let since = previous?["status"] == status ? previous?["lastTransitionTime"] : nil
            condition["lastTransitionTime"] = since ?? .string(now.seconds)
            // Conditions merge by their type: what is no longer said has to be taken back.
            condition["reason"] = (isTrue ? reasonWhenTrue : reason).map { .string($0) } ?? .null
            condition["message"] = isTrue ? .null : message.map { .string($0) } ?? .null
            return condition
        }
    }
}

extension ContainerState {
    /// Never ran.
    fileprivate var isNew: Bool {
        switch phase {
        case .waiting, .starting: last == nil
        default: false
        }
    }
}
