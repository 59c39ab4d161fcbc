public import Contracts
public import KubernetesClient
public import StorefrontAPI

/// Everything that is to be for one Storefront: a pure function of its spec, what is secret and what was observed.
public struct StorefrontPlan: Sendable {
    /// What can be applied at once, in any order.
    public var objects: [PlannedObject]
    /// Each service's migration and the Deployment that waits for it.
    public var workloads: [Workload]
    public var databases: [DatabasePlan]
    public var broker: BrokerPlan

    public struct Workload: Sendable {
        public var service: ServiceName
        public var migration: PlannedObject
        public var deployment: PlannedObject
    }

    public init(_ shop: Shop, material: ShopMaterial, facts: ObservedFacts) throws {
        var objects = shop.secrets(material) + [shop.keySet(material), shop.ingress()]
        if let mailbox = shop.mailbox() { objects.append(mailbox) }
        for service in ServiceName.allCases {
            objects += [
                try shop.configMap(service, publicURL: facts.publicURL ?? shop.publicURL ?? ""),
                shop.serviceAccount(service), shop.service(service), shop.autoscaler(service),
                shop.disruptionBudget(service), shop.networkPolicy(service, facts: facts),
            ]
        }
        self.objects = objects
        workloads = try ServiceName.allCases.map { service in
            Workload(
                service: service, migration: try shop.migration(service),
                deployment: try shop.deployment(
                    service, secretsHash: shop.secretsHash(service, material: material, facts: facts)))
        }
        databases = ServiceName.allCases.map { DatabasePlan(shop, $0, material: material) }
        broker = BrokerPlan(shop, material: material)
    }

    /// The plan of a Storefront that nothing is known of but its spec, to be shown. What would be generated is shown
    /// as `(generated)`.
    ///
    /// - Throws: ``SchemaProblem`` or `DecodingError` for a spec that no API server would let in.
    public static func preview(of storefront: Storefront, operatorVersion: String = productVersion) throws
        -> StorefrontPlan
    {
        if let problem = storefront.problems().first { throw problem }
        let shop = try Shop(storefront, operatorVersion: operatorVersion)
        return try StorefrontPlan(shop, material: .placeholder(for: shop), facts: ObservedFacts())
    }

    /// All Kubernetes objects, in the order in which a person would apply them.
    public var kubernetesObjects: [UntypedObject] {
        let wanted = objects.filter { !$0.isUnwanted } + workloads.flatMap { [$0.migration, $0.deployment] }
        let order = ["Secret", "ConfigMap", "ServiceAccount", "PersistentVolumeClaim", "Service", "Job", "Deployment"]
        return wanted.map(\.object).enumerated().sorted { left, right in
            let ranks = (
                order.firstIndex(of: left.element.kind) ?? order.count,
                order.firstIndex(of: right.element.kind) ?? order.count
            )
            return ranks.0 == ranks.1 ? left.offset < right.offset : ranks.0 < ranks.1
        }.map(\.element)
    }
}

extension Shop {
    /// The shop's URL as far as the spec alone tells: with a host.
    var publicURL: String? {
        guard spec.ingress.enabled, let host = spec.host else { return nil }
        return "\(scheme)://\(host)"
    }

    var scheme: String { spec.ingress.tlsSecretName == nil ? "http" : "https" }

    /// Hash of the Secrets that a service's pods read when they start. Certificates are read again when they change.
    func secretsHash(_ service: ServiceName, material: ShopMaterial, facts: ObservedFacts) -> String {
        var parts = [
            host(spec.postgres.server.host), String(spec.postgres.server.port), database(service),
            spec.postgres.server.sslMode.parameter, material.databasePasswords[service] ?? "",
            host(spec.rabbitmq.server.host), String(spec.rabbitmq.server.port), String(spec.rabbitmq.server.tls),
            virtualHost, brokerUser(service), material.brokerPasswords[service] ?? "",
            material.authority.certificate, material.signingKey.publicKeySet.text(),
        ]
        if service == .user { parts += [spec.admin.email, material.adminPassword ?? ""] }
        parts += userSecrets(of: service).map { "\($0.name)=\(facts.userSecrets[$0.name] ?? "")" }
        return Fingerprint.of(parts.joined(separator: "\n"))
    }
}
