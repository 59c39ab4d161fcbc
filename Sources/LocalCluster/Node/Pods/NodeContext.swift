import KubernetesClient
import KubernetesRuntime
import Logging

/// What the parts of a node share.
struct NodeContext: Sendable {
    let configuration: NodeConfiguration
    let client: KubernetesClient
    let events: EventRecorder
    let logger: Logger
    let configurations: NamespaceConfigurations
    let hosts: HostsFiles
    let processes: ProcessRecords
    let programs: ProgramLookup
    let probes: ProbeRunner
    let services: ServiceView
    let claims: ClaimVolumes
    let routing: RoutingTable
    /// Whether this machine lets the agent run programs as other users.
    let canChangeUser: Bool

    func podFolder(_ uid: String) -> String { "\(configuration.stateDirectory)/pods/\(uid)" }

    func logPath(_ pod: PodIdentity, container: String, run: Int) -> String {
        "\(configuration.stateDirectory)/logs/\(pod.namespace)_\(pod.name)_\(pod.uid)/\(container)/\(run).log"
    }

    func logFolder(_ pod: PodIdentity) -> String {
        "\(configuration.stateDirectory)/logs/\(pod.namespace)_\(pod.name)_\(pod.uid)"
    }
}

struct PodIdentity: Sendable, Hashable {
    var namespace: String
    var name: String
    var uid: String

    init(_ pod: UntypedObject) {
        namespace = pod.namespace ?? ""
        name = pod.name
        uid = pod.uid
    }
}
