/// What a handler throws for a message that no repetition will make good: it goes to the dead exchange at once.
public struct UnprocessableDelivery: Error, Sendable {
    public let reason: String
    public init(_ reason: String) { self.reason = reason }
}
