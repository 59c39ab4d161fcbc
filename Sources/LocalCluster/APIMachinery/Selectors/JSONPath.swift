public import KubernetesClient

/// The JSONPath of printer columns and scale paths: `.spec.ports[0].name`, `.items[*].x`,
/// `.status.conditions[?(@.type=="Ready")].status`, `.metadata.labels['a\.b']`.
public struct JSONPath: Sendable, Hashable {
    private enum Step: Sendable, Hashable {
        case member(String)
        case index(Int)
        case all
        case filter(path: [String], equals: Bool, value: JSONValue)
    }

    private var steps: [Step] = []

    /// `nil` for text this subset of JSONPath does not have.
    public init?(_ text: String) {
        var rest = text[...]
        if rest.hasPrefix("{"), rest.hasSuffix("}") { rest = rest.dropFirst().dropLast() }
        if rest.hasPrefix("$") { rest = rest.dropFirst() }
        guard rest.hasPrefix(".") || rest.hasPrefix("[") else { return nil }
        while let first = rest.first {
            rest = rest.dropFirst()
            if first == "." {
                let name = Self.takeName(&rest)
                if name.isEmpty, rest.hasPrefix("[") || rest.isEmpty, steps.isEmpty { continue }
                guard !name.isEmpty else { return nil }
                steps.append(name == "*" ? .all : .member(name))
            } else if first == "[" {
                guard let end = Self.closing(rest), let inner = Self.bracket(rest[..<end]) else { return nil }
                steps += inner
                rest = rest[rest.index(after: end)...]
            } else {
                return nil
            }
        }
    }

    private static func takeName(_ rest: inout Substring) -> String {
        var name = ""
        while let character = rest.first, character != ".", character != "[" {
            rest = rest.dropFirst()
            if character == "\\", let escaped = rest.first {
                name.append(escaped)
                rest = rest.dropFirst()
            } else {
                name.append(character)
            }
        }
        return name
    }

    private static func closing(_ text: Substring) -> Substring.Index? {
        var quote: Character?
        for index in text.indices {
            let character = text[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == "]" {
                return index
            }
        }
        return nil
    }

    /// As in client-go, a quoted name is read like one after a dot: its own dots must be escaped.
    private static func bracket(_ text: Substring) -> [Step]? {
        if text == "*" { return [.all] }
        if let index = Int(text) { return [.index(index)] }
        if text.hasPrefix("'") || text.hasPrefix("\""), text.count > 1 {
            return JSONPath(".\(text.dropFirst().dropLast())")?.steps
        }
        guard text.hasPrefix("?("), text.hasSuffix(")") else { return nil }
        let condition = text.dropFirst(2).dropLast()
        for (mark, equals) in [("==", true), ("!=", false)] {
            guard let range = condition.firstRange(of: mark) else { continue }
            let left = condition[..<range.lowerBound].filter { $0 != " " }
            let right = condition[range.upperBound...].drop { $0 == " " }
            guard left.hasPrefix("@."), let value = literal(String(right.trimming())) else { return nil }
            let path = left.dropFirst(2).split(separator: ".").map(String.init)
            return [.filter(path: path, equals: equals, value: value)]
        }
        return nil
    }

    private static func literal(_ text: String) -> JSONValue? {
        for quote in ["'", "\""] where text.count > 1 && text.hasPrefix(quote) && text.hasSuffix(quote) {
            return .string(String(text.dropFirst().dropLast()))
        }
        return try? JSONValue(parsing: text)
    }

    /// Every value the path finds.
    public func values(in object: JSONValue) -> [JSONValue] {
        var values = [object]
        for step in steps {
            values = values.flatMap { value -> [JSONValue] in
                switch step {
                case .member(let name): return value[name].map { [$0] } ?? []
                case .index(let index):
                    let count = value.arrayValue?.count ?? 0
                    return value[index < 0 ? count + index : index].map { [$0] } ?? []
                case .all:
                    return value.arrayValue ?? value.objectValue?.sorted { $0.key < $1.key }.map(\.value) ?? []
                case .filter(let path, let equals, let wanted):
                    return (value.arrayValue ?? []).filter { ($0[path: path] == wanted) == equals }
                }
            }
        }
        return values
    }

    /// The path as keys, when it has nothing but members: what scale paths are.
    public var keys: [String]? {
        var keys: [String] = []
        for step in steps {
            guard case .member(let name) = step else { return nil }
            keys.append(name)
        }
        return keys
    }
}

extension Substring {
    fileprivate func trimming() -> Substring {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
