import Contracts
import Foundation
import Testing

@testable import UserService

@Suite struct RefreshTokenTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    private var token: RefreshToken {
        RefreshToken(id: .v7(), familyID: .v7(), userID: .v7(), expiresAt: now.addingTimeInterval(60))
    }

    @Test func aFreshTokenRotates() { #expect(token.presented(at: now) == .rotate) }

    @Test func aUsedTokenEndsItsFamilyEvenWhenExpired() {
        var used = token
        used.usedAt = now
        #expect(used.presented(at: now) == .revokeFamily)
        used.expiresAt = now
        #expect(used.presented(at: now) == .revokeFamily)
    }

    @Test func expiredAndRevokedTokensAreRefused() {
        var expired = token
        expired.expiresAt = now
        #expect(expired.presented(at: now) == .refuse)
        var revoked = token
        revoked.revokedAt = now
        revoked.usedAt = now
        #expect(revoked.presented(at: now) == .refuse)
    }

    @Test func secretsAreLongUnlikeEachOtherAndSafeInURLs() {
        let secrets = (0..<100).map { _ in RefreshSecret().text }
        #expect(Set(secrets).count == 100)
        #expect(secrets.allSatisfy { $0.count == 43 && !$0.contains("+") && !$0.contains("/") })
        #expect(RefreshSecret("abc").hash == RefreshSecret("abc").hash)
    }
}
