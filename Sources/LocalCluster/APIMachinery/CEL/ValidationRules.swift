import KubernetesClient

/// The rules of a schema, compiled: the tree of those places that have some, at or below them.
struct ValidationRules: Sendable {
    private final class Node: Sendable {
        let schema: Schema
        let isRoot: Bool
        let rules: [CompiledRule]
        let properties: [String: Node]
        let values: Node?
        let items: Node?

        init(
            schema: Schema, isRoot: Bool, rules: [CompiledRule], properties: [String: Node], values: Node?, items: Node?
        ) {
            self.schema = schema
            self.isRoot = isRoot
            self.rules = rules
            self.properties = properties
            self.values = values
            self.items = items
        }
    }

    /// What an object's rules say.
    struct Outcome: Sendable {
        var errors: [FieldError] = []
        /// What they would refuse, had it not been there before.
        var warnings: [String] = []
        /// Whether a rule was so expensive that those after it were not run.
        fileprivate var isOver = false
    }

    /// A value's counterpart in the stored object, and whether it is the same; `nil` where there is none.
    private struct Correlation {
        var isKnown = false
        var isSame = false
        var isParentSame = false

        /// What a place that did not change had wrong already is not refused again.
        var tolerates: Bool { isKnown ? isSame : isParentSame }

        func at(_ new: JSONValue, _ old: JSONValue?) -> Correlation {
            guard isKnown else { return self }
            return Correlation(isKnown: old != nil, isSame: old == new, isParentSame: isSame)
        }
    }

    private let root: Node?

    var isEmpty: Bool { root == nil }

    /// - Parameter isRoot: whether the schema is that of a whole object.
    /// - Throws: what is wrong with a rule that cannot be compiled.
    init(_ schema: Schema, isRoot: Bool = true) throws(CELFaults) {
        root = try Self.compile(schema, isRoot: isRoot)
    }

    private static func compile(_ schema: Schema, isRoot: Bool) throws(CELFaults) -> Node? {
        let isRoot = isRoot || schema.embeddedResource
        var rules: [CompiledRule] = []
        if !schema.validations.isEmpty, let type = CELDeclaredType.make(schema, isRoot: isRoot, name: "self") {
            for rule in schema.validations { rules.append(try CompiledRule(rule, type: type, schema: schema)) }
        }
        var properties: [String: Node] = [:]
        for (name, property) in schema.properties {
            if isRoot, ["apiVersion", "kind", "metadata"].contains(name) { continue }
            properties[name] = try compile(property, isRoot: false)
        }
        var (values, items): (Node?, Node?)
        if let inner = schema.additionalProperties { values = try compile(inner, isRoot: false) }
        if let inner = schema.items { items = try compile(inner, isRoot: false) }
        if rules.isEmpty, properties.isEmpty, values == nil, items == nil { return nil }
        return Node(
            schema: schema, isRoot: isRoot, rules: rules, properties: properties, values: values, items: items)
    }

    // MARK: Evaluation

    /// What the rules say of a value that stands at `path`.
    func outcome(_ value: JSONValue, old: JSONValue?, path: String = "") -> Outcome {
        var outcome = Outcome()
        let correlation = Correlation(isKnown: old != nil, isSame: old == value, isParentSame: false)
        if let root { Self.run(root, value, old, path, correlation, &outcome) }
        return outcome
    }

    private static func run(
        _ node: Node, _ value: JSONValue, _ old: JSONValue?, _ path: String, _ correlation: Correlation,
        _ outcome: inout Outcome
    ) {
        if value.isNull || outcome.isOver { return }
        check(node, value, old == .null ? nil : old, path, correlation, &outcome)
        switch value {
        case .object(let members):
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                let before = old?[name]
                let inner = correlation.at(member, before)
                if let property = node.properties[name] {
                    run(property, member, before, path.isEmpty ? name : "\(path).\(name)", inner, &outcome)
                } else if let values = node.values, node.schema.properties[name] == nil {
                    run(values, member, before, "\(path)[\(name)]", inner, &outcome)
                }
            }
        case .array(let elements):
            guard let items = node.items else { return }
            let before = StructuralValidation.correlated(old, node.schema)
            for (index, element) in elements.enumerated() {
                let counterpart = before[TypedValue.step(to: element, in: node.schema)]
                let inner = correlation.at(element, counterpart)
                run(items, element, counterpart, "\(path)[\(index)]", inner, &outcome)
            }
        default: break
        }
    }

    private static func check(
        _ node: Node, _ value: JSONValue, _ old: JSONValue?, _ path: String, _ correlation: Correlation,
        _ outcome: inout Outcome
    ) {
        guard !node.rules.isEmpty else { return }
        let place = path.isEmpty ? "<nil>" : path
        func fail(_ detail: String) {
            outcome.errors.append(.invalid(place, .string(node.schema.typeName), detail))
        }
        let current: CELValue
        let before: CELValue?
        do throws(CELError) {
            current = try CELValue(value, node.schema, isRoot: node.isRoot)
            before = try old.map { old throws(CELError) in try CELValue(old, node.schema, isRoot: node.isRoot) }
        } catch {
            for rule in node.rules { fail("\(error.message) evaluating rule: \(rule.shown)") }
            return
        }
        for rule in node.rules where !rule.usesOld || before != nil || rule.source.optionalOldSelf == true {
            do throws(CELError) {
                if try rule.holds(current, old: before) { continue }
            } catch {
                switch error.message {
                case let message where message.hasPrefix("no such overload"):
                    fail(
                        "'\(message)': call arguments did not match a supported operator, function or macro signature "
                            + "for rule: \(rule.shown)")
                case let message where message.hasPrefix("operation cancelled"):
                    fail(
                        "'\(message)': no further validation rules will be run due to call cost exceeds limit for rule: "
                            + rule.shown)
                    outcome.isOver = true
                    return
                default: fail("\(error.message) evaluating rule: \(rule.shown)")
                }
                continue
            }
            let error = rule.error(at: path, value, rule.message(current, old: before))
            if !rule.usesOld, correlation.tolerates {
                outcome.warnings.append(error.description)
            } else {
                outcome.errors.append(error)
            }
        }
    }
}

extension Schema {
    /// The type that errors of rules name.
    fileprivate var typeName: String {
        fields.kind == .any || fields.kind == .intOrString ? "" : fields.kind.rawValue
    }
}
