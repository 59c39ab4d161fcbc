public import Contracts
public import KubernetesClient
public import StorefrontAPI

/// One Storefront as the plan sees it: its identity, its spec with all defaults, and the names of what belongs to it.
public struct Shop: Sendable {
    public let name: String
    public let namespace: String
    public let uid: String
    public let generation: Int64
    public let spec: StorefrontSpec
    /// The release of the services.
    public let version: String

    /// - Parameter operatorVersion: the release of services that name none.
    /// - Throws: `DecodingError` for a spec that no API server would let in.
    public init(_ storefront: Storefront, operatorVersion: String = productVersion) throws {
        name = storefront.name
        namespace = storefront.namespace ?? "default"
        uid = storefront.uid
        generation = storefront.generation
        spec = try storefront.spec()
        version = spec.version ?? operatorVersion
    }

    public var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }

    /// What a service's pods are to be like.
    public func settings(of service: ServiceName) -> ServiceSpec {
        switch service {
        case .user: spec.services.user
        case .product: spec.services.product
        case .order: spec.services.order
        case .payment: spec.services.payment.service
        case .notification: spec.services.notification
        }
    }

    public func image(of service: ServiceName) -> String {
        settings(of: service).image ?? "\(spec.image.registry)/\(service.executable):\(spec.image.tag ?? version)"
    }

    /// What other objects say of their owner.
    var owner: OwnerReference {
        let kind = Storefront.resourceKind
        return OwnerReference(apiVersion: kind.apiVersion, kind: kind.kind, name: name, uid: uid)
    }

    /// The name of a server: one without a dot is a Service of the Storefront's own namespace.
    func host(_ name: String) -> String {
        name.contains(".") || name.contains(":") ? name : "\(name).\(namespace).svc"
    }
}

extension Shop {
    /// Deployment, Service, ServiceAccount, ConfigMap, HPA, PDB and NetworkPolicy of a service.
    public func objectName(_ service: ServiceName) -> String { "\(name)-\(service.rawValue)" }

    func databaseSecret(_ service: ServiceName) -> String { "\(name)-\(service.rawValue)-database" }
    func rabbitMQSecret(_ service: ServiceName) -> String { "\(name)-\(service.rawValue)-rabbitmq" }
    func tlsSecret(_ service: ServiceName) -> String { "\(name)-\(service.rawValue)-tls" }
    var authoritySecret: String { "\(name)-ca" }
    var signingSecret: String { "\(name)-jwt-signing" }
    var generatedAdminSecret: String { "\(name)-admin" }
    /// The Secret with the first administrator's e-mail address and password.
    public var adminSecret: String { spec.admin.secretName ?? generatedAdminSecret }
    var jwksConfigMap: String { "\(name)-jwks" }
    var mailboxClaim: String { "\(name)-mailbox" }

    /// The Job that migrates a service's database, named so that another release or configuration is another Job. Its
    /// name is a label of its pods and so at most 63 bytes long.
    func migrationJob(_ service: ServiceName, key: String) -> String {
        BoundedName.joined([name, service.rawValue, "migrate", key])
    }

    /// The role and the database of a service on a server that several namespaces may share.
    func database(_ service: ServiceName) -> String {
        BoundedName.joined([namespace, name, service.rawValue], by: "_")
    }

    /// The broker's user of a service.
    func brokerUser(_ service: ServiceName) -> String {
        BoundedName.joined([namespace, name, service.rawValue], by: ".", limit: 255)
    }

    var virtualHost: String { Topology.virtualHost(namespace: namespace, storefront: name) }

    /// The names a service answers to inside of the cluster.
    func serviceNames(_ service: ServiceName) -> [String] {
        let label = objectName(service)
        return [label, "\(label).\(namespace)", "\(label).\(namespace).svc", "\(label).\(namespace).svc.cluster.local"]
    }

    /// Labels of an object; `service` is `nil` for what the services share.
    func labels(_ service: ServiceName?) -> [String: String] {
        var labels = [
            Labels.managedBy: Labels.manager, Labels.instance: name, Labels.partOf: "storefront",
            Labels.name: service?.executable ?? "storefront",
        ]
        if let service {
            labels[Labels.component] = service.rawValue
            labels[Labels.service] = service.rawValue
        }
        return labels
    }

    /// The labels by which a Deployment and a Service know a service's pods.
    func selector(_ service: ServiceName) -> [String: String] {
        [Labels.instance: name, Labels.name: service.executable]
    }
}
