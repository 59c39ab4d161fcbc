import KubernetesClient
import KubernetesRuntime

/// Gives every namespace its ServiceAccount `default` and the cluster's root certificate, and empties those being
/// deleted.
struct NamespaceReconciler: Reconciler {
    let context: ControllerContext
    let serviceAccounts: ObjectCache
    let rootCertificates: ObjectCache
    /// PEM; what pods verify the API server with.
    let rootCertificate: String

    static let certificateName = "kube-root-ca.crt"

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let namespace = context.namespaces[key] else { return .done }
        if namespace.isBeingDeleted { return try await NamespaceTermination(client: context.client).run(namespace) }
        do throws(KubernetesError) {
            if serviceAccounts[ObjectKey(namespace: key.name, name: "default")] == nil {
                let account = UntypedObject(.serviceAccount, name: "default", namespace: key.name)
                serviceAccounts.note(try await context.client.create(.serviceAccount, account))
            }
        } catch {
            if !error.isAlreadyExists && !error.isNamespaceTerminating && !error.isNotFound { throw error }
        }
        try await keepCertificate(in: key.name)
        return .done
    }

    private func keepCertificate(in namespace: String) async throws {
        let key = ObjectKey(namespace: namespace, name: Self.certificateName)
        let data: JSONValue = ["ca.crt": .string(rootCertificate)]
        do throws(KubernetesError) {
            if let present = rootCertificates[key] {
                guard present.json["data"] != data else { return }
                var mended = present
                mended.json["data"] = data
                rootCertificates.note(try await context.client.replace(.configMap, mended))
            } else {
                var object = UntypedObject(
                    .configMap, name: key.name, namespace: namespace,
                    annotations: [
                        "kubernetes.io/description":
                            "Contains a CA bundle that can be used to verify the kube-apiserver when using internal "
                            + "endpoints such as the internal service IP or kubernetes.default.svc. No other usage is "
                            + "guaranteed across distributions of Kubernetes clusters."
                    ])
                object.json["data"] = data
                rootCertificates.note(try await context.client.create(.configMap, object))
            }
        } catch {
            if !error.isAlreadyExists && !error.isNamespaceTerminating && !error.isNotFound { throw error }
        }
    }
}
