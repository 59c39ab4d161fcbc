/// What the plan needs to know of the cluster besides the Storefront.
public struct ObservedFacts: Sendable, Hashable {
    /// Where the shop is reached, once the Ingress has an address.
    public var publicURL: String?
    /// Hashes of the Secrets that the user brings, by name.
    public var userSecrets: [String: String] = [:]
    /// The port in the Redis URL.
    public var redisPort: Int?

    public init() {}
}
