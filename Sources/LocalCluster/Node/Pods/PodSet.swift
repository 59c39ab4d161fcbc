import Foundation
import KubernetesClient
import KubernetesRuntime
import Logging

/// The pods of this node: a worker for each.
actor PodSet {
    enum Input: Sendable {
        case event(InformerEvent)
        case configurationChanged(namespace: String)
        case finished(uid: String)
        case shutDown
    }

    struct Running: Sendable {
        var pod: PodIdentity
        var processes: [String: ProcessRecord]
    }

    private let context: NodeContext
    private let addresses: PodAddresses
    private var workers: [String: PodWorker] = [:]
    private var isShuttingDown = false
    private let inputs: AsyncStream<Input>

    init(context: NodeContext, inputs: AsyncStream<Input>) {
        self.context = context
        self.inputs = inputs
        addresses = PodAddresses(network: context.configuration.podNetwork)
    }

    /// Runs until told to shut down and every pod has stopped, or cancelled.
    func run(tell: @escaping @Sendable (Input) -> Void) async {
        await withDiscardingTaskGroup { group in
            for await input in inputs {
                switch input {
                case .event(.deleted(let pod)): workers[pod.uid]?.tell(.gone)
                case .event(let event):
                    if let worker = admit(event.object) {
                        group.addTask {
                            await worker.run()
                            tell(.finished(uid: worker.identity.uid))
                        }
                    }
                case .configurationChanged(let namespace):
                    for worker in workers.values where worker.identity.namespace == namespace {
                        worker.tell(.configurationChanged)
                    }
                case .finished(let uid): finished(uid)
                case .shutDown:
                    isShuttingDown = true
                    for worker in workers.values {
                        worker.tell(.shutDown(grace: context.configuration.shutdownGrace))
                    }
                }
                if isShuttingDown && workers.isEmpty { break }
            }
        }
    }

    /// - Returns: the worker of a pod that is new here.
    private func admit(_ pod: UntypedObject) -> PodWorker? {
        if let worker = workers[pod.uid] {
            worker.tell(.pod(pod))
            return nil
        }
        let phase = pod["status", "phase"]?.stringValue
        // What has ended needs nobody but for its own deletion.
        let hasEnded = phase == "Succeeded" || phase == "Failed"
        guard !isShuttingDown, !hasEnded || pod.isBeingDeleted else { return nil }
        do {
            let address =
                pod["spec", "hostNetwork"]?.boolValue == true
                ? context.configuration.address : try addresses.take(former: pod["status", "podIP"]?.stringValue)
            let worker = PodWorker(pod, address: address, context: context)
            workers[pod.uid] = worker
            return worker
        } catch {
            context.events.record(pod, .warning, reason: "FailedCreatePodSandBox", message: "\(error)")
            return nil
        }
    }

    private func finished(_ uid: String) {
        guard let worker = workers.removeValue(forKey: uid) else { return }
        addresses.release(worker.address)
    }

    /// The pods with their processes.
    func running() async -> [Running] {
        var running: [Running] = []
        for worker in workers.values {
            running.append(Running(pod: worker.identity, processes: await worker.processes.mapValues(\.record)))
        }
        return running
    }

    /// Where a container's log is, and whether more may come.
    ///
    /// - Throws: ``NodeError`` in the kubelet's words when there is none.
    func log(
        namespace: String, pod: String, container: String, previous: Bool
    ) async throws -> (path: String, isLive: @Sendable () async -> Bool) {
        let worker = workers.values.first { $0.identity.namespace == namespace && $0.identity.name == pod }
        if let worker {
            let run = try await worker.logRun(container, previous: previous)
            return (
                context.logPath(worker.identity, container: container, run: run),
                { await worker.isWriting(container, run: run) }
            )
        }
        return (try endedLog(namespace, pod, container, previous: previous), { false })
    }

    /// The log of a pod that ended before the agent was restarted.
    private func endedLog(_ namespace: String, _ pod: String, _ container: String, previous: Bool) throws -> String {
        let folder = "\(context.configuration.stateDirectory)/logs"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard let name = names.first(where: { $0.hasPrefix("\(namespace)_\(pod)_") }) else {
            throw NodeError(.notFound, "pod \"\(pod)\" not found")
        }
        let place = "\(folder)/\(name)/\(container)"
        let runs = ((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? [])
            .filter { $0.hasSuffix(".log") }.compactMap { Int($0.dropLast(4)) }.sorted()
        guard let run = (previous ? runs.dropLast() : runs[...]).last else {
            throw NodeError(.badRequest, "container \"\(container)\" in pod \"\(pod)\" has no log")
        }
        return "\(place)/\(run).log"
    }
}

extension PodWorker {
    /// The number of the run whose log is asked for.
    func logRun(_ container: String, previous: Bool) throws -> Int {
        guard let state = machine.states[container] else {
            throw NodeError(.badRequest, "container \(container) is not valid for pod \(identity.name)")
        }
        if previous {
            guard state.restartCount > 0 else {
                throw NodeError(
                    .badRequest,
                    "previous terminated container \"\(container)\" in pod \"\(identity.name)\" not found")
            }
            return state.restartCount - 1
        }
        if case .waiting(let reason, _) = state.phase, !state.hasEverRun {
            throw NodeError(
                .badRequest,
                "container \"\(container)\" in pod \"\(identity.name)\" is waiting to start: \(reason)")
        }
        return state.restartCount
    }

    func isWriting(_ container: String, run: Int) -> Bool {
        guard let state = machine.states[container] else { return false }
        return state.restartCount == run && state.isAlive
    }
}
