import KubernetesClient
import KubernetesRuntime

/// Which Storefronts name which of the Secrets that users bring.
enum BroughtSecrets {
    /// Finds Storefronts by the Secrets they name.
    static let index = "secrets"

    private static let paths = [
        ["postgres", "server", "adminSecretName"], ["rabbitmq", "server", "adminSecretName"],
        ["redis", "secretName"], ["admin", "secretName"], ["notifications", "smtp", "secretName"],
    ]

    /// The Secrets that a Storefront names, as `NAMESPACE/NAME`.
    @Sendable
    static func keys(of storefront: UntypedObject) -> [String] {
        let storefront = PackedObject.unpack(storefront)
        return paths.compactMap { path in
            storefront.spec?[path: path]?.stringValue
                .map { ObjectKey(namespace: storefront.namespace, name: $0).description }
        }
    }

    static func storefronts(naming secret: UntypedObject, _ store: Store) -> [UntypedObject] {
        store.objects(index: index, value: secret.key.description)
    }
}
