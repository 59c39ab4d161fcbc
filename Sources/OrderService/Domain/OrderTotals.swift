/// What an order costs, in cents.
struct OrderTotals: Sendable, Equatable {
    var subtotalCents: Int64
    var discountCents: Int64
    var taxCents: Int64
    var shippingCents: Int64

    var totalCents: Int64 { subtotalCents - discountCents + taxCents + shippingCents }

    /// The most an order may cost: 10 000 000 000.00. Sums below it cannot overflow.
    static let maximumCents: Int64 = 1_000_000_000_000

    /// The totals of lines (price, quantity); `nil` when they cost more than the maximum. Tax is in hundredths of a per
    /// cent of the subtotal, rounded half up to a cent.
    init?(lines: [(priceCents: Int64, quantity: Int)], shippingCents: Int64, taxBasisPoints: Int) {
        var subtotal = Int128(0)
        for line in lines { subtotal += Int128(line.priceCents) * Int128(line.quantity) }
        guard subtotal <= Int128(Self.maximumCents) else { return nil }
        let tax = (subtotal * Int128(taxBasisPoints) + 5_000) / 10_000
        guard subtotal + tax + Int128(shippingCents) <= Int128(Self.maximumCents) else { return nil }
        self.subtotalCents = Int64(subtotal)
        self.discountCents = 0
        self.taxCents = Int64(tax)
        self.shippingCents = shippingCents
    }

    init(subtotalCents: Int64, discountCents: Int64, taxCents: Int64, shippingCents: Int64) {
        self.subtotalCents = subtotalCents
        self.discountCents = discountCents
        self.taxCents = taxCents
        self.shippingCents = shippingCents
    }
}
