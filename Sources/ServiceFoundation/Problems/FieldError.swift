/// What is wrong with one member of a request.
public struct FieldError: Codable, Sendable, Hashable {
    /// A JSON pointer (`/items/0/quantity`) into the body, or the name of a query or path parameter.
    public var pointer: String
    public var detail: String

    public init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}
