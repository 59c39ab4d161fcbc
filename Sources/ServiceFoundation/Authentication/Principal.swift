public import Contracts

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A signed-in person, as the access token tells.
public struct Principal: Sendable, Hashable {
    public let userID: UUID
    public let role: Role
    /// The token's own id (`jti`).
    public let tokenID: String?
    public let expiresAt: Date

    public init(userID: UUID, role: Role, tokenID: String? = nil, expiresAt: Date) {
        self.userID = userID
        self.role = role
        self.tokenID = tokenID
        self.expiresAt = expiresAt
    }
}
