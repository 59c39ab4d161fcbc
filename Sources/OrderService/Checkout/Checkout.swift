import Contracts
import Messaging
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Turns a cart into an order: snapshots of products, prices and address, totals, and a saga to see to the rest.
struct Checkout: Sendable {
    let outbox: Outbox
    let catalog: CatalogLookup
    let users: UserLookup
    let numbers: OrderNumbers
    let carts: CartStore?
    let configuration: ConfigurationStore
    /// The runner that the new order's saga is leased to.
    let holder: String

    /// What an order is made of, looked up and checked.
    struct Prepared: Sendable {
        var input: CheckoutInput
        var userID: UUID
        var lines: [OrderLine]
        var address: AddressSnapshot
    }

    /// A new order, and whether it came from the cart.
    struct Placed: Sendable {
        var record: OrderRecord
        var lines: [OrderLine]
        var fromCart: Bool

        var view: OrderView { OrderView(order: record.order, lines: lines) }
    }

    /// Asks the other services, before any transaction holds a connection.
    func prepare(_ input: CheckoutInput, for user: UUID) async throws -> Prepared {
        let wanted = try await wanted(input, of: user)
        async let active: Void = users.requireActive(user)
        async let address = users.address(input.addressID, of: user)
        async let products = catalog.products(wanted.map(\.sku))
        try await active
        return Prepared(
            input: input, userID: user,
            lines: try Self.lines(wanted, try await products, configuration.current.currency),
            address: try await address)
    }

    /// Writes order, lines, saga and event into the transaction.
    func place(_ prepared: Prepared, in transaction: PostgresTransaction) async throws -> Placed {
        let lines = prepared.lines
        let order = try await order(prepared, at: .stamp, in: transaction)
        let record = OrderRecord(
            order: order,
            lines: lines.map {
                OrderEventLine(
                    productID: $0.productID, sku: $0.sku, name: $0.name, quantity: $0.quantity,
                    unitPriceCents: $0.unitPriceCents)
            }, paymentToken: prepared.input.payment.token, correlationID: Correlation.id, leasedBy: holder)
        let orders = OrderStore()
        _ = try await transaction.batch([
            try orders.insertion(of: order),
            orders.insertion(of: lines, into: order.id),
            try SagaStore().insertion(of: record, leasedTo: holder),
            try outbox.statement(.orderCreated, subject: order.id, data: record.eventData),
        ])
        return Placed(record: record, lines: lines, fromCart: prepared.input.items == nil)
    }

    private func wanted(_ input: CheckoutInput, of user: UUID) async throws -> [CheckoutInput.Item] {
        if let items = input.items { return items }
        guard let carts else { throw CartRoutes.unavailable }
        let items: [CartItem]
        do {
            items = try await carts.items(of: .user(user))
        } catch {
            throw CartRoutes.unavailable
        }
        guard !items.isEmpty else { throw Problem.unprocessable("cart_empty", "There is nothing in the cart.") }
        return items.map { CheckoutInput.Item(sku: $0.sku, quantity: $0.quantity) }
    }

    /// Snapshots of the products as they are now; throws 422 `unknown_sku`, naming lines. Whether there are enough is
    /// decided where stock is held, when it is reserved; a number read now says nothing about that moment.
    private static func lines(
        _ wanted: [CheckoutInput.Item], _ products: [SellableProduct], _ currency: Currency
    ) throws -> [OrderLine] {
        let bySKU = Dictionary(products.map { ($0.sku, $0) }, uniquingKeysWith: { first, _ in first })
        var unknown: [FieldError] = []
        var lines: [OrderLine] = []
        for (index, item) in wanted.enumerated() {
            let pointer = "/items/\(index)"
            guard let product = bySKU[item.sku], product.isActive, product.currency == currency else {
                unknown.append(FieldError(pointer: "\(pointer)/sku", detail: "\(item.sku) is not for sale"))
                continue
            }
            lines.append(
                OrderLine(
                    id: .v7(), productID: product.productID, name: product.name, sku: product.sku,
                    unitPriceCents: product.priceCents, quantity: item.quantity))
        }
        if !unknown.isEmpty {
            throw Problem.unprocessable("unknown_sku", "A product is unknown or not for sale.", errors: unknown)
        }
        return lines
    }

    private func order(
        _ prepared: Prepared, at now: Date, in transaction: PostgresTransaction
    ) async throws -> Order {
        let input = prepared.input
        let settings = configuration.current.orderSettings
        guard
            let totals = OrderTotals(
                lines: prepared.lines.map { ($0.unitPriceCents, $0.quantity) }, shippingCents: settings.shippingCents,
                taxBasisPoints: settings.taxBasisPoints)
        else {
            throw Problem.unprocessable("total_too_large", "The order costs more than can be paid at once.")
        }
        if let expected = input.expectedTotalCents, expected != totals.totalCents {
            throw Problem.conflict(
                "total_changed", "The order costs \(totals.totalCents) cents by now, not \(expected).")
        }
        guard totals.totalCents > 0 else {
            throw Problem.unprocessable("total_zero", "There is nothing to pay for.")
        }
        return Order(
            id: .v7(at: now), number: try await numbers.next(at: now, in: transaction), userID: prepared.userID,
            totals: totals,
            currency: configuration.current.currency, address: prepared.address, notes: input.notes,
            paymentMethod: input.payment.method, paymentID: nil, tracking: nil,
            process: OrderProcess(startingAt: now), createdAt: now, updatedAt: now)
    }
}
