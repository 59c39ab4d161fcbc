import KubernetesClient

/// What a node does with one pod next, as a value: which containers to start and stop and what to report.
///
/// Feed it what happened, then ask ``next(now:)``. It follows the kubelet: init containers one after another, restarts
/// by policy with growing pauses, sidecars last to stop.
struct PodMachine: Sendable {
    enum Action: Sendable, Equatable {
        case start(String)
        case stop(String, grace: Duration, reason: String)
        /// Everything has stopped and the pod is being deleted.
        case finish
    }

    enum Ending: Sendable, Equatable {
        /// The pod object is being deleted.
        case deleted(grace: Duration)
        /// It ran longer than it may.
        case deadlineExceeded
        /// The node agent stops; the pod stays in the API and is resumed later.
        case shutdown(grace: Duration)
    }

    let name: String
    let namespace: String
    let uid: String
    private(set) var spec: PodSpec
    var states: [String: ContainerState]
    var startTime: Timestamp
    /// Why nothing can start yet, such as a Secret that is not there.
    var volumesAreMounted = false
    private(set) var ending: Ending?
    /// The version of the spec that is followed.
    private(set) var generation: Int64 = 0
    /// Conditions that others must set before the pod is ready, with what they are now.
    private(set) var readinessGates: [(type: String, status: String?)] = []
    /// How long a failed start waits for another try.
    static let startRetry = Duration.seconds(5)

    /// - Parameter pod: as the API has it; a status from before the agent was restarted is taken over.
    init(_ pod: UntypedObject, now: Timestamp) {
        name = pod.name
        namespace = pod.namespace ?? ""
        uid = pod.uid
        spec = PodSpec(pod)
        startTime = pod["status", "startTime"]?.stringValue.flatMap { Timestamp($0) } ?? now
        states = [:]
        let waiting = spec.initContainers.isEmpty ? "ContainerCreating" : "PodInitializing"
        let old =
            (pod["status", "initContainerStatuses"]?.arrayValue ?? [])
            + (pod["status", "containerStatuses"]?.arrayValue ?? [])
        for container in spec.allContainers {
            var state = ContainerState()
            state.phase = .waiting(reason: waiting, message: nil)
            if let status = old.first(where: { $0["name"]?.stringValue == container.name }) {
                state.resume(status, now: now)
            }
            states[container.name] = state
        }
        update(pod)
    }

    /// Takes over a new version of the pod object.
    mutating func update(_ pod: UntypedObject) {
        generation = pod.generation
        readinessGates = PodSpec.readinessGates(pod)
        spec.activeDeadline = PodSpec.activeDeadline(pod)
        guard pod.isBeingDeleted else { return }
        if case .shutdown = ending { return }
        let seconds = pod["metadata", "deletionGracePeriodSeconds"]?.intValue
        ending = .deleted(grace: seconds.map { .seconds($0) } ?? spec.terminationGracePeriod)
    }

    mutating func shutDown(grace: Duration) { ending = .shutdown(grace: grace) }

    // MARK: what happened

    mutating func started(_ name: String, at time: Timestamp) {
        change(name) { state in
            guard case .starting = state.phase else { return }
            state.phase = .running(since: time)
        }
    }

    mutating func failedToStart(_ name: String, reason: String, message: String, at time: Timestamp) {
        change(name) { state in
            state.phase = .waiting(reason: reason, message: message)
            state.retryAt = time + Self.startRetry
        }
    }

    /// Something that a start may have lacked has changed.
    mutating func retryStarts() {
        for name in states.keys { change(name) { $0.retryAt = nil } }
    }

    mutating func exited(_ name: String, _ termination: Termination) {
        change(name) { state in
            state.phase = .terminated(termination)
            state.isReady = false
            state.hasStarted = false
            state.isBeginning = false
            state.condemnation = nil
        }
    }

    /// A running container is stopped, and restarted by the pod's policy.
    mutating func condemn(_ name: String, _ condemnation: ContainerState.Condemnation) {
        change(name) { state in
            guard case .running = state.phase else { return }
            state.condemnation = condemnation
        }
    }

    mutating func change(_ name: String, _ change: (inout ContainerState) -> Void) {
        guard var state = states[name] else { return }
        change(&state)
        states[name] = state
    }

    // MARK: what to do

    /// - Returns: what to do now, and when to ask again though nothing happens.
    mutating func next(now: Timestamp) -> (actions: [Action], wake: Timestamp?) {
        if ending == nil, let deadline = spec.activeDeadline, startTime + deadline <= now, !isFinished {
            ending = .deadlineExceeded
        }
        if let ending { return (stopAll(ending), nil) }
        guard !isFinished, volumesAreMounted else { return ([], nil) }
        var pass = Pass(now: now, wake: spec.activeDeadline.map { startTime + $0 })
        pass.actions = stopCondemned()
        if begin(spec.initContainers, &pass) {
            for container in spec.containers { bring(container, &pass) }
        }
        return (pass.actions, pass.wake)
    }

    private struct Pass {
        let now: Timestamp
        var actions: [Action] = []
        var wake: Timestamp?

        mutating func wait(until time: Timestamp) { wake = wake.map { min($0, time) } ?? time }
    }

    /// Runs init containers in order.
    ///
    /// - Returns: whether all are done, sidecars started.
    private mutating func begin(_ containers: [ContainerSpec], _ pass: inout Pass) -> Bool {
        for container in containers {
            guard let state = states[container.name] else { continue }
            if container.isSidecar {
                if !state.isAlive { bring(container, &pass) }
                if state.isRunning && state.hasStarted { continue }
                return false
            }
            if state.termination?.exitCode == 0 { continue }
            // Init containers do not run again once the others have begun.
            if spec.containers.contains(where: { states[$0.name]?.hasEverRun == true }) { continue }
            if !state.isAlive { bring(container, &pass) }
            return false
        }
        return true
    }

    /// Starts a container that should run and does not, when it is time.
    private mutating func bring(_ container: ContainerSpec, _ pass: inout Pass) {
        guard var state = states[container.name], !state.isAlive else { return }
        switch state.phase {
        case .waiting:
            if let retry = state.retryAt, retry > pass.now { return pass.wait(until: retry) }
        case .terminated(let termination):
            guard shouldRestart(container, termination) else { return }
            let pause = state.backoff.remaining(finished: termination.finishedAt, now: pass.now)
            if pause > .zero { return pass.wait(until: pass.now + pause) }
            state.backoff.restarted(finished: termination.finishedAt, now: pass.now)
            state.last = termination
            state.restartCount += 1
        default: return
        }
        state.phase = .starting
        state.retryAt = nil
        states[container.name] = state
        pass.actions.append(.start(container.name))
    }

    func shouldRestart(_ container: ContainerSpec, _ termination: Termination) -> Bool {
        if container.isSidecar { return true }
        switch spec.restartPolicy {
        case .always: return !container.isInit || termination.exitCode != 0
        case .onFailure: return termination.exitCode != 0
        case .never: return false
        }
    }

    private mutating func stopCondemned() -> [Action] {
        spec.allContainers.compactMap { container in
            guard let state = states[container.name], let condemnation = state.condemnation,
                case .running(let since) = state.phase
            else { return nil }
            change(container.name) { state in
                state.phase = .stopping(since: since)
                state.isReady = false
            }
            guard case .probe(let kind) = condemnation else {
                return .stop(container.name, grace: spec.terminationGracePeriod, reason: "FailedPostStartHook")
            }
            let restarts = spec.restartPolicy != .never || container.isSidecar
            return .stop(
                container.name, grace: container.probes[kind]?.terminationGrace ?? spec.terminationGracePeriod,
                reason: "Container \(container.name) failed \(kind.rawValue.lowercased()) probe"
                    + (restarts ? ", will be restarted" : ""))
        }
    }

    private mutating func stopAll(_ ending: Ending) -> [Action] {
        let (grace, reason): (Duration, String) =
            switch ending {
            case .deleted(let grace): (grace, "Stopping container")
            case .deadlineExceeded: (spec.terminationGracePeriod, "Pod was active longer than its deadline")
            case .shutdown(let grace): (min(grace, spec.terminationGracePeriod), "Node is shutting down")
            }
        let others = spec.allContainers.filter { !$0.isSidecar && states[$0.name]?.isAlive == true }
        let sidecars = spec.initContainers.filter { $0.isSidecar && states[$0.name]?.isAlive == true }
        if others.isEmpty && sidecars.isEmpty { return ending == .deadlineExceeded ? [] : [.finish] }
        return (others.isEmpty ? sidecars : others).compactMap { container in
            guard case .running(let since)? = states[container.name]?.phase else { return nil }
            change(container.name) { state in
                state.phase = .stopping(since: since)
                state.isReady = false
            }
            return .stop(container.name, grace: grace, reason: "\(reason) \(container.name)")
        }
    }

    /// The pod ends because its node does.
    var isShuttingDown: Bool {
        if case .shutdown = ending { true } else { false }
    }

    /// Nothing of the pod will run again.
    var isFinished: Bool { phase == .succeeded || phase == .failed }
}
