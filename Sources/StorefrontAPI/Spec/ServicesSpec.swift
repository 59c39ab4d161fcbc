/// How each of the services runs.
public struct ServicesSpec: Described {
    public var user = ServiceSpec()
    public var product = ServiceSpec()
    public var order = ServiceSpec()
    public var payment = PaymentServiceSpec()
    public var notification = ServiceSpec()

    public init() {}

    public static let schema = Schema.object(
        Self.self, "How each of the services runs.",
        [
            "user": ServiceSpec.schema.describing("Accounts, sign-in, addresses."),
            "product": ServiceSpec.schema.describing("Catalogue, search, stock."),
            "order": ServiceSpec.schema.describing("Carts, orders, shipments."),
            "payment": PaymentServiceSpec.schema.describing("Payments and refunds."),
            "notification": ServiceSpec.schema.describing("Mails to customers, and their history."),
        ])
}
