import ServiceFoundation

/// What somebody who registers says, as far as it is acceptable.
struct Registration: Sendable {
    let email: EmailAddress
    let password: String
    let firstName: String
    let lastName: String
    let phone: String?
    let locale: String

    /// The body of `POST /api/v1/auth/register`.
    struct Input: Decodable, Sendable {
        var email: String
        var password: String
        var firstName: String
        var lastName: String
        var phone: String?
        var locale: String?

        enum CodingKeys: String, CodingKey {
            case email, password, phone, locale
            case firstName = "first_name"
            case lastName = "last_name"
        }
    }

    /// Problem 422 with every field that is wrong.
    init(_ input: Input) throws {
        var validation = Validation()
        let email = EmailAddress(input.email)
        validation.check(email != nil, "/email", "must be an e-mail address")
        validation.check(PasswordPolicy.accepts(input.password), "/password", PasswordPolicy.requirement)
        let profile = Profile(
            firstName: input.firstName, lastName: input.lastName, phone: input.phone, locale: input.locale)
        profile.check(&validation)
        try validation.finish()
        guard let email else { throw Problem.unprocessable("validation_failed", "The request has invalid fields.") }
        self.email = email
        self.password = input.password
        self.firstName = profile.firstName
        self.lastName = profile.lastName
        self.phone = profile.phone
        self.locale = profile.locale ?? "en"
    }
}
