import Contracts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Whose cart it is: a person's, or a browser's that nobody has signed in to.
enum CartOwner: Sendable, Hashable {
    case user(UUID)
    case session(UUID)

    var key: String {
        switch self {
        case .user(let id): "cart:user:\(id.text)"
        case .session(let id): "cart:session:\(id.text)"
        }
    }
}
