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
        let begun = AsyncStream.makeStream(of: Void.self)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in begun.stream { await self.probe(container, process) }
            }
            let startedAt = Timestamp.now
            do {
                let records = context.processes
                let exit = try await process.run { record in
                    records.add(record)
                    self.tell(.started(container.name, startedAt, record))
                    begun.continuation.yield()
                    begun.continuation.finish()
                }
                tell(
                    .exited(
                        container.name,
                        Termination(
                            exitCode: exit.code, signal: exit.signal, message: terminationMessage(container),
                            startedAt: startedAt, finishedAt: .now)))
            } catch {
                begun.continuation.finish()
                tell(.failedToStart(container.name, reason: "RunContainerError", message: "\(error)"))
            }
            group.cancelAll()
        }
    }

    private func prepare(_ container: ContainerSpec) throws -> ContainerProcess {
        try volumes.mount(container)
        let root = volumes.root(container.name)
        let configuration = context.configuration
        let services = context.services.store.objects.filter { $0.namespace == identity.namespace }
        var base = [
            "PATH": context.programs.path, "HOME": root, "HOSTNAME": spec.hostname,
            "CONTAINER_SANDBOX_MOUNT_POINT": root, "KUBERNETES_SERVICE_HOST": configuration.apiServer.host,
            "KUBERNETES_SERVICE_PORT": String(configuration.apiServer.port),
            "KUBERNETES_SERVICE_PORT_HTTPS": String(configuration.apiServer.port),
        ]
        base["LD_LIBRARY_PATH"] = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"]
        let sources = sources()
        let environment = ContainerEnvironment(container: container, sources: sources)
        let links =
            spec.hasServiceLinks ? ContainerEnvironment.variables(of: services.filter { $0.name != "kubernetes" }) : [:]
        let variables = try environment.variables(base: base, services: links)
        let command = container.command.map { VariableExpansion.expand($0, variables) }
        let arguments = container.arguments.map { VariableExpansion.expand($0, variables) }
        let (program, rest) = try context.programs.find(container, command, arguments)
        var folder = container.workingDirectory.map { root + $0 } ?? root
        if !FileManager.default.fileExists(atPath: folder) { folder = root }
        let run = machine.states[container.name]?.restartCount ?? 0
        removeOldLogs(container, run: run)
        var process = ContainerProcess(
            program: program, arguments: rest, environment: variables, workingDirectory: folder, user: nil, group: nil,
            supplementaryGroups: [], logPath: context.logPath(identity, container: container.name, run: run))
        if context.canChangeUser, let user = container.user.user, user != getuid(),
            UserAccess.canReach([root, program], user: user)
        {
            process.user = user
            process.group = container.user.group
            let groups = container.user.supplementaryGroups + [container.user.fileSystemGroup].compactMap { $0 }
            process.supplementaryGroups = groups
            // Its own root is the container's to write.
            for folder in [root] { _ = chown(folder, user, container.user.group ?? user) }
        }
        return process
    }

    /// The present run's log and the one before are kept.
    private func removeOldLogs(_ container: ContainerSpec, run: Int) {
        guard run > 1 else { return }
        let old = context.logPath(identity, container: container.name, run: run - 2)
        for path in [old, old + ".1"] { try? FileManager.default.removeItem(atPath: path) }
    }

    private func terminationMessage(_ container: ContainerSpec) -> String? {
        let path = container.json["terminationMessagePath"]?.stringValue ?? "/dev/termination-log"
        guard let data = FileManager.default.contents(atPath: volumes.root(container.name) + path), !data.isEmpty
        else { return nil }
        return String(decoding: data.prefix(4096), as: UTF8.self)
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
            var detail = ""
            if case .failure(let text) = outcome { detail = text }
            let verdict = tracker.record(success: outcome == .success, counts: counts)
            guard verdict != .unchanged else { continue }
            tell(.probed(container.name, kind, verdict, detail: detail))
            if isWanted(verdict) { return true }
            if verdict == .failed, kind != .readiness { return false }
        }
        return false
    }

    // MARK: stopping

    /// Runs the preStop hook, asks the container to end and, when its grace is over, ends it.
    func stop(_ container: ContainerSpec, grace: Duration) async {
        guard let process = processes[container.name] else { return }
        let deadline = ContinuousClock.now + grace
        if grace > .zero {
            await preStop(container, grace: grace)
            process.signal(SIGTERM)
            // Cancelled only once every container has ended.
            while ContinuousClock.now < deadline, processes[container.name] == process, !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(50))
            }
        }
        if processes[container.name] == process { process.signal(SIGKILL) }
    }

    private func preStop(_ container: ContainerSpec, grace: Duration) async {
        // A pause lets endpoints drain; when the whole node goes, nobody is sent here any more.
        if let pause = container.preStopSleep, !machine.isShuttingDown {
            try? await Task.sleep(for: min(pause, grace))
        }
        guard let hook = container.preStop, let process = try? prepare(container) else { return }
        let outcome = await context.probes.run(hook, address: address, timeout: grace, in: process)
        if case .failure(let text) = outcome {
            context.events.record(pod, .warning, reason: "FailedPreStopHook", message: "PreStopHook failed: \(text)")
        }
    }
}
