import KubernetesClient

/// The lists of a custom object that are sets or maps (`x-kubernetes-list-type`) and have an element twice.
enum ListUniqueness {
    static func faults(_ value: JSONValue, _ schema: Schema, path: String = "") -> [FieldError] {
        switch value {
        case .object(let members):
            return members.flatMap { name, member -> [FieldError] in
                if let property = schema.properties[name] {
                    return faults(member, property, path: path.isEmpty ? name : "\(path).\(name)")
                }
                return schema.additionalProperties.map { faults(member, $0, path: "\(path)[\(name)]") } ?? []
            }
        case .array(let elements):
            let inner = schema.items.map { items in
                elements.enumerated().flatMap { faults($0.element, items, path: "\(path)[\($0.offset)]") }
            }
            return repeated(elements, schema.listType, path) + (inner ?? [])
        default: return []
        }
    }

    private static func repeated(_ elements: [JSONValue], _ type: Schema.ListType, _ path: String) -> [FieldError] {
        let keys: [JSONValue]
        switch type {
        case .atomic: return []
        case .set: keys = elements
        case .map(let names):
            if let index = elements.firstIndex(where: { !$0.isNull && $0.objectValue == nil }) {
                let detail = "must be an object for an array of list-type map"
                return [.invalid("\(path)[\(index)]", elements[index], detail)]
            }
            keys = elements.map { element in
                .object((element.objectValue ?? [:]).filter { names.contains($0.key) })
            }
        }
        // What stands there three times is told once.
        var times: [JSONValue: Int] = [:]
        return keys.enumerated().compactMap { index, key in
            times[key, default: 0] += 1
            return times[key] == 2 ? .duplicate("\(path)[\(index)]", key) : nil
        }
    }
}
