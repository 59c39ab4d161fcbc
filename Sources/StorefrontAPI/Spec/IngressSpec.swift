/// How the shop is reached from outside of the cluster.
public struct IngressSpec: Described {
    public var enabled = true
    public var className: String?
    public var annotations: [String: String] = [:]
    public var tlsSecretName: String?

    public init() {}

    public static let schema = Schema.object(
        Self.self, "How the shop is reached from outside of the cluster.",
        [
            "enabled": .boolean("Whether there is an Ingress."),
            "className": .string("IngressClass; the cluster's default when absent.", minimumLength: 1),
            "annotations": .map(
                .string("A value.", maximumLength: 4096), "Annotations for the Ingress, such as the class's settings."),
            "tlsSecretName": .secretName("Secret of type kubernetes.io/tls; the shop's URL is https then."),
        ])
}
