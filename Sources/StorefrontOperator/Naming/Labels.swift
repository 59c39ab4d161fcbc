import Contracts

/// The labels and annotations of everything the operator makes.
enum Labels {
    static let managedBy = "app.kubernetes.io/managed-by"
    static let instance = "app.kubernetes.io/instance"
    static let name = "app.kubernetes.io/name"
    static let component = "app.kubernetes.io/component"
    static let partOf = "app.kubernetes.io/part-of"
    static let version = "app.kubernetes.io/version"
    /// Which service an object belongs to; on pods of Deployments and of migration Jobs alike.
    static let service = "storefront.dev/service"

    static let manager = "storefront-operator"
    /// Finds every object the operator made.
    static let selector = "\(managedBy)=\(manager)"
    /// Finds the others.
    static let strangers = "\(managedBy)!=\(manager)"
}

enum Annotations {
    /// Hash of what the operator last applied: tells when fields have gone from the plan.
    static let applied = "storefront.dev/applied-hash"
    /// Hash of the configuration that pods read when they start.
    static let configuration = "storefront.dev/config-hash"
    /// Hash of the Secrets that pods read when they start.
    static let secrets = "storefront.dev/secrets-hash"
    /// The release whose migrations a Job runs.
    static let version = "storefront.dev/version"
}
