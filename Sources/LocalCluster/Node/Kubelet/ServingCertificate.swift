import Crypto
import Foundation
public import KubernetesClient
import SwiftASN1
import X509

/// The certificate by which a kubelet's API is known, with its private key, both PEM.
public struct ServingCertificate: Sendable {
    public let certificatePEM: String
    public let privateKeyPEM: String

    private static let life: TimeInterval = 365 * 86400

    /// One that vouches for itself, as a kubelet's own: enough for API servers that were not told an authority of
    /// kubelets.
    public static func selfSigned(node: String, address: String) throws -> ServingCertificate {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let subject = try DistinguishedName { CommonName("\(node)@\(Int(Date().timeIntervalSince1970))") }
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key.publicKey,
            notValidBefore: Date(timeIntervalSinceNow: -300), notValidAfter: Date(timeIntervalSinceNow: life),
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

    /// One of the cluster's own authority, by a CertificateSigningRequest for `kubernetes.io/kubelet-serving`, which is
    /// approved here where the client may do so and is waited for where somebody else must.
    ///
    /// - Throws: ``KubernetesError``, or `CancellationError`; a refusal as ``KubernetesError/unexpectedAnswer(_:)``.
    public static func requested(
        node: String, address: String, client: KubernetesClient
    ) async throws -> ServingCertificate {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let subject = try DistinguishedName {
            OrganizationName("system:nodes")
            CommonName("system:node:\(node)")
        }
        let attributes = try CertificateSigningRequest.Attributes([
            .init(ExtensionRequest(extensions: Certificate.Extensions { names(node: node, address: address) }))
        ])
        let signing = try CertificateSigningRequest(
            version: .v1, subject: subject, privateKey: key, attributes: attributes,
            signatureAlgorithm: .ecdsaWithSHA256)
        let request = CertificateRequest(client: client, text: try signing.serializeAsPEM().pemString)
        return ServingCertificate(
            certificatePEM: try await request.certificate(), privateKeyPEM: try key.serializeAsPEM().pemString)
    }

    private static func names(node: String, address: String) -> SubjectAlternativeNames {
        let octets = address.split(separator: ".").compactMap { UInt8($0) }
        return SubjectAlternativeNames([
            .dnsName(node), .ipAddress(ASN1OctetString(contentBytes: octets[...])),
        ])
    }
}

/// A CertificateSigningRequest in the API.
private struct CertificateRequest {
    let client: KubernetesClient
    let text: String

    private static let kind = ResourceKind(
        group: "certificates.k8s.io", version: "v1", plural: "certificatesigningrequests",
        kind: "CertificateSigningRequest", isNamespaced: false)

    func certificate() async throws -> String {
        var request = UntypedObject(Self.kind, name: "")
        request["metadata", "name"] = nil
        request.generateName = "csr-"
        request.spec = [
            "request": .string(Data(text.utf8).base64EncodedString()), "signerName": "kubernetes.io/kubelet-serving",
            "usages": ["digital signature", "server auth"],
        ]
        request = try await client.create(Self.kind, request)
        request["status", "conditions"] = [
            [
                "type": "Approved", "status": "True", "reason": "NodeOperator",
                "message": "Approved by whoever started the node",
            ]
        ]
        // Who may not approve leaves it to others.
        _ = try? await client.replace(Self.kind, request, subresource: "approval")
        while true {
            let current = try await client.get(Self.kind, request.name)
            if let data = current["status", "certificate"]?.stringValue.flatMap({ Data(base64Encoded: $0) }) {
                return String(decoding: data, as: UTF8.self)
            }
            let refusal = current["status", "conditions"]?.arrayValue?.first {
                ["Denied", "Failed"].contains($0["type"]?.stringValue ?? "")
            }
            if let refusal {
                throw KubernetesError.unexpectedAnswer(
                    "the certificate request \(request.name) was refused: \(refusal["message"]?.stringValue ?? "")")
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }
}
