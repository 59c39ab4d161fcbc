import KubernetesClient

/// Strategic merge patch: lists merge by the keys of the schema, and directives (`$patch`, `$retainKeys`,
/// `$setElementOrder/…`, `$deleteFromPrimitiveList/…`) say what a merge alone cannot.
enum StrategicMerge {
    private static let orderMark = "$setElementOrder/"
    private static let deleteMark = "$deleteFromPrimitiveList/"

    static func merge(
        _ patch: [String: JSONValue], onto object: [String: JSONValue], _ schema: Schema?
    ) throws(StatusError) -> [String: JSONValue] {
        var patch = patch
        switch patch["$patch"] {
        case nil: break
        case "replace": return patch.filter { $0.key != "$patch" }
        case "delete": return [:]
        case .some(let directive): throw unknown(directive, in: patch)
        }
        var result = object
        if let retained = patch.removeValue(forKey: "$retainKeys") {
            let keys = Set(retained.arrayValue?.compactMap(\.stringValue) ?? [])
            result = result.filter { keys.contains($0.key) }
        }
        for (key, value) in patch where key.hasPrefix(deleteMark) {
            let name = String(key.dropFirst(deleteMark.count))
            let gone = value.arrayValue ?? []
            let left = (result[name]?.arrayValue ?? []).filter { !gone.contains($0) }
            result[name] = left.isEmpty ? nil : .array(left)
        }
        let orders = patch.filter { $0.key.hasPrefix(orderMark) }
        for (key, value) in orders {
            let name = String(key.dropFirst(orderMark.count))
            try requireOrder(of: patch[name], in: value, schema?.member(name))
            guard let list = result[name]?.arrayValue else { continue }
            let merged = try mergeList(
                patch[name]?.arrayValue ?? [], onto: list, schema?.member(name), order: value.arrayValue ?? [])
            result[name] = .array(merged)
            patch[name] = nil
        }
        for (key, value) in patch where !key.hasPrefix("$") {
            result[key] = try mergeMember(value, onto: result[key], schema?.member(key))
        }
        return result
    }

    private static func unknown(_ directive: JSONValue, in map: [String: JSONValue]) -> StatusError {
        .unforeseen("unknown patch type: \(directive.goText) in map: \(JSONValue.object(map).goText)")
    }

    /// Every element a patch changes must be named in its order, and in that order.
    private static func requireOrder(
        of list: JSONValue?, in order: JSONValue, _ schema: Schema?
    ) throws(StatusError) {
        func identity(_ element: JSONValue) -> JSONValue {
            schema?.patchMergeKey.map { element[$0] ?? .null } ?? element
        }
        var names = (order.arrayValue ?? []).map(identity)[...]
        for element in list?.arrayValue ?? [] where element["$patch"] != "delete" {
            let name = identity(element)
            while let next = names.first, next != name { names.removeFirst() }
            guard names.popFirst() != nil else {
                throw .unforeseen(
                    "The order in patch list:\n\(list?.goText ?? "")\n doesn't match $setElementOrder list:\n"
                        + "\(order.goText)\n")
            }
        }
    }

    private static func mergeMember(
        _ patch: JSONValue, onto value: JSONValue?, _ schema: Schema?
    ) throws(StatusError) -> JSONValue? {
        switch (value, patch) {
        case (_, .null): return nil
        case (.object(let members), .object(let changes)):
            if schema?.patchStrategy.contains("replace") == true { return patch }
            return .object(try merge(changes, onto: members, schema))
        case (.array(let elements), .array(let changes)) where schema?.patchStrategy.contains("merge") == true:
            return .array(try mergeList(changes, onto: elements, schema, order: nil))
        case (.array, .array): return patch
        default: return withoutDirectives(patch)
        }
    }

    private static func mergeList(
        _ patch: [JSONValue], onto list: [JSONValue], _ schema: Schema?, order: [JSONValue]?
    ) throws(StatusError) -> [JSONValue] {
        guard Set((list + patch).map(\.goType.kind)).count <= 1 else {
            throw .unforeseen(
                "list element types are not identical: [\(JSONValue.array(list).goText) \(JSONValue.array(patch).goText)]"
            )
        }
        guard let key = schema?.patchMergeKey else {
            var merged = list
            for element in patch where !merged.contains(element) { merged.append(element) }
            return arrange(merged, by: order ?? patch, server: list) { $0 }
        }
        var kept = list
        var changes: [JSONValue] = []
        var replaces = false
        for element in patch {
            switch element["$patch"] {
            case nil: changes.append(element)
            case "delete":
                let name = try mergeKey(key, of: element)
                kept.removeAll { $0[key] == name }
            case "replace": replaces = true
            case "merge": throw .unforeseen("merging lists cannot yet be specified in the patch")
            case .some(let directive): throw unknown(directive, in: element.objectValue ?? [:])
            }
        }
        if replaces { return changes.compactMap(withoutDirectives) }
        var merged = kept
        for change in changes {
            let name = try mergeKey(key, of: change)
            if let index = merged.firstIndex(where: { $0[key] == name }) {
                merged[index] = .object(
                    try merge(change.objectValue ?? [:], onto: merged[index].objectValue ?? [:], schema?.items))
            } else {
                if let element = withoutDirectives(change) { merged.append(element) }
            }
        }
        return arrange(merged, by: order ?? changes, server: list) { $0[key] ?? .null }
    }

    private static func mergeKey(_ key: String, of element: JSONValue) throws(StatusError) -> JSONValue {
        guard let name = element[key] else {
            throw .unforeseen("map: \(element.goText) does not contain declared merge key: \(key)")
        }
        return name
    }

    /// Puts the elements named by the patch into its order and the server's own among them where they were.
    private static func arrange(
        _ merged: [JSONValue], by order: [JSONValue], server: [JSONValue], _ identity: (JSONValue) -> JSONValue
    ) -> [JSONValue] {
        let places = Dictionary(
            order.map(identity).enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let serverPlaces = Dictionary(
            server.map(identity).enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        func place(_ element: JSONValue) -> Int { places[identity(element)] ?? -1 }
        let named = merged.filter { place($0) >= 0 }.sorted { place($0) < place($1) }
        let others = merged.filter { place($0) < 0 }
        var result: [JSONValue] = []
        var (left, right) = (others[...], named[...])
        while let next = right.first {
            if let other = left.first, let there = serverPlaces[identity(other)],
                let here = serverPlaces[identity(next)], there < here
            {
                result.append(other)
                left.removeFirst()
            } else {
                result.append(next)
                right.removeFirst()
            }
        }
        return result + left
    }

    /// A part of a patch taken as it stands: without objects that are directives, and without the nulls that remove
    /// nothing.
    private static func withoutDirectives(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .object(let members):
            guard members["$patch"] == nil else { return nil }
            let kept = members.filter { $0.key != "$retainKeys" && !$0.key.hasPrefix(orderMark) && !$0.value.isNull }
            return .object(kept.compactMapValues(withoutDirectives))
        case .array(let elements): return .array(elements.compactMap(withoutDirectives))
        default: return value
        }
    }
}
