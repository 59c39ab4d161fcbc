#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Turns an `Encodable` value into a ``JSONValue``.
///
/// `nil` members are left out as synthesised conformances do, `Date` is written as Kubernetes' `metav1.Time` and `Data`
/// as Base64, as in Secrets.
public struct JSONValueEncoder: Sendable {
    public init() {}

    /// - Throws: `EncodingError` for what JSON cannot hold: NaN, infinities, integers beyond 64 bits.
    public func encode(_ value: some Encodable) throws -> JSONValue {
        try ValueEncoding(codingPath: []).box(value)
    }
}

/// One node of the value being built. A class, since containers handed out must keep writing to the same node.
private final class ValueEncoding: Encoder {
    var value: JSONValue = .emptyObject
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }
    /// Nested containers whose values are fetched when this node is read.
    var children: [(key: String?, node: ValueEncoding)] = []
    var isArray = false

    init(codingPath: [any CodingKey]) { self.codingPath = codingPath }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(KeyedValueEncoding<Key>(node: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        beginArray()
        return UnkeyedValueEncoding(node: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { SingleValueEncoding(node: self) }

    func beginArray() {
        guard !isArray else { return }
        isArray = true
        value = .array([])
    }

    func set(_ key: String, _ new: JSONValue) { value[key] = new }

    func append(_ new: JSONValue) {
        guard case .array(var elements) = value else { return }
        value = .null
        elements.append(new)
        value = .array(elements)
    }

    func child(_ key: any CodingKey, named name: String) -> ValueEncoding {
        let node = ValueEncoding(codingPath: codingPath + [key])
        children.append((name, node))
        value[name] = .emptyObject
        return node
    }

    func childElement() -> ValueEncoding {
        let node = ValueEncoding(codingPath: codingPath)
        children.append((nil, node))
        return node
    }

    func finished() -> JSONValue {
        for (key, node) in children {
            if let key { value[key] = node.finished() } else { append(node.finished()) }
        }
        children = []
        return value
    }

    func box<Value: Encodable>(_ value: Value, key: (any CodingKey)? = nil) throws -> JSONValue {
        switch value {
        case let value as JSONValue: return value
        case let value as String: return .string(value)
        case let value as Bool: return .bool(value)
        case let value as Int: return .integer(Int64(value))
        case let value as Date: return .string(Timestamp(value).seconds)
        case let value as Data: return .string(value.base64EncodedString())
        default:
            let node = ValueEncoding(codingPath: key.map { codingPath + [$0] } ?? codingPath)
            try value.encode(to: node)
            return node.finished()
        }
    }

    func integer(_ value: some BinaryInteger) throws -> JSONValue {
        guard let whole = Int64(exactly: value) else {
            throw EncodingError.invalidValue(
                value, .init(codingPath: codingPath, debugDescription: "the integer does not fit 64 bits"))
        }
        return .integer(whole)
    }

    func number(_ value: Double) throws -> JSONValue {
        guard value.isFinite else {
            throw EncodingError.invalidValue(
                value, .init(codingPath: codingPath, debugDescription: "JSON has no infinities and no NaN"))
        }
        return .number(value)
    }
}

private struct KeyedValueEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: ValueEncoding
    var codingPath: [any CodingKey] { node.codingPath }

    func encodeNil(forKey key: Key) { node.set(key.stringValue, .null) }
    func encode(_ value: Bool, forKey key: Key) { node.set(key.stringValue, .bool(value)) }
    func encode(_ value: String, forKey key: Key) { node.set(key.stringValue, .string(value)) }
    func encode(_ value: Double, forKey key: Key) throws { node.set(key.stringValue, try node.number(value)) }
    func encode(_ value: Float, forKey key: Key) throws { node.set(key.stringValue, try node.number(Double(value))) }
    func encode(_ value: Int, forKey key: Key) throws { node.set(key.stringValue, try node.integer(value)) }
    func encode(_ value: Int8, forKey key: Key) throws { node.set(key.stringValue, try node.integer(value)) }
    func encode(_ value: Int16, forKey key: Key) throws { node.set(key.stringValue, try node.integer(value)) }
    func encode(_ value: Int32, forKey key: Key) throws { node.set(key.stringValue, try node.integer(value)) }
    func encode(_ value: Int64, forKey key: Key) throws { node.set(key.stringValue, try node.integer(value)) }
    func encode(_ value: UInt, forKey key: Key) throws { node.set(key.stringValue, try node.integer(value)) }
    func encode(_ value: UInt8, forKey key: Key) throws { node.set(key.stringValue, try node.integer(value)) }
    func encode(_ value: UInt16, forKey key: Key) throws { node.set(key.stringValue, try node.integer(value)) }
    func encode(_ value: UInt32, forKey key: Key) throws { node.set(key.stringValue, try node.integer(value)) }
    func encode(_ value: UInt64, forKey key: Key) throws { node.set(key.stringValue, try node.integer(value)) }
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        node.set(key.stringValue, try node.box(value, key: key))
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy keyType: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        node.child(key, named: key.stringValue).container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        node.child(key, named: key.stringValue).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { ValueEncoding(codingPath: codingPath) }
    func superEncoder(forKey key: Key) -> any Encoder { node.child(key, named: key.stringValue) }
}

private struct UnkeyedValueEncoding: UnkeyedEncodingContainer {
    let node: ValueEncoding
    var codingPath: [any CodingKey] { node.codingPath }
    var count: Int { (node.value.arrayValue?.count ?? 0) + node.children.count }

    func encodeNil() { node.append(.null) }
    func encode(_ value: Bool) { node.append(.bool(value)) }
    func encode(_ value: String) { node.append(.string(value)) }
    func encode(_ value: Double) throws { node.append(try node.number(value)) }
    func encode(_ value: Float) throws { node.append(try node.number(Double(value))) }
    func encode(_ value: Int) throws { node.append(try node.integer(value)) }
    func encode(_ value: Int8) throws { node.append(try node.integer(value)) }
    func encode(_ value: Int16) throws { node.append(try node.integer(value)) }
    func encode(_ value: Int32) throws { node.append(try node.integer(value)) }
    func encode(_ value: Int64) throws { node.append(try node.integer(value)) }
    func encode(_ value: UInt) throws { node.append(try node.integer(value)) }
    func encode(_ value: UInt8) throws { node.append(try node.integer(value)) }
    func encode(_ value: UInt16) throws { node.append(try node.integer(value)) }
    func encode(_ value: UInt32) throws { node.append(try node.integer(value)) }
    func encode(_ value: UInt64) throws { node.append(try node.integer(value)) }
    func encode<Value: Encodable>(_ value: Value) throws { node.append(try node.box(value)) }

    func nestedContainer<Nested: CodingKey>(keyedBy keyType: Nested.Type) -> KeyedEncodingContainer<Nested> {
        node.childElement().container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { node.childElement().unkeyedContainer() }
    func superEncoder() -> any Encoder { node.childElement() }
}

private struct SingleValueEncoding: SingleValueEncodingContainer {
    let node: ValueEncoding
    var codingPath: [any CodingKey] { node.codingPath }

    func encodeNil() { node.value = .null }
    func encode(_ value: Bool) { node.value = .bool(value) }
    func encode(_ value: String) { node.value = .string(value) }
    func encode(_ value: Double) throws { node.value = try node.number(value) }
    func encode(_ value: Float) throws { node.value = try node.number(Double(value)) }
    func encode(_ value: Int) throws { node.value = try node.integer(value) }
    func encode(_ value: Int8) throws { node.value = try node.integer(value) }
    func encode(_ value: Int16) throws { node.value = try node.integer(value) }
    func encode(_ value: Int32) throws { node.value = try node.integer(value) }
    func encode(_ value: Int64) throws { node.value = try node.integer(value) }
    func encode(_ value: UInt) throws { node.value = try node.integer(value) }
    func encode(_ value: UInt8) throws { node.value = try node.integer(value) }
    func encode(_ value: UInt16) throws { node.value = try node.integer(value) }
    func encode(_ value: UInt32) throws { node.value = try node.integer(value) }
    func encode(_ value: UInt64) throws { node.value = try node.integer(value) }
    func encode<Value: Encodable>(_ value: Value) throws { node.value = try node.box(value) }
}
