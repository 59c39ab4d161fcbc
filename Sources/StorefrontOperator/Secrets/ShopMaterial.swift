public import Contracts
import KubernetesClient
import StorefrontAPI

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Everything secret that the operator makes up for a shop.
public struct ShopMaterial: Sendable, Hashable {
    public var databasePasswords: [ServiceName: String] = [:]
    public var brokerPasswords: [ServiceName: String] = [:]
    public var authority: CertificatePair
    public var certificates: [ServiceName: CertificatePair] = [:]
    public var signingKey: SigningKey
    /// `nil` when the user brings the administrator's Secret.
    public var adminPassword: String?
}

/// A Secret that is there but does not hold what it must.
public struct UnusableSecret: Error, Hashable, Sendable {
    public var name: String
    public var problem: String
}

extension ShopMaterial {
    /// What is there already, kept as it is, and new values for what is missing.
    ///
    /// - Parameter existing: the present contents of the shop's Secrets by name.
    /// - Throws: ``UnusableSecret`` for a value that is there but cannot be used, since replacing it would lock out
    ///   whoever relies on it.
    public init(of shop: Shop, existing: [String: [String: String]], now: Date) throws {
        func value(_ secret: String, _ key: String) -> String? {
            existing[secret]?[key].flatMap { $0.isEmpty ? nil : $0 }
        }
        let authority = try Self.authority(
            of: shop, value(shop.authoritySecret, "tls.crt"), value(shop.authoritySecret, "tls.key"), now)
        self.authority = authority.pair
        signingKey = try Self.signingKey(value(shop.signingSecret, "signing-key.json"), in: shop.signingSecret)
        for service in ServiceName.allCases {
            databasePasswords[service] = value(shop.databaseSecret(service), "password") ?? Password.random()
            brokerPasswords[service] = value(shop.rabbitMQSecret(service), "password") ?? Password.random()
            let names = shop.serviceNames(service)
            let identity = PodLayout.identity(namespace: shop.namespace, storefront: shop.name, service: service)
            if let certificate = value(shop.tlsSecret(service), "tls.crt"),
                let key = value(shop.tlsSecret(service), "tls.key"),
                authority.isGood(
                    CertificatePair(certificate: certificate, key: key), names: names, identity: identity, now: now)
            {
                certificates[service] = CertificatePair(certificate: certificate, key: key)
            } else {
                certificates[service] = try authority.issue(
                    commonName: shop.objectName(service), names: names, identity: identity, now: now)
            }
        }
        if shop.spec.admin.secretName == nil {
            adminPassword = value(shop.generatedAdminSecret, "password") ?? Password.random(length: 24)
        }
    }

    private static func authority(
        of shop: Shop, _ certificate: String?, _ key: String?, _ now: Date
    ) throws -> CertificateAuthority {
        guard certificate != nil || key != nil else {
            return try CertificateAuthority(
                commonName: BoundedName.joined([shop.namespace, shop.name, "ca"], by: ".", limit: 64), now: now)
        }
        guard let certificate, let key,
            let authority = CertificateAuthority(CertificatePair(certificate: certificate, key: key))
        else {
            throw UnusableSecret(
                name: shop.authoritySecret,
                problem: "tls.crt and tls.key are not a certificate authority and its private key in PEM")
        }
        return authority
    }

    private static func signingKey(_ text: String?, in secret: String) throws -> SigningKey {
        guard let text else { return SigningKey() }
        guard let key = SigningKey(json: text) else {
            throw UnusableSecret(
                name: secret, problem: "signing-key.json is not a private P-256 JSON Web Key with a kid")
        }
        return key
    }

    /// Stands for what is not known yet where a plan is only shown.
    public static func placeholder(for shop: Shop) -> ShopMaterial {
        let text = "(generated)"
        let pair = CertificatePair(certificate: text, key: text)
        return ShopMaterial(
            databasePasswords: Dictionary(uniqueKeysWithValues: ServiceName.allCases.map { ($0, text) }),
            brokerPasswords: Dictionary(uniqueKeysWithValues: ServiceName.allCases.map { ($0, text) }),
            authority: pair, certificates: Dictionary(uniqueKeysWithValues: ServiceName.allCases.map { ($0, pair) }),
            signingKey: SigningKey(placeholder: text), adminPassword: shop.spec.admin.secretName == nil ? text : nil)
    }
}
