internal import Crypto
internal import KubernetesClient

/// Where others learn how to check ServiceAccounts' tokens (OpenID Connect Discovery).
enum TokenDiscovery {
    static let configurationPath = "/.well-known/openid-configuration"
    static let keysPath = "/openid/v1/jwks"

    /// - Parameter address: the server's host and port.
    static func configuration(address: String) -> JSONValue {
        [
            "issuer": .string(ServiceAccountTokens.issuer), "jwks_uri": .string("https://\(address)\(keysPath)"),
            "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        ]
    }

    /// The public key as a set of JSON web keys (RFC 7517).
    static func keys(_ key: P256.Signing.PublicKey, id: String) -> JSONValue {
        let point = Array(key.rawRepresentation)
        return [
            "keys": [
                [
                    "use": "sig", "kty": "EC", "kid": .string(id), "crv": "P-256", "alg": "ES256",
                    "x": .string(Array(point.prefix(32)).base64URL), "y": .string(Array(point.suffix(32)).base64URL),
                ]
            ]
        ]
    }
}
