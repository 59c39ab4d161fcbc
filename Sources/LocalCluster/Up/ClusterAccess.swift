public import KubernetesClient

/// A running local cluster as its workload sees it.
public struct ClusterAccess: Sendable {
    /// An administrator's client.
    public let client: KubernetesClient
    let state: StateDirectory
    let settings: ClusterSettings
    let configuration: LocalClusterConfiguration

    /// The administrator's kubeconfig file.
    public var kubeconfig: String { state.kubeconfig }

    /// Where Ingresses are served.
    public var edgeURL: String { "http://\(configuration.edgeAddress):\(configuration.edgePort)" }

    /// The Services, EndpointSlices and Secrets by which a namespace reaches PostgreSQL (`postgres`, Secret
    /// `postgres-admin`), RabbitMQ (`rabbitmq`, `rabbitmq-admin`) and Redis (`redis`, Secret `redis` with its `url`).
    public func dataServices(namespace: String) -> [UntypedObject] {
        DataServices(settings: settings).objects(namespace: namespace)
    }

    /// The folder of a Storefront's mails when it uses the file channel.
    public func mailbox(storefront: String, namespace: String) -> String {
        "\(state.volumes)/\(namespace)/\(storefront)-mailbox"
    }
}
