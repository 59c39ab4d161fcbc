import Crypto
public import KubernetesClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The ES256 key that signs access tokens, as JSON Web Key (RFC 7517).
public struct SigningKey: Sendable, Hashable {
    /// With the private member `d`.
    public let jwk: JSONValue

    public init() {
        let key = P256.Signing.PrivateKey()
        let point = key.publicKey.rawRepresentation
        let x = Self.base64URL(point.prefix(32))
        let y = Self.base64URL(point.suffix(32))
        // RFC 7638: the hash of the required members in order.
        let canonical = #"{"crv":"P-256","kty":"EC","x":"\#(x)","y":"\#(y)"}"#
        let thumbprint = Self.base64URL(Data(SHA256.hash(data: Data(canonical.utf8))))
        jwk = [
            "kty": "EC", "crv": "P-256", "x": .string(x), "y": .string(y),
            "d": .string(Self.base64URL(key.rawRepresentation)), "kid": .string(thumbprint), "alg": "ES256",
            "use": "sig",
        ]
    }

    /// Reads a private key; `nil` for anything but a usable one.
    public init?(json text: String) {
        guard var jwk = try? JSONValue(parsing: text), jwk["kty"] == "EC", jwk["crv"] == "P-256",
            let d = jwk["d"]?.stringValue.flatMap(Self.data),
            let key = try? P256.Signing.PrivateKey(rawRepresentation: d),
            jwk["kid"]?.stringValue?.isEmpty == false
        else { return nil }
        let point = key.publicKey.rawRepresentation
        guard jwk["x"]?.stringValue == Self.base64URL(point.prefix(32)),
            jwk["y"]?.stringValue == Self.base64URL(point.suffix(32))
        else { return nil }
        jwk["alg"] = "ES256"
        jwk["use"] = "sig"
        self.jwk = jwk
    }

    init(placeholder: String) { jwk = ["kty": "EC", "kid": .string(placeholder)] }

    /// A key set (RFC 7517) with the public half, for those who verify tokens.
    public var publicKeySet: JSONValue {
        var key = jwk
        key["d"] = nil
        return ["keys": [key]]
    }

    static func base64URL(_ data: some DataProtocol) -> String {
        Data(data).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func data(base64URL text: String) -> Data? {
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: base64 + String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4))
    }
}
