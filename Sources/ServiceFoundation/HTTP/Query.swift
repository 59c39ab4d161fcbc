public import Hummingbird

/// Typed reading of query parameters; what does not fit is problem 400 `invalid_parameter` naming the parameter.
public struct Query: Sendable {
    let values: [String: String]

    public init(_ request: Request) {
        var values: [String: String] = [:]
        for (name, value) in request.uri.queryParameters { values[String(name)] = String(value) }
        self.values = values
    }

    /// A text of at most so many characters; an empty one counts as absent.
    public func string(_ name: String, maximumLength: Int = 200) throws -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        guard value.count <= maximumLength, !value.unicodeScalars.contains("\0") else {
            throw Self.problem(name, "must have at most \(maximumLength) characters")
        }
        return value
    }

    public func integer(_ name: String, in range: ClosedRange<Int64> = 0...Int64.max) throws -> Int64? {
        guard let text = try string(name) else { return nil }
        guard let value = Int64(text), range.contains(value) else {
            throw Self.problem(name, "must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    public func bool(_ name: String) throws -> Bool? {
        switch try string(name) {
        case nil: nil
        case "true": true
        case "false": false
        default: throw Self.problem(name, "must be true or false")
        }
    }

    public func uuid(_ name: String) throws -> UUID? {
        guard let text = try string(name) else { return nil }
        guard let value = UUID(uuidString: text) else { throw Self.problem(name, "must be a UUID") }
        return value
    }

    /// An RFC 3339 date-time.
    public func date(_ name: String) throws -> Date? {
        guard let text = try string(name) else { return nil }
        if let date = try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text) { return date }
        if let date = try? Date.ISO8601FormatStyle().parse(text) { return date }
        throw Self.problem(name, "must be an RFC 3339 date-time")
    }

    /// One of an enum's raw values.
    public func choice<Value: RawRepresentable & CaseIterable>(
        _ name: String, of type: Value.Type = Value.self
    ) throws -> Value? where Value.RawValue == String {
        guard let text = try string(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            throw Self.problem(name, "must be one of " + Value.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return value
    }

    static func problem(_ name: String, _ detail: String) -> Problem {
        .badRequest(
            "invalid_parameter", "A query parameter is invalid.", errors: [FieldError(pointer: name, detail: detail)])
    }
}

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif
