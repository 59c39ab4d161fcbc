import AsyncHTTPClient
import Foundation
import KubernetesClient
import KubernetesRuntime
public import Logging
public import ServiceLifecycle

#if canImport(Glibc)
    import Glibc
#endif

/// A node of a Kubernetes cluster that runs pods as processes of this machine, and is its service proxy and edge.
///
/// It talks to the API server only, so that it serves any: it registers a Node, runs the pods bound to it, reports
/// their status as the kubelet does, answers for their logs, and stops everything when it is stopped.
public final class NodeAgent: Service {
    private let configuration: NodeConfiguration
    private let logger: Logger
    private let registered: @Sendable () -> Void

    /// - Parameter registered: called once, when the node takes pods.
    public init(
        _ configuration: NodeConfiguration, logger: Logger = Logger(label: "node"),
        registered: @escaping @Sendable () -> Void = {}
    ) {
        self.configuration = configuration
        self.logger = logger
        self.registered = registered
    }

    /// Runs until cancelled or told to shut down gracefully; then every container is stopped and the node is reported
    /// as not ready. Pods stay in the API and are resumed at the next start.
    ///
    /// - Throws: when the state folder, the edge's or the kubelet's address cannot be used.
    public func run() async throws {
        try protectState()
        let records = try ProcessRecords(node: configuration.stateDirectory)
        await records.endLeftovers()
        let client = KubernetesClient(configuration: configuration.client, logger: logger)
        let http = ProbeRunner.makeHTTPClient()
        let result: Result<Void, any Error>
        do {
            result = .success(try await run(client, http, records))
        } catch {
            result = .failure(error)
        }
        // Whatever went wrong, no container outlives its node.
        await records.endLeftovers(grace: .milliseconds(500))
        try? await http.shutdown()
        try? await client.shutdown()
        try result.get()
    }

    /// Pods' folders hold Secrets: other users of the machine can neither list them nor guess their names, while pods
    /// that run as other users can reach their own.
    private func protectState() throws {
        for (name, mode) in [("pods", 0o711), ("volumes", 0o711), ("logs", 0o700), ("containers", 0o700)] {
            let path = "\(configuration.stateDirectory)/\(name)"
            do {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            } catch {
                throw NodeError(.fileSystem, "the state folder \(path) cannot be used", cause: error)
            }
        }
    }

    private func run(_ client: KubernetesClient, _ http: HTTPClient, _ records: ProcessRecords) async throws {
        let events = EventRecorder(client: client, component: "kubelet", instance: configuration.name)
        let services = Informer(client, .service)
        let slices = Informer(client, .endpointSlice)
        let ingresses = Informer(client, .ingress)
        let pods = Informer(client, .pod, fieldSelector: "spec.nodeName=\(configuration.name)")
        let claims = Informer(client, .persistentVolumeClaim, metadataOnly: true)
        let inputs = AsyncStream.makeStream(of: PodSet.Input.self)
        let configurations = NamespaceConfigurations(client: client) { namespace in
            inputs.continuation.yield(.configurationChanged(namespace: namespace))
        }
        let node = Informer(client, .node, fieldSelector: "metadata.name=\(configuration.name)")
        let view = ServiceView(
            services: services, sliceInformer: slices, pods: configuration.isForeign ? pods : nil,
            addresses: ServiceAddresses(network: configuration.podNetwork), apiServer: configuration.apiServer)
        let table = RoutingTable(view: view, ingresses: ingresses)
        let context = NodeContext(
            configuration: configuration, client: client, events: events, logger: logger,
            configurations: configurations, hosts: HostsFiles(view: view, logger: logger),
            processes: records, programs: ProgramLookup(folders: configuration.binaryDirectories),
            probes: ProbeRunner(http: http), services: view,
            claims: ClaimVolumes(
                client: client, node: configuration.name, folder: "\(configuration.stateDirectory)/volumes",
                isForeign: configuration.isForeign), routing: table, canChangeUser: getuid() == 0)
        let set = PodSet(context: context, inputs: inputs.stream)
        let usage = PodUsage()
        let edge = try await EdgeServer.start(configuration.edge, table: table)
        let access = KubeletAccess(
            client: client, node: configuration.name, trusted: configuration.kubeletClients)
        let kubelet = KubeletServer(
            configuration: configuration, access: access, pods: set, usage: usage, logger: logger)
        let binder = PodBinder(
            configuration: configuration, client: client, events: events, node: node, logger: logger)
        let proxy = ServiceProxy(table: table, logger: logger)
        pods.onEvent { inputs.continuation.yield(.event($0)) }
        let volumes = "\(configuration.stateDirectory)/volumes"
        claims.onEvent { event in
            // As StorageClasses do by default, a deleted claim takes its data with it.
            guard case .deleted(let claim) = event else { return }
            try? FileManager.default.removeItem(atPath: "\(volumes)/\(claim.namespace ?? "")/\(claim.name)")
        }

        let kubeletPort = AsyncStream.makeStream(of: Int.self)
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for informer in [services, slices, ingresses, pods, claims, node] {
                    group.addTask { try await informer.run() }
                }
                group.addTask { try await events.run() }
                group.addTask {
                    try await Leftovers(stateDirectory: self.configuration.stateDirectory).remove(except: pods)
                }
                group.addTask { await configurations.run() }
                group.addTask { await context.hosts.run() }
                group.addTask { await context.claims.run() }
                group.addTask { await table.run() }
                group.addTask { await proxy.run() }
                group.addTask {
                    do {
                        try await kubelet.run { kubeletPort.continuation.yield($0) }
                    } catch {
                        kubeletPort.continuation.finish()
                        throw error
                    }
                }
                group.addTask { await usage.run { await set.running().flatMap(\.processes.values) } }
                guard let port = await kubeletPort.stream.first(where: { _ in true }) else {
                    return try await group.waitForAll()
                }
                let registration = NodeRegistration(
                    configuration: configuration, client: client, node: node, logger: logger, kubeletPort: port)
                group.addTask {
                    await registration.register()
                    self.registered()
                    await registration.heartbeats()
                }
                group.addTask { try await binder.run() }
                await set.run { inputs.continuation.yield($0) }
                await registration.unregister()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            inputs.continuation.yield(.shutDown)
        }
        await edge.stop()
    }
}
