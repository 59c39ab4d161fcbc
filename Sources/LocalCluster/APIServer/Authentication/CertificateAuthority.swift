internal import Crypto
internal import SwiftASN1
internal import X509

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A certificate with its private key, both PEM.
public struct IssuedCertificate: Sendable, Hashable {
    public let certificatePEM: String
    public let privateKeyPEM: String
}

/// The cluster's certificate authority (ECDSA P-256): made at the first start and kept in the state folder.
public struct CertificateAuthority: Sendable {
    /// What those who trust the cluster's certificates need.
    public let certificatePEM: String
    private let certificate: Certificate
    private let privateKey: Certificate.PrivateKey

    /// Reads `ca.crt` and `ca.key` of a folder, or makes them.
    init(folder: StateFolder) throws {
        if let certificatePEM = try folder.read("ca.crt"), let keyPEM = try folder.read("ca.key") {
            self.certificatePEM = certificatePEM
            self.certificate = try Certificate(pemEncoded: certificatePEM)
            self.privateKey = try Certificate.PrivateKey(pemEncoded: keyPEM)
            return
        }
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let name = try DistinguishedName { CommonName("kubernetes") }
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key.publicKey,
            notValidBefore: Date(timeIntervalSinceNow: -300),
            notValidAfter: Date(timeIntervalSinceNow: 10 * 365 * 86400), issuer: name, subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
                SubjectKeyIdentifier(hash: key.publicKey)
            },
            issuerPrivateKey: key)
        self.certificate = certificate
        self.privateKey = key
        self.certificatePEM = try certificate.serializeAsPEM().pemString
        try folder.write(certificatePEM, to: "ca.crt")
        try folder.write(key.serializeAsPEM().pemString, to: "ca.key", secret: true)
    }

    /// Issues a certificate, valid for a year.
    ///
    /// - Parameters:
    ///   - commonName: of a client: the user.
    ///   - organizations: of a client: the groups.
    ///   - dnsNames: a server's names.
    ///   - addresses: a server's IPv4 addresses.
    public func issue(
        commonName: String, organizations: [String] = [], dnsNames: [String] = [], addresses: [String] = []
    ) throws -> IssuedCertificate {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let subject = try DistinguishedName {
            for organization in organizations { OrganizationName(organization) }
            CommonName(commonName)
        }
        let names =
            dnsNames.map { GeneralName.dnsName($0) }
            + addresses.compactMap { address in
                let octets = address.split(separator: ".").compactMap { UInt8($0) }
                return octets.count == 4 ? GeneralName.ipAddress(ASN1OctetString(contentBytes: octets[...])) : nil
            }
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key.publicKey,
            notValidBefore: Date(timeIntervalSinceNow: -300),
            notValidAfter: Date(timeIntervalSinceNow: 365 * 86400), issuer: self.certificate.subject, subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true, keyEncipherment: true))
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                if !names.isEmpty { SubjectAlternativeNames(names) }
                SubjectKeyIdentifier(hash: key.publicKey)
            },
            issuerPrivateKey: privateKey)
        return IssuedCertificate(
            certificatePEM: try certificate.serializeAsPEM().pemString,
            privateKeyPEM: try key.serializeAsPEM().pemString)
    }
}

extension String {
    var base64: String { Data(utf8).base64EncodedString() }
}

/// 256 random bits as text.
func randomToken() -> String {
    Array(SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }).base64URL
}
