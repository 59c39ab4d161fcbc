import Contracts
import Testing

struct MoneyTests {
    let dollars: Currency
    let euros: Currency

    init() throws {
        dollars = try #require(Currency(rawValue: "USD"))
        euros = try #require(Currency(rawValue: "EUR"))
    }

    @Test(arguments: ["usd", "US", "USDX", "U$D", "", "ÜSD"])
    func onlyThreeUpperCaseLettersAreACurrency(text: String) {
        #expect(Currency(rawValue: text) == nil)
    }

    @Test func sumsStayWithinACurrencyAndSixtyFourBits() {
        let price = Money(cents: 1_999, currency: dollars)
        #expect(price.adding(Money(cents: 1, currency: dollars)) == Money(cents: 2_000, currency: dollars))
        #expect(price.adding(Money(cents: 1, currency: euros)) == nil)
        #expect(Money(cents: .max, currency: dollars).adding(Money(cents: 1, currency: dollars)) == nil)
        #expect(Money(cents: .max - 1, currency: dollars).adding(Money(cents: 1, currency: dollars))?.cents == .max)
    }

    @Test func productsStayWithinSixtyFourBits() {
        #expect(Money(cents: 333, currency: dollars).multiplied(by: 3)?.cents == 999)
        #expect(Money(cents: .max, currency: dollars).multiplied(by: 1)?.cents == .max)
        #expect(Money(cents: .max, currency: dollars).multiplied(by: 2) == nil)
    }
}
