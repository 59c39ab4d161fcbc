public import KubernetesClient
import StorefrontAPI
import TestServers

/// What the manifests give an operator: a ServiceAccount and its permissions, and nothing more.
public struct OperatorIdentity: Sendable {
    /// Where the operator is installed and has its Lease.
    public var namespace: String
    /// Where it may work: its own namespace alone, or everywhere.
    public var isClusterWide: Bool
    /// Names of what belongs to no namespace.
    private var roleName: String { "storefront-operator-\(namespace)" }

    public init(namespace: String, isClusterWide: Bool) {
        self.namespace = namespace
        self.isClusterWide = isClusterWide
    }

    /// The objects of the manifests, moved to this identity's namespace.
    public func objects() throws -> [UntypedObject] {
        let overlay = isClusterWide ? "cluster-wide" : "single-namespace"
        return try [
            "manifests/base/service-account.yaml", "manifests/base/leader-election.yaml",
            "manifests/overlays/\(overlay)/rbac.yaml",
        ].flatMap { try Repository.objects($0) }.map(moved)
    }

    private func moved(_ object: UntypedObject) -> UntypedObject {
        var object = object
        if object.namespace != nil { object.namespace = namespace }
        if object.kind.hasPrefix("Cluster") { object.name = roleName }
        if object["roleRef", "kind"] == "ClusterRole" { object["roleRef", "name"] = .string(roleName) }
        if let subjects = object["subjects"]?.arrayValue {
            object["subjects"] = .array(
                subjects.map { subject in
                    var subject = subject
                    subject["namespace"] = .string(namespace)
                    return subject
                })
        }
        return object
    }

    /// Installs the ServiceAccount with its permissions; the answer is how the operator is known to the server.
    public func install(_ cluster: TestCluster) async throws -> ClientConfiguration {
        try await cluster.apply(objects())
        let token = try await cluster.administrator.serviceAccountToken(
            "storefront-operator", namespace: namespace, expirationSeconds: 7200
        ).token
        var configuration = cluster.configuration
        configuration.clientCertificate = nil
        configuration.clientKey = nil
        configuration.token = .text(token)
        configuration.namespace = namespace
        // Permissions are known to a server's authorizer a moment after they are written.
        let client = KubernetesClient(configuration: configuration)
        let place = isClusterWide ? nil : namespace
        do {
            try await eventually(within: .seconds(30), "the operator's permissions") {
                (try? await client.list(Storefront.resourceKind, namespace: place)) != nil
            }
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
        return configuration
    }

    /// Removes what belongs to no namespace.
    public func remove(_ cluster: TestCluster) async throws {
        for kind in [ResourceKind.clusterRoleBinding, .clusterRole] where isClusterWide {
            do { try await cluster.administrator.delete(kind, roleName) } catch {
                if !error.isNotFound { throw error }
            }
        }
    }
}
