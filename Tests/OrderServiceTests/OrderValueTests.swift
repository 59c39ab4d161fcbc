import Contracts
import Foundation
import Testing

@testable import OrderService

struct OrderValueTests {
    @Test(
        "Tax is rounded half up to a cent",
        arguments: [(1000, 825, 83), (1000, 824, 82), (999, 1000, 100), (0, 825, 0), (1, 4999, 0), (1, 5000, 1)])
    func tax(subtotal: Int64, basisPoints: Int, tax: Int64) throws {
        let totals = try #require(
            OrderTotals(lines: [(subtotal, 1)], shippingCents: 500, taxBasisPoints: basisPoints))
        #expect(totals.taxCents == tax)
        #expect(totals.totalCents == subtotal + tax + 500)
    }

    @Test("Totals past the maximum are none, however large")
    func overflow() {
        #expect(OrderTotals(lines: [(.max, 999)], shippingCents: .max, taxBasisPoints: .max) == nil)
        #expect(OrderTotals(lines: [(OrderTotals.maximumCents + 1, 1)], shippingCents: 0, taxBasisPoints: 0) == nil)
        #expect(OrderTotals(lines: [(OrderTotals.maximumCents, 1)], shippingCents: 0, taxBasisPoints: 0) != nil)
    }

    @Test("Order numbers have the day and at least four characters, and never repeat")
    func numbers() throws {
        let day = Date(timeIntervalSince1970: 1_771_200_000)
        #expect(OrderNumber.text(sequence: 1, at: day).hasPrefix("ORD-20260216-"))
        var seen: Set<String> = []
        for sequence in Array(0..<20_000) + Array((1 << 20) - 100..<(1 << 20) + 100) + [1 << 40] {
            let number = OrderNumber.text(sequence: Int64(sequence), at: day)
            #expect(number.count >= 17)
            seen.insert(number)
        }
        #expect(seen.count == 20_201)
    }

    @Test("A cart's line survives its way through Redis")
    func cartItem() {
        let item = CartItem(sku: "A", quantity: 3, priceCents: 1999, name: "Pan: 26 cm : steel")
        #expect(CartItem(sku: "A", stored: item.stored) == item)
        #expect(CartItem(sku: "A", stored: "x:1:n") == nil)
        #expect(CartItem(sku: "A", stored: "1:2") == nil)
    }

    @Test("A cart says what changed since its lines were put in")
    func cartWarnings() throws {
        let currency = try #require(Currency(rawValue: "USD"))
        func product(_ sku: String, _ price: Int64, _ available: Int, active: Bool = true) -> SellableProduct {
            SellableProduct(
                productID: .v7(), sku: sku, name: sku, priceCents: price, currency: currency, isActive: active,
                available: available)
        }
        let items = ["A", "B", "C", "D", "E"].map { CartItem(sku: $0, quantity: 2, priceCents: 100, name: $0) }
        let cart = CartView(
            items,
            [product("A", 100, 5), product("B", 120, 5), product("C", 100, 1), product("D", 100, 9, active: false)],
            currency: currency)
        #expect(cart.subtotalCents == 200 + 240 + 200)
        #expect(
            cart.warnings.map { "\($0.sku) \($0.code)" }
                == ["B price_changed", "C insufficient_stock", "D unavailable", "E unavailable"])
        #expect(cart.items.map(\.available) == [true, true, false, false, false])
    }
}
