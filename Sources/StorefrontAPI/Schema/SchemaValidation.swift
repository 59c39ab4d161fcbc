public import KubernetesClient
import Synchronization

/// A field that does not hold what its schema asks for.
public struct SchemaProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// Such as `spec.services.product.autoscaling`.
    public var field: String
    public var message: String

    public init(field: String, message: String) {
        self.field = field
        self.message = message
    }

    public var description: String { "\(field): \(message)" }
}

extension Schema {
    /// Everything that is wrong with a value, in the order of its fields.
    ///
    /// - Parameter old: the value before a change, for rules that compare the two.
    public func problems(in value: JSONValue, old: JSONValue? = nil, at field: String) -> [SchemaProblem] {
        var found: [SchemaProblem] = []
        func report(_ message: String, at place: String? = nil) {
            found.append(SchemaProblem(field: place ?? field, message: message))
        }
        switch (kind, value) {
        case (.string, .string(let text)):
            if !choices.isEmpty, !choices.contains(text) {
                report("must be one of \(choices.joined(separator: ", "))")
            }
            if let minimumLength, text.unicodeScalars.count < minimumLength { report("must not be empty") }
            if let maximumLength, choices.isEmpty, text.unicodeScalars.count > maximumLength {
                report("must be at most \(maximumLength) characters long")
            }
            if !matches(text) { report("must match \(pattern ?? "")") }
        case (.intOrString, .string(let text)):
            if !matches(text) { report("must be a quantity such as 100m, 2 or 64Mi") }
        case (.intOrString, _) where value.integerValue != nil: break
        case (.integer, _) where value.integerValue != nil:
            if let minimum, let number = value.integerValue, number < minimum { report("must be at least \(minimum)") }
            if let maximum, let number = value.integerValue, number > maximum { report("must be at most \(maximum)") }
        case (.boolean, .bool): break
        case (.object(let properties), .object(let members)):
            for name in required.sorted() where members[name] == nil { report("is required", at: "\(field).\(name)") }
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                guard let property = properties[name] else {
                    report("is not a field of this resource", at: "\(field).\(name)")
                    continue
                }
                found += property.problems(in: member, old: old?[name], at: "\(field).\(name)")
            }
        case (.map(let schema), .object(let members)):
            if let maximumCount, members.count > maximumCount { report("must have at most \(maximumCount) entries") }
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                found += schema.problems(in: member, old: old?[name], at: "\(field)[\(name)]")
            }
        case (.array(let schema, let keys), .array(let elements)):
            if let maximumCount, elements.count > maximumCount { report("must have at most \(maximumCount) elements") }
            var seen: Set<[JSONValue]> = []
            for (index, element) in elements.enumerated() {
                found += schema.problems(in: element, at: "\(field)[\(index)]")
                if !keys.isEmpty, !seen.insert(keys.map { element[$0] ?? .null }).inserted {
                    report("repeats an earlier element", at: "\(field)[\(index)]")
                }
            }
        default: report("must be \(kindName)")
        }
        if found.isEmpty {
            for rule in rules where !rule.holds(value, old) { report(rule.message) }
        }
        return found
    }

    private func matches(_ text: String) -> Bool {
        guard let pattern else { return true }
        return Self.expressions.withLock { expressions in
            if expressions[pattern] == nil { expressions[pattern] = try? Regex(pattern) }
            guard let expression = expressions[pattern] else { return true }
            return (try? expression.firstMatch(in: text)) != nil
        }
    }

    /// By pattern, of which the schemas of the program have a few: making one takes longer than all else.
    private static let expressions = Mutex<[String: Regex<AnyRegexOutput>]>([:])

    private var kindName: String {
        switch kind {
        case .string: "a text"
        case .integer: "a whole number"
        case .boolean: "true or false"
        case .intOrString: "a quantity"
        case .object, .map: "an object"
        case .array: "a list"
        }
    }
}
