/// `config.json` of a service: what the operator generates from the Storefront and the service reads. Every member
/// has a default, so that an older operator's file still starts a newer service.
public struct ServiceConfiguration: Codable, Sendable, Equatable {
    public var storefront: String
    public var namespace: String
    public var service: ServiceName
    /// Release of the services, for logs and metrics.
    public var version: String
    /// ISO 4217.
    public var currency: Currency
    /// trace, debug, info, notice, warning, error.
    public var logLevel: String
    /// The public base URL, for links in mails; empty when unknown.
    public var publicURL: String
    public var database: DatabaseConfiguration
    /// Base URLs of the other services' internal listeners, by service name: `https://acme-product.default.svc:8443`.
    public var peers: [String: String]
    public var tokens: TokenConfiguration
    public var product: ProductConfiguration?
    public var order: OrderConfiguration?
    public var payment: PaymentConfiguration?
    public var notification: NotificationConfiguration?

    public init(
        storefront: String, namespace: String, service: ServiceName, version: String = productVersion,
        currency: Currency, logLevel: String = "info", publicURL: String = "",
        database: DatabaseConfiguration = DatabaseConfiguration(), peers: [String: String] = [:],
        tokens: TokenConfiguration = TokenConfiguration(), product: ProductConfiguration? = nil,
        order: OrderConfiguration? = nil, payment: PaymentConfiguration? = nil,
        notification: NotificationConfiguration? = nil
    ) {
        self.storefront = storefront
        self.namespace = namespace
        self.service = service
        self.version = version
        self.currency = currency
        self.logLevel = logLevel
        self.publicURL = publicURL
        self.database = database
        self.peers = peers
        self.tokens = tokens
        self.product = product
        self.order = order
        self.payment = payment
        self.notification = notification
    }

    enum CodingKeys: String, CodingKey {
        case storefront, namespace, service, version, currency
        case logLevel = "log_level"
        case publicURL = "public_url"
        case database, peers, tokens, product, order, payment, notification
    }
}

public struct DatabaseConfiguration: Codable, Sendable, Equatable {
    /// Connections a replica keeps at most.
    public var maximumConnections: Int
    /// Milliseconds a statement may run.
    public var statementTimeout: Int

    public init(maximumConnections: Int = 8, statementTimeout: Int = 10_000) {
        self.maximumConnections = maximumConnections
        self.statementTimeout = statementTimeout
    }

    enum CodingKeys: String, CodingKey {
        case maximumConnections = "maximum_connections"
        case statementTimeout = "statement_timeout_ms"
    }
}

public struct TokenConfiguration: Codable, Sendable, Equatable {
    public var issuer: String
    public var audience: String
    /// Seconds.
    public var accessLifetime: Int
    /// Seconds.
    public var refreshLifetime: Int

    public init(
        issuer: String = "storefront", audience: String = "storefront", accessLifetime: Int = 900,
        refreshLifetime: Int = 604_800
    ) {
        self.issuer = issuer
        self.audience = audience
        self.accessLifetime = accessLifetime
        self.refreshLifetime = refreshLifetime
    }

    enum CodingKeys: String, CodingKey {
        case issuer, audience
        case accessLifetime = "access_lifetime_seconds"
        case refreshLifetime = "refresh_lifetime_seconds"
    }
}

public struct ProductConfiguration: Codable, Sendable, Equatable {
    /// Fill an empty catalogue with the sample products.
    public var sampleCatalog: Bool
    /// Seconds a hot product stays in the cache.
    public var cacheLifetime: Int
    /// Seconds a reservation holds without being committed.
    public var reservationLifetime: Int

    public init(sampleCatalog: Bool = false, cacheLifetime: Int = 300, reservationLifetime: Int = 900) {
        self.sampleCatalog = sampleCatalog
        self.cacheLifetime = cacheLifetime
        self.reservationLifetime = reservationLifetime
    }

    enum CodingKeys: String, CodingKey {
        case sampleCatalog = "sample_catalog"
        case cacheLifetime = "cache_lifetime_seconds"
        case reservationLifetime = "reservation_lifetime_seconds"
    }
}

public struct OrderConfiguration: Codable, Sendable, Equatable {
    /// Flat rate of a shipment.
    public var shippingCents: Int64
    /// Tax in hundredths of a per cent of the subtotal (825 is 8.25 %), rounded half up to a cent.
    public var taxBasisPoints: Int
    /// Seconds a cart lives after its last change.
    public var cartLifetime: Int

    public init(shippingCents: Int64 = 0, taxBasisPoints: Int = 0, cartLifetime: Int = 2_592_000) {
        self.shippingCents = shippingCents
        self.taxBasisPoints = taxBasisPoints
        self.cartLifetime = cartLifetime
    }

    enum CodingKeys: String, CodingKey {
        case shippingCents = "shipping_cents"
        case taxBasisPoints = "tax_basis_points"
        case cartLifetime = "cart_lifetime_seconds"
    }
}

public struct PaymentConfiguration: Codable, Sendable, Equatable {
    /// `mock` is the only provider of this release.
    public var provider: String
    /// Milliseconds the mock gateway takes to answer.
    public var mockDelay: Int

    public init(provider: String = "mock", mockDelay: Int = 0) {
        self.provider = provider
        self.mockDelay = mockDelay
    }

    enum CodingKeys: String, CodingKey {
        case provider
        case mockDelay = "mock_delay_ms"
    }
}

public struct NotificationConfiguration: Codable, Sendable, Equatable {
    /// Sender of mails.
    public var from: String
    /// Write mails as files into the mailbox folder.
    public var fileChannel: Bool
    /// Send mails through this server.
    public var smtp: SMTPConfiguration?

    public init(from: String = "shop@localhost", fileChannel: Bool = true, smtp: SMTPConfiguration? = nil) {
        self.from = from
        self.fileChannel = fileChannel
        self.smtp = smtp
    }

    enum CodingKeys: String, CodingKey {
        case from
        case fileChannel = "file_channel"
        case smtp
    }
}

public struct SMTPConfiguration: Codable, Sendable, Equatable {
    public var host: String
    public var port: Int
    /// `none`, `starttls` or `tls`.
    public var security: String

    public init(host: String, port: Int, security: String) {
        self.host = host
        self.port = port
        self.security = security
    }
}
