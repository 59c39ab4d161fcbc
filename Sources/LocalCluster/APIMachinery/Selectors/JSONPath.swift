public import KubernetesClient

/// The JSONPath of printer columns, as client-go has it: `.spec.ports[0].name`, `.items[*].x`, `.list[-2:]`,
/// `.status.conditions[?(@.type=="Ready")].status`, `.metadata.labels['a\.b']`, `..name`.
public struct JSONPath: Sendable, Hashable {
    private indirect enum Step: Sendable, Hashable {
        case member(String)
        case slice(from: Int?, to: Int?, step: Int)
        case all
        case descend
        case union([JSONPath])
        case filter(Operand, String, Operand)
    }

    /// A side of a filter's comparison.
    private enum Operand: Sendable, Hashable {
        case path(JSONPath)
        case value(JSONValue)
        case none
    }

    private var steps: [Step] = []

    private init(steps: [Step]) { self.steps = steps }

    /// `nil` for text that is no path.
    public init?(_ text: String) {
        var rest = text[...]
        if rest.hasPrefix("{"), rest.hasSuffix("}") { rest = rest.dropFirst().dropLast() }
        if rest.hasPrefix("$") || rest.hasPrefix("@") { rest = rest.dropFirst() }
        guard rest.hasPrefix(".") || rest.hasPrefix("[") else { return nil }
        while let first = rest.popFirst() {
            if first == "." {
                if rest.first == "." {
                    rest.removeFirst()
                    steps.append(.descend)
                }
                let name = Self.takeName(&rest)
                if name.isEmpty, rest.first == "[" || rest.isEmpty { continue }
                guard !name.isEmpty else { return nil }
                steps.append(name == "*" ? .all : .member(name))
            } else if first == "[" {
                guard let end = Self.closing(rest), let step = Self.bracket(rest[..<end]) else { return nil }
                steps += step
                rest = rest[rest.index(after: end)...]
            } else {
                return nil
            }
        }
    }

    // MARK: Reading

    private static func takeName(_ rest: inout Substring) -> String {
        var name = ""
        while let character = rest.first, character != ".", character != "[" {
            rest = rest.dropFirst()
            if character == "\\", let escaped = rest.popFirst() {
                name.append(escaped)
            } else {
                name.append(character)
            }
        }
        return name
    }

    private static func closing(_ text: Substring) -> Substring.Index? {
        var quote: Character?
        var depth = 0
        for index in text.indices {
            let character = text[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == "[" {
                depth += 1
            } else if character == "]" {
                if depth == 0 { return index }
                depth -= 1
            }
        }
        return nil
    }

    private static func bracket(_ text: Substring) -> [Step]? {
        if text == "*" { return [.slice(from: nil, to: nil, step: 1)] }
        if text.hasPrefix("?("), text.hasSuffix(")") { return filter(text.dropFirst(2).dropLast()) }
        let parts = split(text, at: ",")
        if parts.count > 1 {
            let paths = parts.map { bracket($0[...]).map(JSONPath.init(steps:)) }
            return paths.contains(nil) ? nil : [.union(paths.compactMap(\.self))]
        }
        // As in client-go, a quoted name is read like one after a dot: its own dots must be escaped.
        if text.hasPrefix("'") || text.hasPrefix("\""), text.count > 1 {
            return JSONPath(".\(text.dropFirst().dropLast())")?.steps
        }
        let bounds = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        let isWhole = text.allSatisfy { $0.isNumber || $0 == "-" || $0 == ":" }
        switch bounds.count {
        case _ where text.isEmpty || !isWhole: return nil
        case 1:
            guard let index = bounds[0] else { return nil }
            return [.slice(from: index, to: index == -1 ? nil : index + 1, step: 1)]
        case 2: return [.slice(from: bounds[0], to: bounds[1], step: 1)]
        case 3: return [.slice(from: bounds[0], to: bounds[1], step: bounds[2] ?? 1)]
        default: return nil
        }
    }

    /// The parts between separators that stand outside of quotes.
    private static func split(_ text: Substring, at separator: Character) -> [String] {
        var parts = [""]
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == separator {
                parts.append("")
                continue
            }
            parts[parts.count - 1].append(character)
        }
        return parts.map { $0.trimmingWhitespace() }
    }

    private static func filter(_ condition: Substring) -> [Step]? {
        for mark in ["==", "!=", "<=", ">=", "<", ">"] {
            guard let range = condition.firstRange(of: mark) else { continue }
            guard let left = operand(condition[..<range.lowerBound]),
                let right = operand(condition[range.upperBound...])
            else { return nil }
            return [.filter(left, mark, right)]
        }
        return operand(condition).map { [.filter($0, "exists", .none)] }
    }

    private static func operand(_ text: Substring) -> Operand? {
        let text = String(text).trimmingWhitespace()
        if text.hasPrefix("@") || text.hasPrefix("$") { return JSONPath(text).map(Operand.path) }
        for quote in ["'", "\""] where text.count > 1 && text.hasPrefix(quote) && text.hasSuffix(quote) {
            return .value(.string(String(text.dropFirst().dropLast())))
        }
        return (try? JSONValue(parsing: text)).map(Operand.value)
    }

    // MARK: Finding

    /// Every value the path finds; none where it asks for something that the values are not.
    public func values(in object: JSONValue) -> [JSONValue] {
        var values = [object]
        for step in steps {
            guard let next = Self.take(step, values) else { return [] }
            values = next
        }
        return values
    }

    private static func take(_ step: Step, _ values: [JSONValue]) -> [JSONValue]? {
        switch step {
        case .member(let name): return values.compactMap { $0.objectValue?[name] }
        case .all: return values.flatMap { children($0) }
        case .descend: return values.flatMap { descendants($0) }
        case .union(let paths): return paths.flatMap { path in values.flatMap { path.values(in: $0) } }
        case .slice(let from, let to, let step):
            var result: [JSONValue] = []
            for value in values where !value.isNull {
                guard let elements = value.arrayValue, let part = slice(elements, from, to, step) else { return nil }
                result += part
            }
            return result
        case .filter(let left, let mark, let right):
            var result: [JSONValue] = []
            for value in values {
                guard let elements = value.arrayValue else { return nil }
                for element in elements {
                    guard let passes = compare(element, left, mark, right) else { return nil }
                    if passes { result.append(element) }
                }
            }
            return result
        }
    }

    private static func children(_ value: JSONValue) -> [JSONValue] {
        value.arrayValue ?? value.objectValue?.sorted { $0.key < $1.key }.map(\.value) ?? []
    }

    private static func descendants(_ value: JSONValue) -> [JSONValue] {
        let children = children(value)
        return children.isEmpty ? [] : [value] + children.flatMap { descendants($0) }
    }

    private static func slice(_ elements: [JSONValue], _ from: Int?, _ to: Int?, _ step: Int) -> [JSONValue]? {
        func place(_ index: Int) -> Int { index < 0 ? index + elements.count : index }
        let (low, high) = (place(from ?? 0), place(to ?? elements.count))
        if low >= high { return low > high ? nil : [] }
        guard low >= 0, high <= elements.count, step > 0 else { return nil }
        return stride(from: low, to: high, by: step).map { elements[$0] }
    }

    /// `nil` for what cannot be compared.
    private static func compare(_ element: JSONValue, _ left: Operand, _ mark: String, _ right: Operand) -> Bool? {
        func values(_ operand: Operand) -> [JSONValue] {
            switch operand {
            case .path(let path): path.values(in: element)
            case .value(let value): [value]
            case .none: []
            }
        }
        let (found, wanted) = (values(left), values(right))
        if mark == "exists" { return !found.isEmpty }
        if found.isEmpty || wanted.isEmpty { return false }
        guard found.count == 1, wanted.count == 1 else { return nil }
        let order: Int
        switch (found[0], wanted[0]) {
        case (.string(let left), .string(let right)): order = left == right ? 0 : left < right ? -1 : 1
        case (.bool(let left), .bool(let right)):
            guard mark == "==" || mark == "!=" else { return nil }
            order = left == right ? 0 : 1
        case (.integer(let left), .integer(let right)): order = left == right ? 0 : left < right ? -1 : 1
        case (.number(let left), .number(let right)): order = left == right ? 0 : left < right ? -1 : 1
        default: return nil
        }
        return switch mark {
        case "==": order == 0
        case "!=": order != 0
        case "<": order < 0
        case "<=": order <= 0
        case ">": order > 0
        default: order >= 0
        }
    }
}
