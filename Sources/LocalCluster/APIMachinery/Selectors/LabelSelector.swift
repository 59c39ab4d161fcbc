public import KubernetesClient

/// A condition on labels.
public struct LabelSelector: Sendable, Hashable {
    public struct Requirement: Sendable, Hashable {
        public enum Operator: Sendable, Hashable { case `in`, notIn, exists, doesNotExist, greaterThan, lessThan }
        public var key: String
        public var `operator`: Operator
        public var values: [String]
    }

    /// All must hold; none selects everything.
    public var requirements: [Requirement]

    public init(requirements: [Requirement] = []) { self.requirements = requirements }

    /// Reads the query parameter's form: `app=web,tier in (a,b),!canary`. Throws a 400.
    public init(parsing text: String) throws(StatusError) {
        var parser = LabelSelectorParser(text)
        requirements = try parser.requirements()
    }

    /// Reads `{matchLabels, matchExpressions}`; `nil` when that is malformed. An empty object selects everything.
    public init?(_ selector: JSONValue) {
        var requirements: [Requirement] = []
        for (key, value) in selector["matchLabels"]?.objectValue ?? [:] {
            guard let value = value.stringValue else { return nil }
            requirements.append(Requirement(key: key, operator: .in, values: [value]))
        }
        let operators: [String: Requirement.Operator] = [
            "In": .in, "NotIn": .notIn, "Exists": .exists, "DoesNotExist": .doesNotExist,
        ]
        for expression in selector["matchExpressions"]?.arrayValue ?? [] {
            guard let key = expression["key"]?.stringValue,
                let name = expression["operator"]?.stringValue, let `operator` = operators[name]
            else { return nil }
            let values = expression["values"]?.arrayValue?.compactMap(\.stringValue) ?? []
            requirements.append(Requirement(key: key, operator: `operator`, values: values))
        }
        self.requirements = requirements.sorted { $0.key < $1.key }
    }

    public func matches(_ labels: [String: String]) -> Bool { requirements.allSatisfy { $0.matches(labels) } }

    /// Whether an object's labels match.
    public func matches(_ object: JSONValue) -> Bool {
        requirements.isEmpty || matches(object["metadata"]?["labels"]?.stringMapValue ?? [:])
    }

    /// The query parameter's form, as the scale subresource's `status.selector` has it.
    public var text: String { requirements.map(\.text).joined(separator: ",") }
}

extension LabelSelector.Requirement {
    func matches(_ labels: [String: String]) -> Bool {
        let value = labels[key]
        switch `operator` {
        case .in: return value.map(values.contains) ?? false
        case .notIn: return value.map { !values.contains($0) } ?? true
        case .exists: return value != nil
        case .doesNotExist: return value == nil
        case .greaterThan, .lessThan:
            guard let number = value.flatMap(Int64.init), let limit = values.first.flatMap(Int64.init) else {
                return false
            }
            return `operator` == .greaterThan ? number > limit : number < limit
        }
    }

    var text: String {
        let list = values.sorted().joined(separator: ",")
        return switch `operator` {
        case .in: values.count == 1 ? "\(key)=\(list)" : "\(key) in (\(list))"
        case .notIn: "\(key) notin (\(list))"
        case .exists: key
        case .doesNotExist: "!\(key)"
        case .greaterThan: "\(key)>\(list)"
        case .lessThan: "\(key)<\(list)"
        }
    }
}
