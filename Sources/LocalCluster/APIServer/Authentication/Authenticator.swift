internal import HTTPTypes
internal import KubernetesClient
internal import NIOCore
internal import NIOSSL
internal import SwiftASN1
internal import Synchronization
internal import X509

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Finds out who sent a request: a bearer token first, then the connection's client certificate, else nobody.
final class Authenticator: Sendable {
    private let adminToken: String
    private let tokens: ServiceAccountTokens
    private let store: ObjectStore
    /// Users of certificates seen, by the certificate's DER bytes. Emptied when it grows.
    private let certificates = Mutex<[[UInt8]: UserInfo]>([:])

    init(adminToken: String, tokens: ServiceAccountTokens, store: ObjectStore) {
        self.adminToken = adminToken
        self.tokens = tokens
        self.store = store
    }

    /// - Returns: `nil` for a token that is not valid.
    func user(of headers: HTTPFields, on channel: any Channel) async -> UserInfo? {
        if let authorization = headers[.authorization] {
            let parts = authorization.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
            return user(token: parts[1].trimmed)
        }
        guard let certificate = try? await channel.nioSSL_peerCertificate().get(),
            let bytes = try? certificate.toDERBytes()
        else { return .anonymous }
        return user(certificate: bytes)
    }

    /// - Parameter audiences: of which the token must be meant for one.
    func user(token: String, audiences: [String] = [ServiceAccountTokens.issuer]) -> UserInfo? {
        if token == adminToken { return .admin }
        guard let claims = tokens.claims(token, now: Date()),
            claims["aud"]?.arrayValue?.contains(where: { audiences.contains($0.stringValue ?? "") }) ?? false
        else { return nil }
        return user(claims: claims)
    }

    /// A token is only as good as the account and the object it was issued for.
    private func user(claims: JSONValue) -> UserInfo? {
        guard let bound = claims["kubernetes.io"], let namespace = bound["namespace"]?.stringValue,
            let account = bound["serviceaccount"]?["name"]?.stringValue,
            let uid = bound["serviceaccount"]?["uid"]?.stringValue,
            store.object("serviceaccounts", namespace, account)?.uid == uid
        else { return nil }
        var user = UserInfo(
            name: "system:serviceaccount:\(namespace):\(account)", uid: uid,
            groups: ["system:serviceaccounts", "system:serviceaccounts:\(namespace)", "system:authenticated"])
        if let id = claims["jti"]?.stringValue {
            user.extra["authentication.kubernetes.io/credential-id"] = ["JTI=\(id)"]
        }
        for (kind, plural) in ServiceAccountTokens.BoundObject.plurals {
            let key = kind.lowercased()
            guard let object = bound[key] else { continue }
            let name = object.text("name")
            guard store.object(plural, kind == "Node" ? "" : namespace, name)?.uid == object.text("uid") else {
                return nil
            }
            guard kind != "Secret" else { continue }
            user.extra["authentication.kubernetes.io/\(key)-name"] = [name]
            user.extra["authentication.kubernetes.io/\(key)-uid"] = [object.text("uid")]
        }
        return user
    }

    /// The TLS handshake has checked that the cluster's authority signed the certificate.
    private func user(certificate bytes: [UInt8]) -> UserInfo? {
        if let user = certificates.withLock({ $0[bytes] }) { return user }
        guard let certificate = try? Certificate(derEncoded: bytes) else { return nil }
        var user = UserInfo(name: "")
        for attribute in certificate.subject.flatMap({ Array($0) }) {
            if attribute.type == .RDNAttributeType.commonName { user.name = attribute.value.description }
            if attribute.type == .RDNAttributeType.organizationName { user.groups.append(attribute.value.description) }
        }
        guard !user.name.isEmpty else { return nil }
        user.groups.append("system:authenticated")
        certificates.withLock {
            if $0.count > 256 { $0 = [:] }
            $0[bytes] = user
        }
        return user
    }
}
