import KubernetesClient

/// One who writes objects: the identity of an entry of `managedFields`.
struct Manager: Hashable {
    var name: String
    var operation: String
    var apiVersion: String
    var subresource: String?

    /// As conflict messages name it.
    var description: String {
        var text = JSONValue.string(name).text()
        if let subresource { text += " with subresource \(JSONValue.string(subresource).text())" }
        return operation == "Update" ? "\(text) using \(apiVersion)" : text
    }
}

/// The entries of an object's `managedFields`.
struct Managers {
    private static let maximumUpdates = 10

    var sets: [Manager: FieldSet] = [:]
    var times: [Manager: String] = [:]

    init() {}

    /// The entries of a stored object; none when they cannot be read.
    init(_ object: JSONValue?) { self = Managers(entries: object?.managedFields ?? []) ?? Managers() }

    /// `nil` when an entry is of no known form.
    private init?(entries: [JSONValue]) {
        for entry in entries {
            let version = entry["apiVersion"]?.stringValue ?? ""
            guard let operation = entry["operation"]?.stringValue, ["Apply", "Update"].contains(operation),
                !version.isEmpty, entry["fieldsType"] == "FieldsV1",
                let fields = FieldSet(fieldsV1: entry["fieldsV1"] ?? [:])
            else { return nil }
            let manager = Manager(
                name: entry["manager"]?.stringValue ?? "", operation: operation, apiVersion: version,
                subresource: entry["subresource"]?.stringValue)
            sets[manager] = fields
            times[manager] = entry["time"]?.stringValue
        }
    }

    /// Who owned the fields before a write. A client may write the entries itself, or empty them; through a
    /// subresource, and when it sends none or none that can be read, the stored ones hold.
    static func before(_ new: JSONValue, old: JSONValue?, subresource: String?) -> Managers {
        guard subresource == nil, let sent = new.managedFields else { return Managers(old) }
        if sent == [] || sent == [[:]] { return Managers() }
        return Managers(entries: sent) ?? Managers(old)
    }

    /// Leaves out entries of versions that a built-in kind does not have.
    mutating func forgetUnknownVersions(of definition: ResourceDefinition) {
        guard !definition.isCustom, sets.keys.contains(where: { $0.apiVersion != definition.apiVersion }) else {
            return
        }
        let known = Set(BuiltinKinds.all.filter { $0.kind == definition.kind }.map(\.apiVersion))
        sets = sets.filter { known.contains($0.key.apiVersion) }
    }

    /// Why the object cannot be seen as one of its owners wrote it.
    func conversionFault(_ object: JSONValue, _ definition: ResourceDefinition) -> String? {
        sets.keys.map(\.apiVersion).sorted().lazy.compactMap { definition.conversionFault(object, to: $0) }.first
    }

    /// The entry of one who applies; whichever version it applied last.
    func applier(_ name: String, _ subresource: String?) -> Manager? {
        sets.keys.first { $0.operation == "Apply" && $0.name == name && $0.subresource == subresource }
    }

    /// Takes what a change touched from everybody else.
    mutating func take(_ comparison: TypedValue.Comparison, exceptFrom keeper: Manager?) {
        let changed = comparison.added.union(comparison.modified)
        for (manager, set) in sets where manager != keeper {
            let rest = set.subtracting(changed).subtracting(comparison.removed)
            sets[manager] = rest.isEmpty ? nil : rest
        }
    }

    /// What these managers, but for one, own of a set.
    func owners(of set: FieldSet, except manager: Manager) -> [Manager: FieldSet] {
        sets.filter { $0.key != manager }.compactMapValues { owned in
            let common = owned.intersection(set)
            return common.isEmpty ? nil : common
        }
    }

    /// The oldest updates are pooled when there are too many.
    mutating func capUpdates() {
        let updates = sets.keys.filter { $0.operation == "Update" }
            .sorted { (times[$0] ?? "", $0.name) < (times[$1] ?? "", $1.name) }
        guard updates.count > Self.maximumUpdates else { return }
        for manager in updates.prefix(updates.count - Self.maximumUpdates + 1) where manager.name != "ancient-changes" {
            let pool = Manager(name: "ancient-changes", operation: "Update", apiVersion: manager.apiVersion)
            sets[pool] = (sets[pool] ?? FieldSet()).union(sets[manager] ?? FieldSet())
            times[pool] = times[manager]
            sets[manager] = nil
        }
    }

    /// The object with these entries, appliers first, then by time.
    func written(to object: JSONValue) -> JSONValue {
        var object = object
        let order = sets.keys.sorted {
            ($0.operation, times[$0] ?? "", $0.name, $0.apiVersion, $0.subresource ?? "")
                < ($1.operation, times[$1] ?? "", $1.name, $1.apiVersion, $1.subresource ?? "")
        }
        let entries = order.compactMap { manager -> JSONValue? in
            guard let set = sets[manager], !set.isEmpty else { return nil }
            var entry: JSONValue = [
                "manager": .string(manager.name), "operation": .string(manager.operation),
                "apiVersion": .string(manager.apiVersion), "fieldsType": "FieldsV1", "fieldsV1": set.fieldsV1,
            ]
            entry["time"] = times[manager].map { .string($0) }
            entry["subresource"] = manager.subresource.map { .string($0) }
            return entry
        }
        object[path: ["metadata", "managedFields"]] = entries.isEmpty ? nil : .array(entries)
        return object
    }
}

extension JSONValue {
    fileprivate var managedFields: [JSONValue]? { self[path: ["metadata", "managedFields"]]?.arrayValue }
}
