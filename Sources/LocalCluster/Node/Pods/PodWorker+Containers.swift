import Foundation
import KubernetesClient
import KubernetesRuntime
import Logging

#if canImport(Glibc)
    import Glibc
#endif

extension PodWorker {
    /// Starts a container, probes it while it runs and tells how it ended.
    func runContainer(_ container: ContainerSpec) async {
        let process: ContainerProcess
        do {
            process = try prepare(container)
        } catch let error as NodeError {
            let reason = error.code == .missingConfiguration ? "CreateContainerConfigError" : "CreateContainerError"
            return tell(.failedToStart(container.name, reason: reason, message: error.description))
        } catch {
            return tell(.failedToStart(container.name, reason: "CreateContainerError", message: "\(error)"))
        }
        record(container, reason: "Created", message: "Container created")
        let begun = AsyncStream.makeStream(of: Void.self)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in begun.stream {
                    if await self.begin(container, process) { await self.probe(container, process) }
                }
            }
            let startedAt = Timestamp.now
            do {
                let records = context.processes
                let exitCode = try await process.run { record in
                    records.add(record)
                    self.tell(.started(container.name, startedAt, record, process))
                    begun.continuation.yield()
                    begun.continuation.finish()
                }
                tell(
                    .exited(
                        container.name,
                        Termination(
                            exitCode: exitCode, message: await terminationMessage(container, process, exitCode),
                            startedAt: startedAt, finishedAt: .now)))
            } catch {
                begun.continuation.finish()
                tell(.failedToStart(container.name, reason: "RunContainerError", message: "\(error)"))
            }
            group.cancelAll()
        }
    }

    /// Runs the postStart hook.
    ///
    /// - Returns: whether the container goes on.
    private func begin(_ container: ContainerSpec, _ process: ContainerProcess) async -> Bool {
        if let hook = container.postStart {
            let outcome = await context.probes.run(hook, address: address, timeout: Self.hookLimit, in: process)
            if Task.isCancelled { return false }
            if outcome != .success {
                // Not what it said, which may hold secrets.
                record(container, .warning, reason: "FailedPostStartHook", message: "PostStartHook failed")
                tell(.hookFailed(container.name))
                return false
            }
        }
        tell(.begun(container.name))
        return true
    }

    /// A hook without an end must not keep a container waiting forever.
    private static let hookLimit = Duration.seconds(3600)

    /// Records an event about a container.
    func record(
        _ container: ContainerSpec, _ kind: EventRecorder.Kind = .normal, reason: String, message: String
    ) {
        let list = container.isInit ? "initContainers" : "containers"
        context.events.record(
            pod, kind, reason: reason, message: message, fieldPath: "spec.\(list){\(container.name)}")
    }

    private func prepare(_ container: ContainerSpec) throws -> ContainerProcess {
        try checkUser(container)
        let variables = try ContainerEnvironment(container: container, sources: sources()).variables(services: links())
        try volumes.mount(container, variables: variables)
        let root = volumes.root(container.name)
        var base = [
            "PATH": context.programs.path, "HOME": root, "HOSTNAME": spec.hostname,
            "CONTAINER_SANDBOX_MOUNT_POINT": root,
        ]
        base["LD_LIBRARY_PATH"] = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"]
        let command = container.command.map { VariableExpansion.expand($0, variables) }
        let arguments = container.arguments.map { VariableExpansion.expand($0, variables) }
        let (program, rest) = try context.programs.find(container, command, arguments)
        let run = machine.states[container.name]?.restartCount ?? 0
        removeOldLogs(container, run: run)
        var process = ContainerProcess(
            program: program, arguments: rest, environment: base.merging(variables) { $1 },
            workingDirectory: root + (container.workingDirectory ?? ""), user: nil, group: nil,
            supplementaryGroups: [], logPath: context.logPath(identity, container: container.name, run: run))
        let user = container.user.user ?? (container.user.mustNotBeRoot ? Self.nobody : nil)
        if context.canChangeUser, let user, user != getuid(), UserAccess.canReach([root, program], user: user) {
            process.user = user
            process.group = container.user.group
            let groups = container.user.supplementaryGroups + [container.user.fileSystemGroup].compactMap { $0 }
            process.supplementaryGroups = groups
            // Its own root is the container's to write; what is mounted there belongs to others.
            for folder in [root, process.workingDirectory]
            where try PodVolumes.resolved(folder).hasPrefix(try PodVolumes.resolved(root)) {
                _ = chown(folder, user, container.user.group ?? user)
            }
        }
        return process
    }

    /// Whom a container runs as that must not be root and whose image would say who it is.
    private static let nobody: UInt32 = 65534

    private func checkUser(_ container: ContainerSpec) throws {
        guard container.user.mustNotBeRoot, container.user.user == 0 else { return }
        throw NodeError(
            .missingConfiguration,
            "container's runAsUser breaks non-root policy (pod: \"\(pod.name)_\(identity.namespace)(\(pod.uid))\", "
                + "container: \(container.name))")
    }

    /// The variables of the namespace's Services and of the API server.
    private func links() -> [String: String] {
        let (view, server) = (context.services, context.configuration.apiServer)
        var kubernetes = UntypedObject(.service, name: "kubernetes", namespace: identity.namespace)
        kubernetes.spec = [
            "clusterIP": .string(server.host), "ports": [["name": "https", "port": JSONValue(server.port)]],
        ]
        let variables = ContainerEnvironment.variables(of: [kubernetes])
        guard spec.hasServiceLinks else { return variables }
        let services = view.services.store.objects.filter {
            $0.namespace == identity.namespace && $0.name != "kubernetes"
        }
        return ContainerEnvironment.variables(of: services, address: view.address).merging(variables) { $1 }
    }

    /// The present run's log and the one before are kept.
    private func removeOldLogs(_ container: ContainerSpec, run: Int) {
        guard run > 1 else { return }
        let old = context.logPath(identity, container: container.name, run: run - 2)
        for path in [old, old + ".1"] { try? FileManager.default.removeItem(atPath: path) }
    }

    /// What the container wrote to its termination message path, else the end of its log where it asks for that.
    private func terminationMessage(
        _ container: ContainerSpec, _ process: ContainerProcess, _ exitCode: Int
    ) async -> String? {
        let path = volumes.root(container.name) + container.terminationMessagePath
        if let data = FileManager.default.contents(atPath: path), !data.isEmpty {
            return String(decoding: data.prefix(4096), as: UTF8.self)
        }
        guard container.explainsByLog, exitCode != 0 else { return nil }
        var end: [UInt8] = []
        var query = LogQuery()
        query.tailLines = 80
        try? await LogReader(path: process.logPath, query: query).read(isLive: { false }) { end += $0 }
        return end.isEmpty ? nil : String(decoding: end.suffix(2048), as: UTF8.self)
    }

    // MARK: probing

    private func probe(_ container: ContainerSpec, _ process: ContainerProcess) async {
        if let startup = container.probes[.startup] {
            let hasStarted = await probe(container, .startup, startup, process) { $0 == .succeeded }
            guard hasStarted else { return }
        }
        await withTaskGroup(of: Void.self) { group in
            for kind in [ProbeKind.readiness, .liveness] {
                guard let spec = container.probes[kind] else { continue }
                group.addTask { _ = await self.probe(container, kind, spec, process) { _ in false } }
            }
        }
    }

    /// Probes until a verdict is wanted, a startup or liveness probe has failed, or cancelled.
    ///
    /// - Returns: whether the wanted verdict came.
    private func probe(
        _ container: ContainerSpec, _ kind: ProbeKind, _ spec: ProbeSpec, _ process: ContainerProcess,
        until isWanted: @Sendable (ProbeTracker.Verdict) -> Bool
    ) async -> Bool {
        var tracker = ProbeTracker(spec)
        try? await Task.sleep(for: spec.initialDelay)
        while !Task.isCancelled {
            let (pause, counts) = tracker.pause()
            try? await Task.sleep(for: pause)
            if Task.isCancelled { break }
            let outcome = await context.probes.run(
                spec.action, address: address, timeout: spec.timeout, in: process)
            if Task.isCancelled { break }
            if case .failure(let text) = outcome, counts {
                record(container, .warning, reason: "Unhealthy", message: "\(kind.rawValue) probe failed: \(text)")
            }
            let verdict = tracker.record(success: outcome == .success, counts: counts)
            guard verdict != .unchanged else { continue }
            tell(.probed(container.name, kind, verdict))
            if isWanted(verdict) { return true }
            if verdict == .failed, kind != .readiness { return false }
        }
        return false
    }

    // MARK: stopping

    /// Runs the preStop hook, asks the container to end and, when its grace is over, ends it.
    func stop(_ container: ContainerSpec, grace: Duration) async {
        guard let process = processes[container.name] else { return }
        var deadline = ContinuousClock.now + grace
        if grace > .zero { await preStop(container, grace: grace) }
        // Whatever the hook took, there is this much time to end by itself.
        deadline = max(deadline, .now + Self.leastGrace)
        process.record.signal(SIGTERM)
        // Cancelled only once every container has ended.
        while ContinuousClock.now < min(deadline, hastened ?? deadline), isRunning(container, process.record),
            !Task.isCancelled
        {
            try? await Task.sleep(for: .milliseconds(50))
        }
        if isRunning(container, process.record) { process.record.signal(SIGKILL) }
    }

    private static let leastGrace = Duration.seconds(2)

    private func isRunning(_ container: ContainerSpec, _ record: ProcessRecord) -> Bool {
        processes[container.name]?.record == record
    }

    private func preStop(_ container: ContainerSpec, grace: Duration) async {
        guard let hook = container.preStop, let process = processes[container.name]?.process else { return }
        // A pause lets endpoints drain; when the whole node goes, nobody is sent here any more.
        if case .sleep = hook, machine.isShuttingDown { return }
        let outcome = await context.probes.run(hook, address: address, timeout: grace, in: process)
        if case .failure = outcome {
            record(container, .warning, reason: "FailedPreStopHook", message: "PreStopHook failed")
        }
    }
}
