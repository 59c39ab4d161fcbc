/// How the payment service runs: as any service, and with which payment provider.
public struct PaymentServiceSpec: Described {
    /// The members of any service, on the same level as `gateway`.
    public var service = ServiceSpec()
    public var gateway = PaymentGateway()

    public init() {}

    enum CodingKeys: String, CodingKey { case gateway }

    public init(from decoder: any Decoder) throws {
        service = try ServiceSpec(from: decoder)
        gateway = try decoder.container(keyedBy: CodingKeys.self).decode(PaymentGateway.self, forKey: .gateway)
    }

    public func encode(to encoder: any Encoder) throws {
        try service.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(gateway, forKey: .gateway)
    }

    public static let schema = Schema.object(
        Self.self, "How the payment service runs.",
        ServiceSpec.properties.merging(["gateway": PaymentGateway.schema], uniquingKeysWith: { $1 }))
}

/// The payment provider.
public struct PaymentGateway: Described {
    public enum Provider: String, Codable, Sendable, CaseIterable {
        /// Decides by the card token alone, for trying things out.
        case mock = "Mock"
    }

    public var provider: Provider = .mock

    public init() {}

    public static let schema = Schema.object(
        Self.self, "The payment provider.",
        ["provider": .choice(Provider.self, "Mock decides by the card token alone and moves no money.")])
}
