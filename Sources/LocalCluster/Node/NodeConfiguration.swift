public import KubernetesClient

/// What a node agent needs to know of its machine and its cluster.
public struct NodeConfiguration: Sendable {
    /// The Node object's name.
    public var name: String
    /// The address of the kubelet API and of pods in the host's network.
    public var address: String
    /// Where pods, volumes, logs and records of running processes are kept; made when missing.
    public var stateDirectory: String
    /// Folders in which a container's program is looked up, before `PATH`.
    public var binaryDirectories: [String]
    /// Addresses for pods are taken from here.
    public var podNetwork: PodNetwork
    /// Where every Ingress is served.
    public var edge: Endpoint
    /// The port of the kubelet API (logs, statistics) on ``address``; 0 takes any free one.
    public var kubeletPort: Int
    /// PEM files of the kubelet API's certificate and key.
    public var kubeletCertificateFile: String
    public var kubeletKeyFile: String
    /// A PEM file of the authorities that sign certificates of the kubelet API's clients; without it they need tokens.
    public var clientAuthorityFile: String?
    /// Users who may ask the kubelet API anything, as members of `system:masters` may; others as the API server says.
    public var kubeletClients: Set<String>
    /// How to reach the API server, and what pods are told: host and port of `KUBERNETES_SERVICE_HOST/PORT`.
    public var client: ClientConfiguration
    public var apiServer: Endpoint
    /// Whether the API server is not the embedded one, whose Services have loopback addresses and whose EndpointSlices
    /// may list loopback endpoints. The node then gives Services addresses of its own and finds its pods by itself.
    public var isForeign: Bool
    /// Whether the node binds pending pods to itself.
    public var scheduling: SelfScheduling
    /// Keeps other pods away from the node; given to it when it is first registered.
    public var taints: [Taint]
    /// How long containers have to stop when the agent shuts down; the rest is killed.
    public var shutdownGrace: Duration

    /// An address and a port.
    public struct Endpoint: Sendable, Hashable {
        public var host: String
        public var port: Int

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    public init(
        name: String, address: String, stateDirectory: String, binaryDirectories: [String], podNetwork: PodNetwork,
        edge: Endpoint = Endpoint(host: "127.0.0.1", port: 8080), kubeletPort: Int = 10250,
        kubeletCertificateFile: String, kubeletKeyFile: String, clientAuthorityFile: String?,
        kubeletClients: Set<String> = ["kube-apiserver-kubelet-client"], client: ClientConfiguration,
        apiServer: Endpoint, isForeign: Bool = false, scheduling: SelfScheduling = .auto, taints: [Taint] = [],
        shutdownGrace: Duration = .seconds(7)
    ) {
        self.name = name
        self.address = address
        self.stateDirectory = stateDirectory
        self.binaryDirectories = binaryDirectories
        self.podNetwork = podNetwork
        self.edge = edge
        self.kubeletPort = kubeletPort
        self.kubeletCertificateFile = kubeletCertificateFile
        self.kubeletKeyFile = kubeletKeyFile
        self.clientAuthorityFile = clientAuthorityFile
        self.kubeletClients = kubeletClients
        self.client = client
        self.apiServer = apiServer
        self.isForeign = isForeign
        self.scheduling = scheduling
        self.taints = taints
        self.shutdownGrace = shutdownGrace
    }
}
