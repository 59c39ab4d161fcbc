#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The logarithm of bcrypt's rounds: 12, or what `STOREFRONT_BCRYPT_COST` (4 to 16) says.
enum HashingCost {
    static let standard = 12

    static func configured(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> Int {
        guard let cost = environment["STOREFRONT_BCRYPT_COST"].flatMap({ Int($0) }), (4...16).contains(cost) else {
            return standard
        }
        return cost
    }
}
