import Crypto

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A refresh token's text, known to its holder only: 256 random bits in base64url. The database has its SHA-256, which
/// for random bits is as hard to invert as any slower hash.
struct RefreshSecret: Sendable {
    let text: String

    init() {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        self.text = Data(bytes).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    init(_ text: String) { self.text = text }

    var hash: [UInt8] { Array(SHA256.hash(data: Data(text.utf8))) }
}

/// A refresh token as the database knows it. All tokens that came from one login by rotation are a family.
struct RefreshToken: Sendable, Equatable {
    let id: UUID
    let familyID: UUID
    let userID: UUID
    var expiresAt: Date
    /// When it was exchanged for the next one.
    var usedAt: Date?
    var revokedAt: Date?
}

/// What presenting a refresh token leads to.
enum RefreshOutcome: Sendable, Equatable {
    /// Mark it used, issue the next of its family.
    case rotate
    /// It was used before: either it or its successor is in the wrong hands, so the whole family ends.
    case revokeFamily
    case refuse
}

extension RefreshToken {
    func presented(at now: Date) -> RefreshOutcome {
        if revokedAt != nil { return .refuse }
        if usedAt != nil { return .revokeFamily }
        return expiresAt > now ? .rotate : .refuse
    }
}
