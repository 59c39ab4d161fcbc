import Foundation
public import KubernetesClient

/// A running local cluster as its workload sees it.
public struct ClusterAccess: Sendable {
    /// An administrator's client.
    public let client: KubernetesClient
    let state: StateDirectory
    let settings: ClusterSettings
    let configuration: LocalClusterConfiguration
    /// When this run of the cluster began.
    let started: Date

    /// The administrator's kubeconfig file.
    public var kubeconfig: String { state.kubeconfig }

    /// Where Ingresses are served.
    public var edgeURL: String { "http://\(configuration.edgeAddress):\(configuration.edgePort)" }

    /// Makes objects of any kind so: definitions and namespaces first.
    public func apply(_ objects: [UntypedObject]) async throws { try await Installer(client: client).apply(objects) }

    /// The Services, EndpointSlices and Secrets by which a namespace reaches PostgreSQL (`postgres`, Secret
    /// `postgres-admin`), RabbitMQ (`rabbitmq`, `rabbitmq-admin`) and Redis (`redis`, Secret `redis` with its `url`).
    public func dataServices(namespace: String) -> [UntypedObject] {
        DataServices(settings: settings).objects(namespace: namespace)
    }

    /// Whether the operator's and a Storefront's pods serve, as processes of this run.
    public func podsAreReady(of storefront: UntypedObject) async throws -> Bool {
        let selections = [
            ("storefront-system", "app.kubernetes.io/name=storefront-operator"),
            (storefront.namespace ?? "default", "app.kubernetes.io/instance=\(storefront.name)"),
        ]
        for (namespace, labels) in selections {
            let pods = try await client.listAll(
                .pod, namespace: namespace, options: ListOptions(labelSelector: labels)
            ).items.filter { !["Succeeded", "Failed"].contains($0["status", "phase"]?.stringValue ?? "") }
            guard !pods.isEmpty, pods.allSatisfy({ PodFreshness($0).isServing(since: started) }) else { return false }
        }
        return true
    }

    /// The folder of a Storefront's mails when it uses the file channel.
    public func mailbox(storefront: String, namespace: String) -> String {
        "\(state.volumes)/\(namespace)/\(storefront)-mailbox"
    }
}
