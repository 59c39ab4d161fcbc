import ServiceFoundation

/// What a person may say about themself; texts without white space at their ends.
struct Profile: Sendable, Decodable {
    let firstName: String
    let lastName: String
    /// E.164.
    let phone: String?
    /// BCP 47; `nil` leaves it as it is.
    let locale: String?

    init(firstName: String, lastName: String, phone: String?, locale: String?) {
        self.firstName = FieldRules.trimmed(firstName)
        self.lastName = FieldRules.trimmed(lastName)
        self.phone = phone.map(FieldRules.trimmed)
        self.locale = locale
    }

    enum CodingKeys: String, CodingKey {
        case firstName = "first_name"
        case lastName = "last_name"
        case phone, locale
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            firstName: try container.decode(String.self, forKey: .firstName),
            lastName: try container.decode(String.self, forKey: .lastName),
            phone: try container.decodeIfPresent(String.self, forKey: .phone),
            locale: try container.decodeIfPresent(String.self, forKey: .locale))
    }

    func check(_ validation: inout Validation) {
        let name = "must have 1 to 100 printable characters"
        validation.check(FieldRules.isLine(firstName, maximum: 100), "/first_name", name)
        validation.check(FieldRules.isLine(lastName, maximum: 100), "/last_name", name)
        validation.check(phone.map(FieldRules.isPhone) ?? true, "/phone", "must be an E.164 number, like +4930123456")
        validation.check(locale.map(FieldRules.isLocale) ?? true, "/locale", "must be a language tag, like en or pt-BR")
    }
}
