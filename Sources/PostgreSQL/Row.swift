/// One row of a result; columns are read by name.
public struct Row: Sendable {
    let result: ResultSet
    let index: Int

    /// The column's value. Throws `PostgresError.Code.decoding` for a missing column, a value of another type, or NULL
    /// in a type that is not optional.
    public subscript<Value: PostgresDecodable>(_ column: String) -> Value {
        get throws { try decode(column) }
    }

    public func decode<Value: PostgresDecodable>(_ column: String, as type: Value.Type = Value.self) throws -> Value {
        guard let position = result.columns[column] else {
            throw PostgresError(.decoding, "no column \(column)")
        }
        let cell = index * result.width + position
        let end = result.ends[cell]
        if end < 0 {
            guard let null = Value.postgresNull else { throw PostgresError(.decoding, "column \(column) is NULL") }
            return null
        }
        let before = cell == 0 ? 0 : result.ends[cell - 1]
        guard let value = Value(postgresText: result.bytes[(before < 0 ? ~before : before)..<end]) else {
            throw PostgresError(.decoding, "column \(column) is not a \(Value.self)")
        }
        return value
    }
}
