import KubernetesClient

/// A path into a document (RFC 6901).
struct JSONPointer {
    private var steps: [String]

    init?(_ text: String) {
        // What stands before the first slash is not looked at; a text without one names nothing.
        guard text.contains("/") else { return nil }
        steps = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            .map { String($0).replacing("~1", with: "/").replacing("~0", with: "~") }
    }

    private init(steps: [String]) { self.steps = steps }

    func value(in document: JSONValue) -> JSONValue? {
        var value = document
        for step in steps {
            switch value {
            case .object(let members):
                guard let member = members[step] else { return nil }
                value = member
            case .array(let elements):
                guard let index = Self.index(step, elements.count) else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }

    /// The place in a list; negative numbers count from its end.
    private static func index(_ step: String, _ count: Int) -> Int? {
        guard let number = Int(step) else { return nil }
        let index = number < 0 ? number + count : number
        return (0..<count).contains(index) ? index : nil
    }

    /// Whether the object or list that has the value, or could have it, is there.
    func hasParent(in document: JSONValue) -> Bool {
        if case .object = JSONPointer(steps: steps.dropLast()).value(in: document) { return true }
        return false
    }

    func adding(_ value: JSONValue, to document: JSONValue) -> JSONValue? {
        change(document, whole: value) { parent, step in
            switch parent {
            case .object(var members):
                members[step] = value
                return .object(members)
            case .array(var elements):
                let count = elements.count
                guard let index = step == "-" ? count : Self.index(step, count + 1), index <= count else { return nil }
                elements.insert(value, at: index)
                return .array(elements)
            default: return nil
            }
        }
    }

    /// A member that is not there is added, as the Go library does.
    func replacing(_ value: JSONValue, in document: JSONValue) -> JSONValue? {
        change(document, whole: value) { parent, step in
            switch parent {
            case .object(var members):
                members[step] = value
                return .object(members)
            case .array(var elements):
                guard let index = Self.index(step, elements.count) else { return nil }
                elements[index] = value
                return .array(elements)
            default: return nil
            }
        }
    }

    func removing(from document: JSONValue) -> JSONValue? {
        change(document, whole: .null) { parent, step in
            switch parent {
            case .object(var members):
                guard members.removeValue(forKey: step) != nil else { return nil }
                return .object(members)
            case .array(var elements):
                guard let index = Self.index(step, elements.count) else { return nil }
                elements.remove(at: index)
                return .array(elements)
            default: return nil
            }
        }
    }

    /// Changes the parent of what the pointer names.
    private func change(
        _ document: JSONValue, whole: JSONValue, _ change: (JSONValue, String) -> JSONValue?
    ) -> JSONValue? {
        guard let step = steps.first else { return whole }
        if steps.count == 1 { return change(document, step) }
        let rest = JSONPointer(steps: Array(steps.dropFirst()))
        switch document {
        case .object(var members):
            guard let child = members[step], let changed = rest.change(child, whole: whole, change) else { return nil }
            members[step] = changed
            return .object(members)
        case .array(var elements):
            guard let index = Int(step), elements.indices.contains(index),
                let changed = rest.change(elements[index], whole: whole, change)
            else { return nil }
            elements[index] = changed
            return .array(elements)
        default: return nil
        }
    }
}
