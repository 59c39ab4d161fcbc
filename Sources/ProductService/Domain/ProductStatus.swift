import PostgreSQL

/// Where a product is in its life. Only an active one is listed and sold; an archived one stays archived.
enum ProductStatus: String, Codable, Sendable, CaseIterable, PostgresCodable {
    case draft, active, inactive, archived

    var isActive: Bool { self == .active }

    /// Whether the product may go to the other status; staying is always allowed.
    func canBecome(_ next: ProductStatus) -> Bool {
        switch (self, next) {
        case (.draft, .active), (.draft, .archived): true
        case (.active, .inactive), (.active, .archived): true
        case (.inactive, .active), (.inactive, .archived): true
        default: self == next
        }
    }

    /// What `is_active` in a request asks for, as a status.
    func settingActive(_ active: Bool) -> ProductStatus {
        if active == isActive { return self }
        return active ? .active : .inactive
    }
}
