import Foundation
import KubernetesClient
import KubernetesRuntime
import Logging

#if canImport(Glibc)
    import Glibc
#endif

/// Runs one pod: does what ``PodMachine`` says and tells it what happens.
actor PodWorker {
    enum Input: Sendable {
        case pod(UntypedObject)
        /// The pod object is gone from the API: stop at once and tell nobody.
        case gone
        /// A ConfigMap or Secret of the namespace changed.
        case configurationChanged
        /// It is time to look at the volumes again.
        case refresh
        case shutDown(grace: Duration)
        case started(String, Timestamp, ProcessRecord, ContainerProcess)
        /// Its postStart hook, if any, is done.
        case begun(String)
        case hookFailed(String)
        case failedToStart(String, reason: String, message: String)
        case exited(String, Termination)
        case probed(String, ProbeKind, ProbeTracker.Verdict)
        case timer
    }

    let context: NodeContext
    let identity: PodIdentity
    let address: String
    private(set) var pod: UntypedObject
    private(set) var machine: PodMachine
    private(set) var volumes: PodVolumes
    let logger: Logger
    private let publisher: PodPublisher
    private let tokens: PodTokens
    private let inputs = AsyncStream.makeStream(of: Input.self)
    /// The running process of each container.
    private(set) var processes: [String: (record: ProcessRecord, process: ContainerProcess)] = [:]
    /// When containers that are being stopped must have ended, after a deletion with less grace than the one before.
    private(set) var hastened: ContinuousClock.Instant?
    private var isGone = false
    private var lastVolumeError: String?
    private var nextTimer: Timestamp?

    private static let volumeRetry = Duration.seconds(1)
    /// Tokens are renewed and everything else looked at again this often.
    private static let refreshInterval = Duration.seconds(60)

    init(_ pod: UntypedObject, address: String, context: NodeContext) {
        self.pod = pod
        self.context = context
        self.address = address
        identity = PodIdentity(pod)
        machine = PodMachine(pod, now: .now)
        volumes = PodVolumes(
            spec: machine.spec, pod: identity, folder: context.podFolder(pod.uid), claims: context.claims)
        var logger = context.logger
        logger[metadataKey: "pod"] = "\(pod.key)"
        self.logger = logger
        publisher = PodPublisher(client: context.client, pod: identity, published: pod.status, logger: logger)
        tokens = PodTokens(client: context.client, pod: identity, serviceAccount: machine.spec.serviceAccount)
    }

    nonisolated func tell(_ input: Input) { inputs.continuation.yield(input) }

    var spec: PodSpec { machine.spec }

    /// Runs until the pod has stopped for good.
    func run() async {
        await context.configurations.use(identity.namespace)
        let roots = spec.allContainers.map { volumes.root($0.name) }
        await context.hosts.add(identity, address: address, spec: spec, roots: roots)
        await withDiscardingTaskGroup { group in
            group.addTask { await self.publisher.run() }
            group.addTask { await self.refreshRegularly() }
            await mountVolumes()
            var isFinished = step(&group)
            if !isFinished {
                for await input in inputs.stream {
                    await handle(input)
                    isFinished = step(&group)
                    if isFinished { break }
                }
            }
            await end()
            group.cancelAll()
        }
        context.routing.forget(address)
        await context.hosts.remove(identity)
        await context.configurations.release(identity.namespace)
    }

    // MARK: inputs

    private func handle(_ input: Input) async {
        let now = Timestamp.now
        switch input {
        case .pod(let pod):
            self.pod = pod
            let before = machine.ending
            machine.update(pod)
            if case .deleted(let earlier) = before, case .deleted(let grace) = machine.ending, grace < earlier {
                hastened = .now + grace
            }
        case .gone:
            isGone = true
            machine.shutDown(grace: .zero)
            for process in processes.values { process.record.signal(SIGKILL) }
        case .configurationChanged:
            await mountVolumes()
            machine.retryStarts()
        case .refresh: await mountVolumes()
        case .shutDown(let grace): machine.shutDown(grace: grace)
        case .started(let name, let time, let record, let process):
            processes[name] = (record, process)
            machine.started(name, at: time)
            machine.change(name) { $0.isBeginning = true }
        case .begun(let name): begun(name)
        case .hookFailed(let name): machine.condemn(name, .postStart)
        case .failedToStart(let name, let reason, let message):
            machine.failedToStart(name, reason: reason, message: message, at: now)
            if let container = container(name) {
                record(container, .warning, reason: "Failed", message: "Error: \(message)")
            }
        case .exited(let name, let termination):
            if let process = processes.removeValue(forKey: name) { context.processes.remove(process.record) }
            machine.exited(name, termination)
            tellBackOff(name, termination, now)
        case .probed(let name, let kind, let verdict): probed(name, kind, verdict)
        case .timer: nextTimer = nil
        }
    }

    /// A container without a startup probe has started once it runs; one without a readiness probe is then ready.
    private func begun(_ name: String) {
        guard let container = container(name) else { return }
        machine.change(name) { state in
            state.isBeginning = false
            guard case .running = state.phase else { return }
            state.hasStarted = container.probes[.startup] == nil
            state.isReady = state.hasStarted && container.probes[.readiness] == nil
        }
        context.routing.forget(address)
        record(container, reason: "Started", message: "Container started")
    }

    private func container(_ name: String) -> ContainerSpec? { spec.allContainers.first { $0.name == name } }

    private func probed(_ name: String, _ kind: ProbeKind, _ verdict: ProbeTracker.Verdict) {
        guard let container = container(name) else { return }
        switch (kind, verdict) {
        case (.startup, .succeeded):
            machine.change(name) { state in
                guard case .running = state.phase else { return }
                state.hasStarted = true
                state.isReady = container.probes[.readiness] == nil
            }
        case (.readiness, .succeeded), (.readiness, .failed):
            machine.change(name) { state in
                guard case .running = state.phase else { return }
                state.isReady = verdict == .succeeded
            }
        case (.startup, .failed), (.liveness, .failed): machine.condemn(name, .probe(kind))
        default: break
        }
    }

    private func tellBackOff(_ name: String, _ termination: Termination, _ now: Timestamp) {
        guard machine.ending == nil, let container = container(name),
            machine.shouldRestart(container, termination), let state = machine.states[name],
            state.backoff.remaining(finished: termination.finishedAt, now: now) > .zero
        else { return }
        record(
            container, .warning, reason: "BackOff",
            message: "Back-off restarting failed container \(name) in pod \(pod.name)_\(identity.namespace)(\(pod.uid))"
        )
    }

    // MARK: actions

    /// - Returns: whether the pod is done with.
    private func step(_ group: inout DiscardingTaskGroup) -> Bool {
        let now = Timestamp.now
        let (actions, wake) = machine.next(now: now)
        var isFinished = false
        for action in actions {
            switch action {
            case .start(let name):
                if let container = container(name) {
                    group.addTask { await self.runContainer(container) }
                }
            case .stop(let name, let grace, let reason):
                if let container = container(name) {
                    record(container, reason: "Killing", message: reason)
                    if !spec.usesHostNetwork { context.routing.drain(address) }
                    group.addTask { await self.stop(container, grace: grace) }
                }
            case .finish: isFinished = true
            }
        }
        if let wake, nextTimer.map({ wake < $0 }) ?? true {
            nextTimer = wake
            group.addTask {
                try? await Task.sleep(for: max(.zero, wake - .now))
                self.tell(.timer)
            }
        }
        let status = machine.status(
            previous: pod.status ?? .emptyObject, podAddress: address,
            hostAddress: context.configuration.address, now: now)
        if status["conditions"] != pod["status", "conditions"] { pod["status", "conditions"] = status["conditions"] }
        if !isGone { publisher.publish(status) }
        return isFinished
    }

    private func end() async {
        if isGone || pod.isBeingDeleted {
            if !isGone { await publisher.finish(deleting: true) }
            volumes.remove()
            try? FileManager.default.removeItem(atPath: context.logFolder(identity))
        } else {
            await publisher.finish(deleting: false)
        }
    }

    // MARK: volumes

    private func refreshRegularly() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: machine.volumesAreMounted ? Self.refreshInterval : Self.volumeRetry)
            tell(.refresh)
        }
    }

    private func mountVolumes() async {
        guard machine.ending == nil, !machine.isFinished else { return }
        do {
            // The copy remembers what was asked; nothing else changes it meanwhile.
            var refreshed = volumes
            try await refreshed.refresh(sources())
            volumes = refreshed
            machine.volumesAreMounted = true
            lastVolumeError = nil
        } catch {
            let text = "\(error)"
            if text != lastVolumeError {
                context.events.record(pod, .warning, reason: "FailedMount", message: text)
            }
            lastVolumeError = text
        }
    }

    func sources() -> PodSources {
        let (configurations, namespace) = (context.configurations, identity.namespace)
        return PodSources(
            configMap: { configurations.object(.configMap, namespace, $0) },
            secret: { configurations.object(.secret, namespace, $0) },
            token: { [tokens] in try await tokens.token(audience: $0, seconds: $1) },
            fields: PodFields(
                pod: pod, podAddress: address, hostAddress: context.configuration.address,
                nodeName: context.configuration.name))
    }
}
