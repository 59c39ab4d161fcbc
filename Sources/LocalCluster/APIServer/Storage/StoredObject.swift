internal import KubernetesClient

/// One revision of an object as it is kept: its JSON without `apiVersion` and `kind`, which depend on the version it is
/// asked for in, and the few fields that lists and watches select by.
///
/// Bytes instead of a tree of values: about a tenth of the memory, and most answers are copies of them.
final class StoredObject: Sendable {
    let namespace: String
    let name: String
    let uid: String
    let revision: Int64
    let labels: [String: String]
    let body: [UInt8]

    /// - Parameter object: with or without `apiVersion` and `kind`; its `metadata.resourceVersion` is set to `revision`.
    init(_ object: JSONValue, revision: Int64) {
        var object = object
        object["apiVersion"] = nil
        object["kind"] = nil
        object[path: ["metadata", "resourceVersion"]] = .string(String(revision))
        let metadata = object["metadata"]
        self.namespace = metadata?["namespace"]?.stringValue ?? ""
        self.name = metadata?["name"]?.stringValue ?? ""
        self.uid = metadata?["uid"]?.stringValue ?? ""
        self.labels = metadata?["labels"]?.stringMapValue ?? [:]
        self.revision = revision
        self.body = object.bytes()
    }

    /// An object read back from disk.
    init(body: [UInt8], revision: Int64) throws {
        let metadata = try JSONValue(parsing: body)["metadata"]
        self.namespace = metadata?["namespace"]?.stringValue ?? ""
        self.name = metadata?["name"]?.stringValue ?? ""
        self.uid = metadata?["uid"]?.stringValue ?? ""
        self.labels = metadata?["labels"]?.stringMapValue ?? [:]
        self.revision = revision
        self.body = body
    }

    /// The object without `apiVersion` and `kind`.
    func value() -> JSONValue { (try? JSONValue(parsing: body)) ?? .emptyObject }

    /// The object's JSON in one version of its kind.
    func write(_ version: ServedVersion, to out: inout [UInt8]) {
        out.append(contentsOf: version.prefix)
        out.append(contentsOf: body.dropFirst())
    }
}

extension StoredObject {
    /// Objects are kept and listed in this order, etcd's.
    func isOrdered(before other: StoredObject) -> Bool { isOrdered(before: other.namespace, other.name) }

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
