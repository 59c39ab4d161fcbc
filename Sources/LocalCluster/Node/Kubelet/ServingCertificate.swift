import Crypto
import Foundation
import SwiftASN1
import X509

/// The certificate by which a kubelet's API is known, with its private key, both PEM.
public struct ServingCertificate: Sendable {
    public let certificatePEM: String
    public let privateKeyPEM: String

    /// One that vouches for itself, as a kubelet's own: enough for API servers that were not told an authority of
    /// kubelets.
    public static func selfSigned(node: String, address: String) throws -> ServingCertificate {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let subject = try DistinguishedName { CommonName("\(node)@\(Int(Date().timeIntervalSince1970))") }
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key.publicKey,
            notValidBefore: Date(timeIntervalSinceNow: -300), notValidAfter: Date(timeIntervalSinceNow: 365 * 86400),
            issuer: subject, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(digitalSignature: true, keyEncipherment: true, keyCertSign: true))
                try ExtendedKeyUsage([.serverAuth])
                names(node: node, address: address)
            },
            issuerPrivateKey: key)
        return try ServingCertificate(
            certificatePEM: certificate.serializeAsPEM().pemString, privateKeyPEM: key.serializeAsPEM().pemString)
    }

    private static func names(node: String, address: String) -> SubjectAlternativeNames {
        let octets = address.split(separator: ".").compactMap { UInt8($0) }
        return SubjectAlternativeNames([
            .dnsName(node), .ipAddress(ASN1OctetString(contentBytes: octets[...])),
        ])
    }
}
