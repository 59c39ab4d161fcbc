internal import Crypto
internal import KubernetesClient
internal import Synchronization

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Issues and checks ServiceAccounts' tokens: JSON web tokens signed with ES256, bound to the account and, where asked
/// for, to a pod.
final class ServiceAccountTokens: Sendable {
    static let issuer = "https://kubernetes.default.svc.cluster.local"

    private let key: P256.Signing.PrivateKey
    private let keyID: String
    /// Claims of tokens whose signature has been checked. Emptied when it grows.
    private let verified = Mutex<[String: JSONValue]>([:])

    init(folder: StateFolder) throws {
        if let pem = try folder.read("sa.key") {
            key = try P256.Signing.PrivateKey(pemRepresentation: pem)
        } else {
            key = P256.Signing.PrivateKey()
            try folder.write(key.pemRepresentation, to: "sa.key", secret: true)
        }
        keyID = SHA256.hash(data: key.publicKey.derRepresentation).prefix(16).map { Self.hexadecimal($0) }.joined()
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }

    /// What a token is issued for.
    struct Request {
        var namespace: String
        var account: String
        var accountUID: String
        /// What the token dies with, beside its account.
        var bound: BoundObject?
        var audiences: [String]
        var issued: Date
        var expires: Date
    }

    /// An object that a token dies with.
    struct BoundObject: Sendable {
        static let plurals = ["Pod": "pods", "Secret": "secrets", "Node": "nodes"]

        var kind: String
        var name: String
        var uid: String
    }

    /// The key with which others can check tokens.
    var keySet: JSONValue { TokenDiscovery.keys(key.publicKey, id: keyID) }

    func issue(_ request: Request) throws -> String {
        var bound: JSONValue = [
            "namespace": .string(request.namespace),
            "serviceaccount": ["name": .string(request.account), "uid": .string(request.accountUID)],
        ]
        if let object = request.bound {
            bound[object.kind.lowercased()] = ["name": .string(object.name), "uid": .string(object.uid)]
        }
        let issued = JSONValue(Int(request.issued.timeIntervalSince1970))
        let claims: JSONValue = [
            "iss": .string(Self.issuer),
            "sub": .string("system:serviceaccount:\(request.namespace):\(request.account)"),
            "aud": JSONValue(request.audiences), "iat": issued, "nbf": issued,
            "exp": JSONValue(Int(request.expires.timeIntervalSince1970)), "jti": .string(newUID()),
            "kubernetes.io": bound,
        ]
        let header: JSONValue = ["alg": "ES256", "kid": .string(keyID)]
        let signed = header.bytes().base64URL + "." + claims.bytes().base64URL
        let signature = try key.signature(for: Data(signed.utf8))
        return signed + "." + Array(signature.rawRepresentation).base64URL
    }

    /// The claims of a token that this server has signed and that has not expired.
    func claims(_ token: String, now: Date) -> JSONValue? {
        guard let claims = verified.withLock({ $0[token] }) ?? verify(token),
            let expires = claims["exp"]?.integerValue, Double(expires) > now.timeIntervalSince1970
        else { return nil }
        return claims
    }

    private func verify(_ token: String) -> JSONValue? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = [UInt8](base64URL: parts[1]), let raw = [UInt8](base64URL: parts[2]),
            let signature = try? P256.Signing.ECDSASignature(rawRepresentation: raw),
            key.publicKey.isValidSignature(signature, for: Data("\(parts[0]).\(parts[1])".utf8)),
            let claims = try? JSONValue(parsing: payload), claims["iss"]?.stringValue == Self.issuer
        else { return nil }
        verified.withLock {
            if $0.count > 4096 { $0 = [:] }
            $0[token] = claims
        }
        return claims
    }
}

extension [UInt8] {
    /// Base64 with the URL alphabet and without padding (RFC 7515).
    var base64URL: String {
        Data(self).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    init?(base64URL text: some StringProtocol) {
        var base64 = String(text).replacing("-", with: "+").replacing("_", with: "/")
        while base64.utf8.count % 4 != 0 { base64 += "=" }
        guard let data = Data(base64Encoded: base64) else { return nil }
        self = Array(data)
    }
}
