import Foundation
public import KubernetesClient
public import StorefrontAPI
import TestServers

/// An API server as its administrator sees it; any that is conformant.
public struct TestCluster: Sendable {
    public let configuration: ClientConfiguration
    public let administrator: KubernetesClient

    public init(_ configuration: ClientConfiguration, _ administrator: KubernetesClient) {
        self.configuration = configuration
        self.administrator = administrator
    }

    /// The kinds of the objects that the operator makes, and of the Storefronts themselves.
    public static let kinds: [ResourceKind] =
        [Storefront.resourceKind] + childKinds

    public static let childKinds: [ResourceKind] = [
        .deployment, .job, .ingress, .service, .serviceAccount, .horizontalPodAutoscaler, .podDisruptionBudget,
        .networkPolicy, .persistentVolumeClaim, .secret, .configMap,
    ]

    /// Marks the namespaces of tests.
    public static let label = "storefront.dev/test"

    /// A namespace that no other test knows.
    public func newNamespace(_ name: String, labels: [String: String] = [:]) async throws -> String {
        let name = "\(name)-\(UUID().uuidString.prefix(8).lowercased())"
        _ = try await administrator.create(.namespace, UntypedObject(.namespace, name: name, labels: labels))
        return name
    }

    public func apply(_ objects: [UntypedObject]) async throws {
        for object in objects {
            guard
                let kind = try await administrator.resourceKind(apiVersion: object.apiVersion, kind: object.kind)
            else { throw TestClusterError("the server has no \(object.kind)") }
            _ = try await administrator.apply(kind, object, fieldManager: "tests")
        }
    }

    public func secret(_ name: String, in namespace: String, _ content: [String: String]) async throws {
        var secret = UntypedObject(.secret, name: name, namespace: namespace)
        secret["data"] = .object(content.mapValues { .string(Data($0.utf8).base64EncodedString()) })
        _ = try await administrator.apply(.secret, secret, fieldManager: "tests")
    }

    public func storefront(_ name: String, in namespace: String) async throws -> Storefront {
        try await administrator.get(Storefront.self, name, namespace: namespace)
    }

    /// The objects in a namespace that the operator made.
    public func children(in namespace: String) async throws -> [UntypedObject] {
        var children: [UntypedObject] = []
        for kind in Self.childKinds {
            let options = ListOptions(labelSelector: "app.kubernetes.io/managed-by=storefront-operator")
            for var object in try await administrator.listAll(kind, namespace: namespace, options: options).items {
                object.apiVersion = kind.apiVersion
                object.json["kind"] = .string(kind.kind)
                children.append(object)
            }
        }
        return children
    }

    /// The versions of all objects that the operator could have written, in a namespace, its events included.
    public func versions(in namespace: String) async throws -> [String: String] {
        var versions: [String: String] = [:]
        for kind in Self.kinds + [.event] {
            for object in try await administrator.listAll(kind, namespace: namespace).items {
                versions["\(kind)/\(object.name)"] = object.resourceVersion
            }
        }
        return versions
    }
}

public struct TestClusterError: Error, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}
