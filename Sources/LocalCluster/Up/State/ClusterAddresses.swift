/// The fixed addresses of a cluster inside its loopback network 127.N.0.0/16.
public struct ClusterAddresses: Sendable, Hashable {
    public let network: Int

    public var apiServer: String { "127.\(network).0.1" }
    public var postgres: String { "127.\(network).0.2" }
    public var rabbitMQ: String { "127.\(network).0.3" }
    public var redis: String { "127.\(network).0.4" }
    public var node: String { "127.\(network).0.5" }
    /// Pods take addresses from 127.N.1.1 on.
    public var podPrefix: String { "127.\(network)" }
    /// Cluster addresses of Services.
    public var serviceCIDR: String { "127.\(network).128.0/17" }
}
