import Contracts
import HTTPTypes
public import Hummingbird
import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A request's JSON body: read once, at most 1 MiB by default.
public struct JSONBody: Sendable {
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// The body as a value. A body that is not JSON is problem 400 `malformed_json`; a missing member or one of the
    /// wrong type is problem 422 `validation_failed` with its pointer.
    public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        guard !bytes.isEmpty else { throw Self.malformed("The request has no body.") }
        if JSONText.containsNull(bytes) {
            throw Problem.badRequest("invalid_text", "A text has characters that cannot be stored.")
        }
        do {
            return try ContractsJSON.decoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw Self.problem(of: error, bytes)
        }
    }

    private static func malformed(_ detail: String) -> Problem { .badRequest("malformed_json", detail) }

    private static func problem(of error: DecodingError, _ bytes: [UInt8]) -> Problem {
        switch error {
        case .keyNotFound(let key, let context): invalid(context.codingPath + [key], "is required")
        case .valueNotFound(let type, let context): invalid(context.codingPath, "must be \(name(of: type)), not null")
        case .typeMismatch(let type, let context): invalid(context.codingPath, "must be \(name(of: type))")
        case .dataCorrupted(let context):
            if !context.codingPath.isEmpty {
                invalid(context.codingPath, "has an invalid value")
            } else if let pointer = JSONNumbers.pointerToNonInteger(bytes) {
                invalid(pointer, "must be an integer in range")
            } else {
                malformed("The request body is not valid JSON.")
            }
        @unknown default: malformed("The request body cannot be read.")
        }
    }

    private static func invalid(_ path: [any CodingKey], _ detail: String) -> Problem {
        let pointer = path.map { key in
            "/"
                + (key.intValue.map(String.init)
                    ?? key.stringValue.replacing("~", with: "~0").replacing("/", with: "~1"))
        }.joined()
        return invalid(pointer, detail)
    }

    private static func invalid(_ pointer: String, _ detail: String) -> Problem {
        .unprocessable(
            "validation_failed", "The request has invalid fields.",
            errors: [FieldError(pointer: pointer, detail: detail)])
    }

    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is any FixedWidthInteger.Type: "an integer"
        case is any BinaryFloatingPoint.Type: "a number"
        case is UUID.Type: "a UUID"
        case is any AnyArray.Type: "an array"
        default: "an object"
        }
    }
}

private protocol AnyArray {}
extension Array: AnyArray {}

private enum JSONText {
    /// Whether a string has the escape `\u0000`, which JSON allows and PostgreSQL's text cannot hold.
    static func containsNull(_ bytes: [UInt8]) -> Bool {
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            if bytes[index...].starts(with: [92, 117, 48, 48, 48, 48]) { return true }
            index += 2
        }
        return false
    }
}

extension Request {
    /// Reads the body. Problem 413 past the limit, 415 when the content type is not JSON.
    public func jsonBody(limit: Int = 1 << 20) async throws -> JSONBody {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw ProblemMapping.problem(ofStatus: .contentTooLarge)
        }
        let buffer: ByteBuffer
        do {
            buffer = try await body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw ProblemMapping.problem(ofStatus: .contentTooLarge)
        }
        let type = headers[.contentType].map { $0.prefix { $0 != ";" }.lowercased() }
        let isJSON = type.map { type in
            let trimmed = type.split(separator: " ").joined()
            return trimmed == "application/json" || (trimmed.hasPrefix("application/") && trimmed.hasSuffix("+json"))
        }
        guard isJSON == true || (isJSON == nil && buffer.readableBytes == 0) else {
            throw ProblemMapping.problem(ofStatus: .unsupportedMediaType)
        }
        return JSONBody(bytes: Array(buffer.readableBytesView))
    }

    /// Reads and decodes the body.
    public func json<Value: Decodable>(_ type: Value.Type = Value.self, limit: Int = 1 << 20) async throws -> Value {
        try await jsonBody(limit: limit).decode(type)
    }
}
