import KubernetesClient

/// The rules of a schema, compiled: the tree of those places that have some, at or below them.
struct ValidationRules: Sendable {
    private struct Rule: Sendable {
        var source: ValidationRule
        var condition: CELExpression
        var message: CELExpression?
        var usesOld: Bool
    }

    private final class Node: Sendable {
        let schema: Schema
        let rules: [Rule]
        let properties: [String: Node]
        let values: Node?
        let items: Node?

        init(schema: Schema, rules: [Rule], properties: [String: Node], values: Node?, items: Node?) {
            self.schema = schema
            self.rules = rules
            self.properties = properties
            self.values = values
            self.items = items
        }
    }

    private let root: Node?

    var isEmpty: Bool { root == nil }

    /// Throws when a rule cannot be compiled.
    init(_ schema: Schema) throws(CELError) {
        var faults: [FieldError] = []
        root = Self.compile(schema, path: "", isRoot: true, correlatable: true, &faults)
        if let fault = faults.first { throw CELError(fault.message) }
    }

    /// The rules of a definition's schema that cannot be used, and why.
    static func faults(of schema: Schema, path: String) -> [FieldError] {
        var faults: [FieldError] = []
        _ = compile(schema, path: path, isRoot: true, correlatable: true, &faults)
        return faults
    }

    // MARK: Compilation

    private static func compile(
        _ schema: Schema, path: String, isRoot: Bool = false, correlatable: Bool, _ faults: inout [FieldError]
    ) -> Node? {
        var rules: [Rule] = []
        for (index, rule) in schema.validations.enumerated() {
            let here = "\(path).x-kubernetes-validations[\(index)]"
            if let compiled = compile(rule, schema, here, isRoot, correlatable, &faults) { rules.append(compiled) }
        }
        var properties: [String: Node] = [:]
        for (name, property) in schema.properties.sorted(by: { $0.key < $1.key }) {
            if isRoot, ["apiVersion", "kind", "metadata"].contains(name) { continue }
            properties[name] = compile(
                property, path: "\(path).properties[\(name)]", correlatable: correlatable, &faults)
        }
        let values = schema.additionalProperties.flatMap {
            compile($0, path: "\(path).additionalProperties", correlatable: correlatable, &faults)
        }
        let keyed = if case .map = schema.listType { true } else { false }
        let items = schema.items.flatMap {
            compile($0, path: "\(path).items", correlatable: correlatable && keyed, &faults)
        }
        if rules.isEmpty, properties.isEmpty, values == nil, items == nil { return nil }
        return Node(schema: schema, rules: rules, properties: properties, values: values, items: items)
    }

    private static func compile(
        _ rule: ValidationRule, _ schema: Schema, _ path: String, _ isRoot: Bool, _ correlatable: Bool,
        _ faults: inout [FieldError]
    ) -> Rule? {
        let type = CELType(schema, isRoot: isRoot) ?? .dyn
        let old = rule.optionalOldSelf == true ? CELType.optional(type) : type
        let checker = CELChecker(names: ["self": type, "oldSelf": old])
        func compiled(_ text: String, _ wanted: CELType, _ field: String, _ shown: String) -> CELExpression? {
            do throws(CELError) {
                let expression = try CELParser.parse(text)
                let result = try checker.check(expression)
                if result == wanted || result == .dyn { return expression }
                let message =
                    wanted == .bool
                    ? "cel expression must evaluate to a bool" : "messageExpression must evaluate to a string"
                faults.append(FieldError(.invalid, "\(path).\(field)", shown: shown, message))
            } catch {
                let message = "\(field == "rule" ? "" : field + " ")compilation failed: \(error.report(in: text))"
                faults.append(FieldError(.invalid, "\(path).\(field)", shown: shown, message))
            }
            return nil
        }
        guard let condition = compiled(rule.rule, .bool, "rule", rule.shown) else { return nil }
        var message: CELExpression?
        if let text = rule.messageExpression {
            message = compiled(text, .string, "messageExpression", rule.shown)
            if message == nil { return nil }
        }
        let usesOld = condition.mentions("oldSelf")
        if usesOld, !correlatable {
            faults.append(
                FieldError(
                    .invalid, "\(path).rule", shown: JSONValue.string(rule.rule).text(),
                    "oldSelf cannot be used on the uncorrelatable portion of the schema"))
        }
        if let reason = rule.reason, rule.kind == nil {
            faults.append(
                .notSupported(
                    "\(path).reason", .string(reason),
                    ["FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired", "FieldValueDuplicate"]))
        }
        if let field = rule.fieldPath, schema.schema(atFieldPath: field) == nil {
            faults.append(
                .invalid(
                    "\(path).fieldPath", .string(field),
                    "fieldPath must be a valid path: does not refer to a valid field"))
        }
        return Rule(source: rule, condition: condition, message: message, usesOld: usesOld)
    }

    // MARK: Evaluation

    /// What the rules refuse.
    func faults(_ object: JSONValue, old: JSONValue?) -> [FieldError] {
        var errors: [FieldError] = []
        if let root { Self.run(root, object, old, path: "", &errors) }
        return errors
    }

    private static func run(
        _ node: Node, _ value: JSONValue, _ old: JSONValue?, path: String, _ errors: inout [FieldError]
    ) {
        if value.isNull { return }
        if !node.rules.isEmpty {
            let current = CELValue(value, node.schema)
            let before = old.map { CELValue($0, node.schema) }
            for rule in node.rules {
                if rule.usesOld, before == nil, rule.source.optionalOldSelf != true { continue }
                // What did not change is not refused again.
                if !rule.usesOld, old == value { continue }
                if let error = run(rule, current, before, value, path) { errors.append(error) }
            }
        }
        switch value {
        case .object(let members):
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                let place = path.isEmpty ? name : "\(path).\(name)"
                if let inner = node.properties[name] {
                    run(inner, member, old?[name], path: place, &errors)
                } else if let inner = node.values, node.schema.properties[name] == nil {
                    run(inner, member, old?[name], path: "\(path)[\(name)]", &errors)
                }
            }
        case .array(let elements):
            guard let inner = node.items else { return }
            let before = StructuralValidation.correlated(old, node.schema)
            for (index, element) in elements.enumerated() {
                let step = TypedValue.step(to: element, in: node.schema)
                run(inner, element, before[step], path: "\(path)[\(index)]", &errors)
            }
        default: break
        }
    }

    private static func run(
        _ rule: Rule, _ value: CELValue, _ old: CELValue?, _ json: JSONValue, _ path: String
    ) -> FieldError? {
        let wrapped: CELValue = rule.source.optionalOldSelf == true ? .optional(old.map { [$0] } ?? []) : old ?? .null
        let evaluator = CELEvaluator(values: ["self": value, "oldSelf": wrapped])
        let field = path + (rule.source.fieldPath ?? "")
        let place = path.isEmpty && field.hasPrefix(".") ? String(field.dropFirst()) : field
        let text = rule.source.rule.trimmed()
        do throws(CELError) {
            if try evaluator.evaluate(rule.condition) == .bool(true) { return nil }
        } catch {
            return FieldError(
                .invalid, place.isEmpty ? "<nil>" : place, shown: shown(json),
                "\(error.message) evaluating rule: \(rule.source.message ?? text)")
        }
        var message = rule.source.message ?? "failed rule: \(text)"
        if let expression = rule.message, case .string(let computed)? = try? evaluator.evaluate(expression),
            !computed.trimmed().isEmpty, !computed.contains("\n")
        {
            message = computed
        }
        let kind = rule.source.kind ?? .invalid
        return FieldError(
            kind, place.isEmpty ? "<nil>" : place, shown: kind == .invalid || kind == .duplicate ? shown(json) : nil,
            message)
    }

    /// Messages show scalars only.
    private static func shown(_ value: JSONValue) -> String? {
        switch value {
        case .object, .array: nil
        default: value.text()
        }
    }
}

extension ValidationRule {
    /// The kind of error of its `reason`; `nil` for one that there is not.
    var kind: FieldError.Kind? {
        guard let reason else { return .invalid }
        return [.invalid, .forbidden, .required, .duplicate].first { $0.rawValue == reason }
    }

    /// The rule as messages show it.
    fileprivate var shown: String {
        func text(_ value: String?) -> String { JSONValue.string(value ?? "").text() }
        return "{\"Rule\":\(text(rule)),\"Message\":\(text(message)),\"MessageExpression\":\(text(messageExpression)),"
            + "\"Reason\":\(reason.map { text($0) } ?? "null"),\"FieldPath\":\(text(fieldPath)),"
            + "\"OptionalOldSelf\":\(optionalOldSelf.map { String($0) } ?? "null")}"
    }
}

extension Schema {
    /// The schema a rule's `fieldPath` (`.spec.name`, `.tags['a']`) names.
    fileprivate func schema(atFieldPath text: String) -> Schema? {
        guard text.hasPrefix("."), let keys = JSONPath(text)?.keys else { return nil }
        return keys.reduce(self as Schema?) { $0?.member($1) }
    }
}

extension String {
    fileprivate func trimmed() -> String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
