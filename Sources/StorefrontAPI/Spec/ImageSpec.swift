/// Where the services' images come from.
public struct ImageSpec: Described {
    public enum PullPolicy: String, Codable, Sendable, CaseIterable {
        case always = "Always", ifNotPresent = "IfNotPresent", never = "Never"
    }

    public var registry = "ghcr.io/storefront-dev"
    /// `spec.version` when absent.
    public var tag: String?
    public var pullPolicy: PullPolicy = .ifNotPresent
    public var pullSecretNames: [String] = []

    public init() {}

    public static let schema = Schema.object(
        Self.self, "Where the services' images come from: registry/<service>-service:tag.",
        [
            "registry": .string(
                "Registry and path before the image's name.", pattern: #"^[a-z0-9]([-a-z0-9._/:]*[a-z0-9])?$"#,
                minimumLength: 1),
            "tag": .string(
                "Tag of the images; spec.version when absent.", pattern: #"^[A-Za-z0-9_][A-Za-z0-9_.-]*$"#,
                maximumLength: 128),
            "pullPolicy": .choice(PullPolicy.self, "When a node pulls an image."),
            "pullSecretNames": .array(
                .secretName("A Secret."), "Secrets of type kubernetes.io/dockerconfigjson for the registry.",
                maximumCount: 16),
        ])
}
