import Contracts
import KubernetesClient
import StorefrontAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Shop {
    /// The Secrets that the services mount, and those that only the operator reads.
    func secrets(_ material: ShopMaterial) -> [PlannedObject] {
        var secrets = [
            secret(
                authoritySecret, service: nil, outlives: true, type: "kubernetes.io/tls",
                ["tls.crt": material.authority.certificate, "tls.key": material.authority.key]),
            secret(
                signingSecret, service: .user, outlives: true, ["signing-key.json": material.signingKey.jwk.text()]),
        ]
        if let password = material.adminPassword {
            secrets.append(
                secret(
                    generatedAdminSecret, service: .user, outlives: true,
                    ["email": spec.admin.email, "password": password]))
        }
        for service in ServiceName.allCases {
            secrets.append(databaseSecret(service, password: material.databasePasswords[service] ?? ""))
            secrets.append(brokerSecret(service, password: material.brokerPasswords[service] ?? ""))
            let pair = material.certificates[service] ?? CertificatePair(certificate: "", key: "")
            secrets.append(
                secret(
                    tlsSecret(service), service: service, type: "kubernetes.io/tls",
                    ["tls.crt": pair.certificate, "tls.key": pair.key, "ca.crt": material.authority.certificate]))
        }
        return secrets
    }

    /// Public keys are no secret.
    func keySet(_ material: ShopMaterial) -> PlannedObject {
        object(
            .configMap, jwksConfigMap, service: nil,
            ["data": ["jwks.json": .string(material.signingKey.publicKeySet.text())]])
    }

    private func databaseSecret(_ service: ServiceName, password: String) -> PlannedObject {
        let server = spec.postgres.server
        return secret(
            databaseSecret(service), service: service, outlives: true,
            [
                "host": host(server.host), "port": String(server.port), "dbname": database(service),
                "user": database(service), "password": password, "sslmode": server.sslMode.parameter,
            ])
    }

    private func brokerSecret(_ service: ServiceName, password: String) -> PlannedObject {
        let server = spec.rabbitmq.server
        return secret(
            rabbitMQSecret(service), service: service, outlives: true,
            [
                "host": host(server.host), "port": String(server.port), "vhost": virtualHost,
                "username": brokerUser(service), "password": password, "tls": server.tls ? "true" : "false",
            ])
    }

    private func secret(
        _ name: String, service: ServiceName?, outlives: Bool = false, type: String = "Opaque",
        _ content: [String: String]
    ) -> PlannedObject {
        object(
            .secret, name, service: service, outlives: outlives,
            [
                "type": .string(type),
                "data": .object(content.mapValues { .string(Data($0.utf8).base64EncodedString()) }),
            ])
    }
}
