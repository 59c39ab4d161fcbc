import Crypto
import Foundation
import SwiftASN1
import X509

/// A certificate authority of one test.
struct TestAuthority {
    private let key = P256.Signing.PrivateKey()
    private let name: DistinguishedName
    private let certificate: Certificate

    init() throws {
        name = try DistinguishedName { CommonName("test authority \(UUID().uuidString)") }
        certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
            notValidBefore: .now - 60, notValidAfter: .now + 3600, issuer: name, subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
            },
            issuerPrivateKey: .init(key))
    }

    var pem: [UInt8] {
        get throws { Array(try certificate.serializeAsPEM().pemString.utf8) }
    }

    /// A certificate for a server with these DNS names, or a client without any.
    func issue(_ commonName: String, dnsNames: [String] = []) throws -> (certificate: [UInt8], key: [UInt8]) {
        let leafKey = P256.Signing.PrivateKey()
        let leaf = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(leafKey.publicKey),
            notValidBefore: .now - 60, notValidAfter: .now + 3600, issuer: name,
            subject: try DistinguishedName { CommonName(commonName) }, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                if !dnsNames.isEmpty { SubjectAlternativeNames(dnsNames.map { .dnsName($0) }) }
            },
            issuerPrivateKey: .init(key))
        return (Array(try leaf.serializeAsPEM().pemString.utf8), Array(leafKey.pemRepresentation.utf8))
    }
}
