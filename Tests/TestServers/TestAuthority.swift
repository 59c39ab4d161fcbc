public import Contracts
import Crypto
public import Foundation
import SwiftASN1
import X509

/// A certificate authority of the tests' own.
public struct TestAuthority: Sendable {
    private let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    private let certificate: Certificate
    private let name: DistinguishedName

    public init(_ commonName: String = "test authority") throws {
        name = try DistinguishedName { CommonName(commonName) }
        certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key.publicKey, notValidBefore: Date() - 60,
            notValidAfter: Date() + 3600, issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
            },
            issuerPrivateKey: key)
    }

    /// Writes `tls.crt`, `tls.key` and `ca.crt` of a service as the operator issues them into a folder.
    public func issue(
        _ service: ServiceName, host: String, identity: String? = nil, validFor: TimeInterval = 3600,
        trusting authority: TestAuthority? = nil, into folder: String
    ) throws {
        let leafKey = P256.Signing.PrivateKey()
        let uri = identity ?? PodLayout.identity(namespace: "default", storefront: "test", service: service)
        let leaf = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(leafKey.publicKey), notValidBefore: Date() - 60,
            notValidAfter: Date() + validFor, issuer: name, subject: DistinguishedName { CommonName(host) },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                SubjectAlternativeNames([.dnsName(host), .uniformResourceIdentifier(uri)])
            },
            issuerPrivateKey: key)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        func write(_ text: String, _ name: String) throws {
            try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        }
        try write(try leaf.serializeAsPEM().pemString, "tls.crt")
        try write(leafKey.pemRepresentation, "tls.key")
        try write(try (authority ?? self).certificate.serializeAsPEM().pemString, "ca.crt")
    }
}
