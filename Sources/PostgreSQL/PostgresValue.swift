/// A bound parameter in PostgreSQL's text format; the server infers its type from where it stands.
public struct PostgresValue: Sendable, Hashable {
    /// `nil` is SQL's NULL.
    public let text: String?

    public init(text: String?) { self.text = text }

    public static let null = PostgresValue(text: nil)
}

/// What can be bound as a parameter.
public protocol PostgresEncodable {
    var postgresValue: PostgresValue { get }
}

/// What can be read from a column.
public protocol PostgresDecodable {
    /// `nil` when the text is not of this type.
    init?(postgresText text: ArraySlice<UInt8>)
    /// The value of SQL's NULL; `nil` when the type has none, which makes decoding fail.
    static var postgresNull: Self? { get }
}

extension PostgresDecodable {
    public static var postgresNull: Self? { nil }
}

public typealias PostgresCodable = PostgresEncodable & PostgresDecodable
