import Contracts
public import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension JSONText {
    /// A value in `ContractsJSON`'s form, to be bound for a json or jsonb column.
    public init(encoding value: some Encodable) throws {
        self.init(String(decoding: try ContractsJSON.encoder().encode(value), as: UTF8.self))
    }

    public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try ContractsJSON.decoder().decode(type, from: Data(text.utf8))
    }
}
