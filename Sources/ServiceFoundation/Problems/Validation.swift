/// Collects what is wrong with a request and throws it all at once as problem 422 `validation_failed`.
///
/// ```swift
/// var validation = Validation()
/// validation.check((1...999).contains(body.quantity), "/quantity", "must be 1 to 999")
/// try validation.finish()
/// ```
public struct Validation: Sendable {
    public private(set) var errors: [FieldError] = []

    public init() {}

    public mutating func check(_ holds: Bool, _ pointer: String, _ detail: String) {
        if !holds { errors.append(FieldError(pointer: pointer, detail: detail)) }
    }

    public func finish() throws {
        guard !errors.isEmpty else { return }
        throw Problem.unprocessable("validation_failed", "The request has invalid fields.", errors: errors)
    }
}
