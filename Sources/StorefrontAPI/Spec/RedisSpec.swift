/// Where carts and the cache of hot products are.
public struct RedisSpec: Described {
    public var secretName = ""

    public init() {}

    public static let schema = Schema.object(
        Self.self, "Where carts and the cache of hot products are.", required: ["secretName"],
        [
            "secretName": .secretName(
                "Secret with the key url, such as redis://:password@redis.data.svc:6379/0.")
        ])
}
