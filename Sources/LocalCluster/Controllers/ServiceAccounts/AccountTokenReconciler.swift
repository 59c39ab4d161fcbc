import KubernetesClient
import KubernetesRuntime

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Fills Secrets of type `kubernetes.io/service-account-token` and deletes those whose account is gone.
struct AccountTokenReconciler: Reconciler {
    static let type = "kubernetes.io/service-account-token"
    static let account = "kubernetes.io/service-account.name"
    static let accountUID = "kubernetes.io/service-account.uid"
    /// Such a token has no end of its own; a request must name one, and this is the longest there is.
    private static let lifetime = 1 << 32

    let context: ControllerContext
    let secrets: ObjectCache
    let rootCertificate: String

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let secret = secrets[key], !secret.isBeingDeleted, let name = secret.annotations[Self.account] else {
            return .done
        }
        let account = try await context.client.find(.serviceAccount, name, namespace: key.namespace)
        let bound = secret.annotations[Self.accountUID]
        guard let account, bound ?? account.uid == account.uid else {
            try await context.delete(secret, .secret, in: secrets)
            return .done
        }
        let certificate = Data(rootCertificate.utf8).base64EncodedString()
        let namespace = Data((key.namespace ?? "").utf8).base64EncodedString()
        var changed = secret
        changed.annotations[Self.accountUID] = account.uid
        changed["data", "ca.crt"] = .string(certificate)
        changed["data", "namespace"] = .string(namespace)
        if secret["data", "token"] == nil { changed["data", "token"] = .string(try await token(account, for: secret)) }
        guard changed != secret else { return .done }
        secrets.note(try await context.client.replace(.secret, changed))
        return .done
    }

    private func token(_ account: UntypedObject, for secret: UntypedObject) async throws -> String {
        let request = UntypedObject([
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
            "metadata": ["name": .string(account.name), "namespace": .string(account.namespace ?? "")],
            "spec": [
                "expirationSeconds": JSONValue(Self.lifetime),
                "boundObjectRef": [
                    "apiVersion": "v1", "kind": "Secret", "name": .string(secret.name), "uid": .string(secret.uid),
                ],
            ],
        ])
        let answer = try await context.client.create(.serviceAccount, request, subresource: "token")
        return Data((answer["status", "token"]?.stringValue ?? "").utf8).base64EncodedString()
    }
}
