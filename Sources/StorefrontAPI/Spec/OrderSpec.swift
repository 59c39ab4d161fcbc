/// What an order costs besides its items.
public struct OrderSpec: Described {
    public var shippingCents = 0
    public var taxBasisPoints = 0

    public init() {}

    public static let schema = Schema.object(
        Self.self, "What an order costs besides its items.",
        [
            "shippingCents": .integer(
                "Flat rate of a shipment, in hundredths of the currency's unit.", 0...100_000_000, format: "int64"),
            "taxBasisPoints": .integer("Tax in hundredths of a per cent: 825 is 8.25 %.", 0...10_000),
        ])
}
