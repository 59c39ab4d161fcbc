import Testing

@testable import UserService

@Suite struct FieldTests {
    @Test(arguments: [
        ("ann@example.com", "ann@example.com"), ("  Ann.Lee+shop@Example.COM ", "ann.lee+shop@example.com"),
        ("o'brien@mail.example", "o'brien@mail.example"), ("x@a-b.co", "x@a-b.co"),
    ])
    func addressesAreNormalised(_ input: String, _ expected: String) {
        #expect(EmailAddress(input)?.text == expected)
    }

    @Test(arguments: [
        "", "ann", "ann@", "@example.com", "ann@@example.com", "a b@example.com", ".ann@example.com",
        "ann.@example.com", "a..b@example.com", "ann@-example.com", "ann@example..com", "ann@localhost",
        "änn@example.com",
        "ann@exämple.com", "ann@example.com\nBcc: x@y.zz", "ann@example.com, bob@example.com",
        String(repeating: "a", count: 65) + "@example.com",
    ])
    func malformedAddressesAreRefused(_ input: String) {
        #expect(EmailAddress(input) == nil)
    }

    @Test func oneLabelIsEnoughForTheOperatorsOwnAddresses() {
        #expect(EmailAddress("admin@localhost", singleLabelDomain: true)?.text == "admin@localhost")
    }

    @Test(arguments: ["+4930123456", "+12025550123"])
    func phoneNumbersAreInternational(_ number: String) { #expect(FieldRules.isPhone(number)) }

    @Test(arguments: ["030123456", "+0301234567", "+49 30 123456", "+1", "+1234567890123456", ""])
    func otherPhoneNumbersAreRefused(_ number: String) { #expect(!FieldRules.isPhone(number)) }

    @Test func namesAreOneLine() {
        #expect(FieldRules.isLine("Zoë 李", maximum: 100))
        #expect(!FieldRules.isLine("Ann\r\nBcc: x", maximum: 100))
        #expect(!FieldRules.isLine("", maximum: 100))
        #expect(!FieldRules.isLine(String(repeating: "a", count: 101), maximum: 100))
    }

    @Test func languageTags() {
        #expect(FieldRules.isLocale("en") && FieldRules.isLocale("pt-BR") && FieldRules.isLocale("zh-Hant-TW"))
        #expect(
            !FieldRules.isLocale("e") && !FieldRules.isLocale("en_US") && !FieldRules.isLocale("en-")
                && !FieldRules.isLocale(""))
    }

    @Test func countryCodesAreIsoCodes() {
        #expect(CountryCodes.contains("DE") && CountryCodes.contains("US"))
        #expect(!CountryCodes.contains("XX") && !CountryCodes.contains("de"))
    }
}
