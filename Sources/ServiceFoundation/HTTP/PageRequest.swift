import Contracts
public import Hummingbird

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Which part of a list is wanted: `limit` (1 to 100, 20 by default) and an opaque `cursor`.
public struct PageRequest: Sendable {
    public static let maximumLimit = 100

    public let limit: Int
    public let cursor: String?

    /// Reads the query; problem 400 `invalid_parameter` for a limit out of range.
    public init(_ request: Request, defaultLimit: Int = 20) throws {
        let query = Query(request)
        limit = try query.integer("limit", in: 1...Int64(Self.maximumLimit)).map(Int.init) ?? defaultLimit
        cursor = try query.string("cursor", maximumLength: 1000)
    }

    public init(limit: Int, cursor: String? = nil) {
        self.limit = limit
        self.cursor = cursor
    }

    /// The position after which to go on, `nil` for the first page; problem 400 `invalid_cursor` for a cursor that
    /// this service did not make.
    public func position<Position: Decodable>(as type: Position.Type = Position.self) throws -> Position? {
        guard let cursor else { return nil }
        guard let data = Base64URL.decode(cursor),
            !data.contains(0),
            let position = try? ContractsJSON.decoder().decode(type, from: Data(data))
        else {
            throw Problem.badRequest(
                "invalid_cursor", "The cursor is not one of this list.",
                errors: [FieldError(pointer: "cursor", detail: "is not valid")])
        }
        return position
    }
}
