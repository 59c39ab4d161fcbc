import KubernetesClient

extension JSONValue {
    /// A status of counts; zeroes are left out, as Go's `omitempty` does.
    init(counts: [String: Int]) {
        self = .object(counts.filter { $0.value != 0 }.mapValues { JSONValue($0) })
    }
}

extension UntypedObject {
    func count(_ path: String...) -> Int { json[path: path]?.intValue ?? 0 }

    /// The object with another status, `nil` when that is what it has.
    func withStatus(_ status: JSONValue) -> UntypedObject? {
        guard self.status ?? .emptyObject != status else { return nil }
        var changed = self
        changed.status = status
        return changed
    }
}
