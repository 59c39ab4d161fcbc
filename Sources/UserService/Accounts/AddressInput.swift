import ServiceFoundation

/// The body that makes or replaces an address.
struct AddressInput: Decodable, Sendable {
    var label: String?
    var streetLine1: String
    var streetLine2: String?
    var city: String
    var state: String
    var postalCode: String
    var countryCode: String
    var isDefault: Bool?

    enum CodingKeys: String, CodingKey {
        case label, city, state
        case streetLine1 = "street_line_1"
        case streetLine2 = "street_line_2"
        case postalCode = "postal_code"
        case countryCode = "country_code"
        case isDefault = "is_default"
    }

    /// The fields as they are kept, or problem 422 with every one that is wrong.
    func fields() throws -> AddressFields {
        var validation = Validation()
        let kind = AddressLabel(rawValue: label ?? "home")
        validation.check(kind != nil, "/label", "must be home, work or other")
        let second = streetLine2.map(FieldRules.trimmed).flatMap { $0.isEmpty ? nil : $0 }
        let fields = AddressFields(
            label: kind ?? .other, streetLine1: FieldRules.trimmed(streetLine1), streetLine2: second,
            city: FieldRules.trimmed(city), state: FieldRules.trimmed(state),
            postalCode: FieldRules.trimmed(postalCode), countryCode: FieldRules.trimmed(countryCode).uppercased())
        func line(_ text: String, _ pointer: String, maximum: Int, minimum: Int = 1) {
            validation.check(
                FieldRules.isLine(text, maximum: maximum, minimum: minimum), pointer,
                "must have \(minimum) to \(maximum) printable characters")
        }
        line(fields.streetLine1, "/street_line_1", maximum: 200)
        line(second ?? "", "/street_line_2", maximum: 200, minimum: 0)
        line(fields.city, "/city", maximum: 100)
        // Many countries have no states.
        line(fields.state, "/state", maximum: 100, minimum: 0)
        line(fields.postalCode, "/postal_code", maximum: 20)
        validation.check(
            CountryCodes.contains(fields.countryCode), "/country_code", "must be an ISO 3166-1 alpha-2 code")
        try validation.finish()
        return fields
    }
}
