/// What a person may do. The raw value is the token's `role` claim and the database's value.
public enum Role: String, Sendable, Codable, CaseIterable, Hashable {
    case customer, seller, support, admin
}
