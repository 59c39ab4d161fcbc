internal import KubernetesClient

/// One revision of an object as it is kept: its JSON without `apiVersion` and `kind`, which depend on the version it is
/// asked for in, and its names.
///
/// Bytes instead of a tree of values: about a tenth of the memory, and most answers are copies of them. What lists and
/// watches select by is read from the bytes when they do.
final class StoredObject: Sendable {
    let namespace: String
    let name: String
    let revision: Int64
    let body: [UInt8]
    private let metadataRange: Range<UInt32>

    /// - Parameter object: with or without `apiVersion` and `kind`; its `metadata.resourceVersion` is set to `revision`.
    convenience init(_ object: JSONValue, revision: Int64) {
        var object = object
        object["apiVersion"] = nil
        object["kind"] = nil
        object[path: ["metadata", "resourceVersion"]] = .string(String(revision))
        // As long as they are, not with the room there was to write them.
        let body = object.bytes().withUnsafeBufferPointer { Array($0) }
        self.init(
            body: body, namespace: object.text("metadata", "namespace"), name: object.text("metadata", "name"),
            revision: revision)
    }

    /// An object read back from disk.
    init(body: [UInt8], namespace: String, name: String, revision: Int64) {
        self.namespace = namespace
        self.name = name
        self.revision = revision
        self.body = body
        let range = JSONValue.range(of: "metadata", in: body[...]) ?? 0..<0
        metadataRange = UInt32(range.lowerBound)..<UInt32(range.upperBound)
    }

    var uid: String { value(of: "uid", in: metadata)?.stringValue ?? "" }
    var labels: [String: String] { value(of: "labels", in: metadata)?.stringMapValue ?? [:] }

    /// The object without `apiVersion` and `kind`.
    func value() -> JSONValue { (try? JSONValue(parsing: body)) ?? .emptyObject }

    /// The value at a path of object keys, read without the rest.
    func value(at path: [String]) -> JSONValue? {
        guard let last = path.last else { return value() }
        var text = body[...]
        for key in path.dropLast() {
            guard let range = JSONValue.range(of: key, in: text) else { return nil }
            text = body[range]
        }
        return value(of: last, in: text)
    }

    /// The object's JSON in one version of its kind.
    func write(_ version: ServedVersion, to out: inout [UInt8]) {
        out.append(contentsOf: version.prefix)
        out.append(contentsOf: body.dropFirst())
    }

    /// The JSON of the object's metadata alone, as a `PartialObjectMetadata`.
    func writeMetadata(to out: inout [UInt8]) {
        out.append(
            contentsOf: "{\"apiVersion\":\"meta.k8s.io/v1\",\"kind\":\"PartialObjectMetadata\",\"metadata\":".utf8)
        out.append(contentsOf: metadata)
        out.append(UInt8(ascii: "}"))
    }

    private var metadata: ArraySlice<UInt8> { body[Int(metadataRange.lowerBound)..<Int(metadataRange.upperBound)] }

    private func value(of key: String, in text: ArraySlice<UInt8>) -> JSONValue? {
        JSONValue.range(of: key, in: text).flatMap { try? JSONValue(parsing: body[$0]) }
    }
}

extension StoredObject {
    /// Objects are kept and listed in this order, etcd's.
    func isOrdered(before namespace: String, _ name: String) -> Bool {
        self.namespace == namespace ? self.name < name : self.namespace < namespace
    }
}

/// The `apiVersion` and `kind` that an object is shown with.
struct ServedVersion: Sendable, Hashable {
    let apiVersion: String
    let kind: String
    fileprivate let prefix: [UInt8]

    init(apiVersion: String, kind: String) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.prefix = Array(
            "{\"apiVersion\":\(JSONValue.string(apiVersion).text()),\"kind\":\(JSONValue.string(kind).text()),".utf8)
    }
}
