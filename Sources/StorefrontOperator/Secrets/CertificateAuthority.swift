import Crypto
import SwiftASN1
import X509

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A certificate and its private key, as PEM.
public struct CertificatePair: Sendable, Hashable {
    public var certificate: String
    public var key: String

    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// The authority of one shop: its certificates prove to the services who is calling.
public struct CertificateAuthority: Sendable {
    public let pair: CertificatePair
    private let certificate: Certificate
    private let key: Certificate.PrivateKey

    static let lifetime: TimeInterval = 10 * 365 * 86_400
    static let leafLifetime: TimeInterval = 365 * 86_400
    /// A certificate is replaced when less than this is left of it.
    static let renewal: TimeInterval = leafLifetime / 3
    /// Clocks differ.
    private static let skew: TimeInterval = 300

    /// Makes a new authority.
    public init(commonName: String, now: Date) throws {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName(commonName) }
        let publicKey = Certificate.PublicKey(key.publicKey)
        let signer = Certificate.PrivateKey(key)
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey,
            notValidBefore: now - Self.skew, notValidAfter: now + Self.lifetime, issuer: name, subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: publicKey)
            }, issuerPrivateKey: signer)
        self.certificate = certificate
        self.key = signer
        pair = CertificatePair(certificate: try certificate.serializeAsPEM().pemString, key: key.pemRepresentation)
    }

    /// Reads an authority; `nil` unless the certificate is one's and the key is its own.
    public init?(_ pair: CertificatePair) {
        guard let certificate = try? Certificate(pemEncoded: pair.certificate),
            let key = try? Certificate.PrivateKey(pemEncoded: pair.key), key.publicKey == certificate.publicKey,
            let constraints = try? certificate.extensions.basicConstraints, case .isCertificateAuthority = constraints
        else { return nil }
        self.pair = pair
        self.certificate = certificate
        self.key = key
    }

    /// A certificate for a server and client that answers to these names and is known by this URI.
    public func issue(commonName: String, names: [String], identity: String, now: Date) throws -> CertificatePair {
        let key = P256.Signing.PrivateKey()
        let publicKey = Certificate.PublicKey(key.publicKey)
        let alternatives = names.map { GeneralName.dnsName($0) } + [.uniformResourceIdentifier(identity)]
        let leaf = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey,
            notValidBefore: now - Self.skew, notValidAfter: min(now + Self.leafLifetime, certificate.notValidAfter),
            issuer: certificate.subject,
            // A common name holds at most 64 characters.
            subject: try DistinguishedName { CommonName(BoundedName.joined([commonName], limit: 64)) },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                SubjectAlternativeNames(alternatives)
                SubjectKeyIdentifier(hash: publicKey)
            }, issuerPrivateKey: self.key)
        return CertificatePair(certificate: try leaf.serializeAsPEM().pemString, key: key.pemRepresentation)
    }

    /// Whether a certificate is this authority's, for exactly these names, and good for some time yet.
    public func isGood(_ pair: CertificatePair, names: [String], identity: String, now: Date) -> Bool {
        guard let leaf = try? Certificate(pemEncoded: pair.certificate),
            let key = try? Certificate.PrivateKey(pemEncoded: pair.key), key.publicKey == leaf.publicKey,
            certificate.publicKey.isValidSignature(leaf.signature, for: leaf),
            let alternatives = try? leaf.extensions.subjectAlternativeNames
        else { return false }
        let wanted = names.map { GeneralName.dnsName($0) } + [.uniformResourceIdentifier(identity)]
        return Set(alternatives) == Set(wanted) && leaf.notValidBefore <= now
            // Where the authority itself ends sooner, no new certificate would be good for longer.
            && leaf.notValidAfter > now && leaf.notValidAfter >= min(now + Self.renewal, certificate.notValidAfter)
    }
}
