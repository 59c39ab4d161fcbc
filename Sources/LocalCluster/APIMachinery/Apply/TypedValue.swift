import KubernetesClient

/// The operations of server-side apply on a value and its schema. Without a schema maps are granular and lists atomic.
enum TypedValue {
    /// The fields a configuration sets.
    static func fieldSet(_ value: JSONValue, _ schema: Schema?) -> FieldSet {
        var set = FieldSet()
        switch shape(value, schema) {
        case .leaf: set.isMember = true
        case .map(let members):
            for (name, member) in members {
                var child = fieldSet(member, schema?.declared(name))
                if member.isNull || member == [:] || schema?.isStructField(name) != true { child.isMember = true }
                if !child.isEmpty { set.children[.field(name)] = child }
            }
        case .list(let elements):
            for element in elements {
                var child = element.value.objectValue == nil ? FieldSet() : fieldSet(element.value, schema?.items)
                child.isMember = true
                set.children[element.step] = child
            }
        }
        return set
    }

    /// Two values in one: what `over` says wins, the rest of `base` stays.
    static func merge(_ over: JSONValue?, onto base: JSONValue?, _ schema: Schema?) -> JSONValue? {
        guard let over else { return base }
        guard let base else { return over }
        switch (shape(base, schema), shape(over, schema)) {
        case (.map(let lower), .leaf) where over.isNull && !lower.isEmpty: return base
        case (.list(let lower), .leaf) where over.isNull && !lower.isEmpty: return base
        case (.map(let lower), .map(let upper)):
            var result = lower
            for (name, value) in upper { result[name] = merge(value, onto: lower[name], schema?.declared(name)) }
            return .object(result)
        case (.list(let lower), .list(let upper)):
            return .array(mergeLists(lower, upper, schema))
        default: return over
        }
    }

    /// What changed from one value to another.
    struct Comparison {
        var added = FieldSet()
        var modified = FieldSet()
        var removed = FieldSet()

        func filtered(_ keep: (FieldSet) -> FieldSet) -> Comparison {
            Comparison(added: keep(added), modified: keep(modified), removed: keep(removed))
        }

        mutating func adopt(_ child: Comparison, at step: FieldSet.Step) {
            if !child.added.isEmpty { added.children[step] = child.added }
            if !child.modified.isEmpty { modified.children[step] = child.modified }
            if !child.removed.isEmpty { removed.children[step] = child.removed }
        }
    }

    static func compare(_ old: JSONValue?, _ new: JSONValue?, _ schema: Schema?) -> Comparison {
        var result = Comparison()
        if old == new { return result }
        func mark() {
            if old == nil {
                result.added.isMember = true
            } else if new == nil {
                result.removed.isMember = true
            } else {
                result.modified.isMember = true
            }
        }
        switch (shape(old ?? .null, schema), shape(new ?? .null, schema)) {
        case (.map, .map), (.map, .leaf), (.leaf, .map):
            let (before, after) = (old?.objectValue ?? [:], new?.objectValue ?? [:])
            if (before.isEmpty && after.isEmpty) || schema?.atomicMap == true || !isMapLike(old) || !isMapLike(new) {
                mark()
                return result
            }
            for name in Set(before.keys).union(after.keys) {
                result.adopt(compare(before[name], after[name], schema?.declared(name)), at: .field(name))
            }
        case (.list(let before), .list(let after)):
            result = compareLists(before, after, schema)
        case (.list(let before), .leaf) where old != nil && isListLike(new):
            result = compareLists(before, [], schema)
        case (.leaf, .list(let after)) where isListLike(old):
            result = compareLists([], after, schema)
        default:
            mark()
            return result
        }
        if old == nil { result.added.isMember = true }
        if new == nil { result.removed.isMember = true }
        return result
    }

    /// Without the members of the set.
    static func remove(_ set: FieldSet, from value: JSONValue, _ schema: Schema?) -> JSONValue {
        switch shape(value, schema) {
        case .leaf: return value
        case .map(var members):
            for (step, child) in set.children {
                guard case .field(let name) = step, let member = members[name] else { continue }
                members[name] = child.isMember ? nil : remove(child, from: member, schema?.declared(name))
            }
            return .object(members)
        case .list(let elements):
            return .array(
                elements.compactMap { element in
                    guard let child = set.children[element.step] else { return element.value }
                    return child.isMember ? nil : remove(child, from: element.value, schema?.items)
                })
        }
    }
}

// MARK: - Shapes

extension TypedValue {
    struct Element {
        var step: FieldSet.Step
        var value: JSONValue
    }

    enum Shape {
        case leaf
        case map([String: JSONValue])
        case list([Element])
    }

    /// How a value is owned: as one, by members or by elements.
    static func shape(_ value: JSONValue, _ schema: Schema?) -> Shape {
        switch value {
        case .object(let members):
            // Of what a built-in kind knows nothing it owns the whole.
            let isOne = schema?.atomicMap == true || schema?.isRaw == true
            return isOne ? .leaf : .map(members)
        case .array(let elements):
            guard let schema, schema.listType != .atomic else { return .leaf }
            return .list(elements.map { Element(step: step(to: $0, in: schema), value: $0) })
        default: return .leaf
        }
    }

    static func step(to element: JSONValue, in schema: Schema) -> FieldSet.Step {
        guard case .map(let keys) = schema.listType else { return .value(element) }
        var values: [String: JSONValue] = [:]
        for key in keys { values[key] = element[key] ?? schema.items?.defaultKey(key) }
        return .key(values)
    }

    private static func isMapLike(_ value: JSONValue?) -> Bool { value?.objectValue != nil || value?.isNull ?? true }
    private static func isListLike(_ value: JSONValue?) -> Bool { value?.arrayValue != nil || value?.isNull ?? true }

    private static func compareLists(_ before: [Element], _ after: [Element], _ schema: Schema?) -> Comparison {
        var result = Comparison()
        let old = Dictionary(before.map { ($0.step, $0.value) }, uniquingKeysWith: { first, _ in first })
        let new = Dictionary(after.map { ($0.step, $0.value) }, uniquingKeysWith: { first, _ in first })
        for step in Set(old.keys).union(new.keys) {
            result.adopt(compare(old[step], new[step], schema?.items), at: step)
        }
        return result
    }

    /// The applied order wins among the elements both have; the others stay where they were.
    private static func mergeLists(_ lower: [Element], _ upper: [Element], _ schema: Schema?) -> [JSONValue] {
        let below = Dictionary(lower.map { ($0.step, $0.value) }, uniquingKeysWith: { first, _ in first })
        let above = Set(upper.map(\.step))
        var shared = upper.map(\.step).filter { below[$0] != nil }[...]
        var taken: Set<FieldSet.Step> = []
        var result: [JSONValue] = []
        func take(_ element: Element) {
            taken.insert(element.step)
            result.append(merge(element.value, onto: below[element.step], schema?.items) ?? element.value)
            if shared.first == element.step { shared.removeFirst() }
        }
        var (left, right) = (lower[...], upper[...])
        while !left.isEmpty || !right.isEmpty {
            if let old = left.first, let new = right.first {
                if old.step == new.step {
                    take(new)
                    left.removeFirst()
                    right.removeFirst()
                    continue
                }
                if above.contains(old.step), let next = shared.first, next != old.step {
                    left.removeFirst()
                    continue
                }
            }
            if let old = left.first {
                if !above.contains(old.step) {
                    result.append(old.value)
                    left.removeFirst()
                    continue
                }
                if taken.contains(old.step) { left.removeFirst() }
            }
            if let new = right.first {
                take(new)
                right.removeFirst()
            }
        }
        return result
    }
}

extension Schema {
    /// The schema of a member. An object within the object has the metadata that all have.
    fileprivate func declared(_ name: String) -> Schema? {
        member(name) ?? (hasOwnMetadata(name) ? BuiltinKinds.metadata : nil)
    }

    /// Whether a member is one that its type names, and no key of a map.
    fileprivate func isStructField(_ name: String) -> Bool { fields.properties[name] != nil || hasOwnMetadata(name) }

    private func hasOwnMetadata(_ name: String) -> Bool { fields.embeddedResource && name == "metadata" }
}
