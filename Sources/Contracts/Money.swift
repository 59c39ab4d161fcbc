/// An amount in a currency's minor unit (cents). Arithmetic never rounds and never wraps: what does not fit is `nil`.
public struct Money: Sendable, Hashable {
    /// Minor units; may be negative only as a difference.
    public let cents: Int64
    public let currency: Currency

    public init(cents: Int64, currency: Currency) {
        self.cents = cents
        self.currency = currency
    }

    /// The sum, `nil` for different currencies or past 64 bits.
    public func adding(_ other: Money) -> Money? {
        guard currency == other.currency else { return nil }
        let (sum, overflow) = cents.addingReportingOverflow(other.cents)
        return overflow ? nil : Money(cents: sum, currency: currency)
    }

    /// The amount of so many pieces, `nil` past 64 bits.
    public func multiplied(by quantity: Int) -> Money? {
        let (product, overflow) = cents.multipliedReportingOverflow(by: Int64(quantity))
        return overflow ? nil : Money(cents: product, currency: currency)
    }
}
