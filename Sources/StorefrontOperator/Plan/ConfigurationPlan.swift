import Contracts
import KubernetesClient
import StorefrontAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Shop {
    /// What a service reads from its `config.json`.
    func configuration(of service: ServiceName, publicURL: String) throws -> ServiceConfiguration {
        guard let currency = Currency(rawValue: spec.currency) else {
            throw SchemaProblem(field: "spec.currency", message: "must be an ISO 4217 code")
        }
        let settings = settings(of: service)
        var configuration = ServiceConfiguration(
            storefront: name, namespace: namespace, service: service, version: version, currency: currency,
            logLevel: spec.logLevel.rawValue.lowercased(), publicURL: publicURL,
            database: DatabaseConfiguration(
                maximumConnections: settings.database.poolSize,
                statementTimeout: settings.database.statementTimeoutSeconds * 1000),
            peers: peers(of: service))
        switch service {
        case .user: break
        case .product: configuration.product = ProductConfiguration(sampleCatalog: spec.sampleData)
        case .order:
            configuration.order = OrderConfiguration(
                shippingCents: Int64(spec.order.shippingCents), taxBasisPoints: spec.order.taxBasisPoints)
        case .payment:
            configuration.payment = PaymentConfiguration(
                provider: spec.services.payment.gateway.provider.rawValue.lowercased())
        case .notification:
            configuration.notification = NotificationConfiguration(
                from: spec.notifications.from, fileChannel: spec.notifications.file != nil,
                smtp: spec.notifications.smtp.map {
                    SMTPConfiguration(host: host($0.host), port: $0.port, security: $0.security.rawValue.lowercased())
                })
        }
        return configuration
    }

    func configMap(_ service: ServiceName, publicURL: String) throws -> PlannedObject {
        object(
            .configMap, objectName(service), service: service,
            ["data": ["config.json": .string(try text(configuration(of: service, publicURL: publicURL)))]])
    }

    /// Hash of the configuration that a pod reads only when it starts. The public URL becomes known after the first
    /// pods run and is read again when it changes, so it must not restart them.
    func configurationHash(_ service: ServiceName) throws -> String {
        Fingerprint.of(try text(configuration(of: service, publicURL: "")))
    }

    /// Identifies one run of migrations: another release, another database or another seed is another Job.
    func migrationKey(_ service: ServiceName) throws -> String {
        var configuration = try configuration(of: service, publicURL: "")
        configuration.logLevel = ""
        configuration.peers = [:]
        let server = spec.postgres.server
        let parts = [
            image(of: service), try text(configuration), host(server.host), String(server.port), database(service),
        ]
        return Fingerprint.of(parts.joined(separator: "\n"), length: 10)
    }

    /// The other services' internal listeners.
    private func peers(of service: ServiceName) -> [String: String] {
        var peers: [String: String] = [:]
        for peer in ServiceName.allCases where peer != service {
            peers[peer.rawValue] = "https://\(objectName(peer)).\(namespace).svc:\(PodLayout.internalPort)"
        }
        return peers
    }

    private func text(_ configuration: ServiceConfiguration) throws -> String {
        String(decoding: try ContractsJSON.encoder().encode(configuration), as: UTF8.self)
    }
}
