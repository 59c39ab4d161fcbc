import Foundation
public import KubernetesClient

/// Writes a kubeconfig for a program of a test.
public enum KubeconfigFile {
    /// - Parameter configuration: with a token, or a client certificate in files or as bytes.
    public static func write(_ configuration: ClientConfiguration, to path: String) throws {
        var cluster: JSONValue = ["server": .string(configuration.server)]
        put(configuration.certificateAuthority, "certificate-authority", &cluster)
        if configuration.insecureSkipTLSVerify { cluster["insecure-skip-tls-verify"] = true }
        cluster["tls-server-name"] = configuration.tlsServerName.map { .string($0) }
        var user: JSONValue = [:]
        put(configuration.clientCertificate, "client-certificate", &user)
        put(configuration.clientKey, "client-key", &user)
        switch configuration.token {
        case .file(let path): user["tokenFile"] = .string(path)
        case .bytes(let bytes): user["token"] = .string(String(decoding: bytes, as: UTF8.self))
        case nil: break
        }
        let kubeconfig: JSONValue = [
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [["name": "test", "cluster": cluster]], "users": [["name": "test", "user": user]],
            "contexts": [
                [
                    "name": "test",
                    "context": [
                        "cluster": "test", "user": "test", "namespace": .string(configuration.namespace),
                    ],
                ]
            ],
        ]
        try kubeconfig.text().write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    private static func put(_ material: FileOrBytes?, _ field: String, _ entry: inout JSONValue) {
        switch material {
        case .file(let path): entry[field] = .string(path)
        case .bytes(let bytes): entry[field + "-data"] = .string(Data(bytes).base64EncodedString())
        case nil: break
        }
    }
}
