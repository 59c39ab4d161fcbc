import Contracts
public import HTTPTypes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension HTTPField.Name {
    static let correlationID = Self.known("X-Correlation-ID")
    static let requestID = Self.known("X-Request-ID")
    static let idempotencyKey = Self.known("Idempotency-Key")
    /// In an answer that was given before for the same Idempotency-Key.
    public static let idempotencyReplayed = Self.known("Idempotency-Replayed")
    static let contentTypeOptions = Self.known("X-Content-Type-Options")

    private static func known(_ name: String) -> Self { Self(name) ?? .via }
}

/// The id that follows a request: taken from its headers when it is a plausible one, new otherwise.
enum CorrelationHeader {
    static func read(_ headers: HTTPFields) -> String {
        for name in [HTTPField.Name.correlationID, .requestID] {
            if let value = headers[name], isPlausible(value) { return value }
        }
        return UUID.v7().text
    }

    /// 1 to 128 letters, digits and `-_.:`, so that it can go into logs and headers as it is.
    static func isPlausible(_ value: String) -> Bool {
        (1...128).contains(value.utf8.count)
            && value.utf8.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122, 45, 46, 58, 95: true
                default: false
                }
            }
    }
}
