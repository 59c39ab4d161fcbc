import Contracts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `{"items": […], "next_cursor": … or null}`.
public struct Page<Item: Encodable & Sendable>: Encodable, Sendable {
    public var items: [Item]
    public var nextCursor: String?

    public init(items: [Item], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }

    /// A page of what a store fetched with `LIMIT limit + 1`: the surplus item tells that there is a next page, whose
    /// cursor is the position of the last item kept.
    public init<Source, Position: Encodable>(
        fetched: [Source], limit: Int, position: (Source) -> Position, item: (Source) throws -> Item
    ) throws {
        let kept = fetched.prefix(limit)
        items = try kept.map(item)
        if fetched.count > limit, let last = kept.last {
            nextCursor = Base64URL.encode([UInt8](try ContractsJSON.encoder().encode(position(last))))
        }
    }

    enum CodingKeys: String, CodingKey {
        case items
        case nextCursor = "next_cursor"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(items, forKey: .items)
        try container.encode(nextCursor, forKey: .nextCursor)
    }
}
