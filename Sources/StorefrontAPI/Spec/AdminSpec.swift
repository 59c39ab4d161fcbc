/// The first administrator of the shop.
public struct AdminSpec: Described {
    public var email = "admin@storefront.example"
    public var secretName: String?

    public init() {}

    public static let schema = Schema.object(
        Self.self, "The first administrator of the shop.",
        [
            "email": .string(
                "E-mail address to sign in with.", pattern: #"^[^@\s]+@[^@\s]+$"#, minimumLength: 3,
                maximumLength: 254),
            "secretName": .secretName(
                "Secret with the keys email and password. When absent, the operator makes one named "
                    + "<storefront>-admin with a password of its own choice."),
        ])
}
