import KubernetesClient

/// The validation of a custom object against its schema, in Kubernetes' words.
struct StructuralValidation {
    /// What messages leave out at the front of a path (`status.` for writes to the status subresource).
    var hiddenPrefix = ""
    private(set) var errors: [FieldError] = []

    init(hiddenPrefix: String = "") { self.hiddenPrefix = hiddenPrefix }

    /// - Parameter old: the stored value; what did not change since is not refused again.
    mutating func validate(_ value: JSONValue, _ schema: Schema, path: String, old: JSONValue? = nil) {
        if let old, old == value { return }
        if value.isNull, schema.nullable { return }
        guard matchesType(value, schema, path) else { return }
        let bounds = schema.bounds
        if let allowed = bounds.enumeration, !allowed.contains(value) {
            errors.append(
                .notSupported(path, value, allowed.map { $0.stringValue ?? $0.text() }))
        }
        switch value {
        case .string(let text): validateString(text, schema, path)
        case .integer, .number: validateNumber(value, bounds, path)
        case .array(let elements): validateArray(elements, schema, path, old)
        case .object(let members): validateObject(members, schema, path, old)
        default: break
        }
        validateCombinations(value, bounds, path)
    }

    private func inBody(_ path: String, _ rest: String) -> String {
        let shown = path.hasPrefix(hiddenPrefix) ? String(path.dropFirst(hiddenPrefix.count)) : path
        return "\(shown) in body \(rest)"
    }

    private mutating func invalid(_ path: String, _ value: JSONValue, _ rest: String) {
        errors.append(.invalid(path, value, inBody(path, rest)))
    }

    private mutating func matchesType(_ value: JSONValue, _ schema: Schema, _ path: String) -> Bool {
        let found: String
        switch (schema.kind, value) {
        case (.any, _), (.object, .object), (.array, .array), (.string, .string), (.boolean, .bool),
            (.integer, .integer), (.number, .integer), (.number, .number), (.intOrString, .integer),
            (.intOrString, .string):
            return true
        case (.integer, .number(let number)) where number.rounded() == number: return true
        case (_, .integer): found = "integer"
        case (_, .number): found = "number"
        case (_, .bool): found = "boolean"
        default: found = value.kindName
        }
        if schema.kind == .integer, found == "number" {
            errors.append(
                .invalid("<nil>", "", "Checked value must be of type integer (default format) in \(path)"))
        }
        let wanted = schema.kind == .intOrString ? "integer,string" : schema.kind.rawValue
        errors.append(
            FieldError(
                .typeInvalid, path, shown: "\"\(found)\"", inBody(path, "must be of type \(wanted): \"\(found)\"")))
        return false
    }

    private mutating func validateString(_ text: String, _ schema: Schema, _ path: String) {
        let bounds = schema.bounds
        if let maximum = bounds.maxLength, text.unicodeScalars.count > maximum {
            errors.append(.tooLong(path, maximum: maximum))
        }
        if let minimum = bounds.minLength, text.unicodeScalars.count < minimum {
            invalid(path, .string(text), "should be at least \(minimum) chars long")
        }
        if let pattern = bounds.pattern, !Pattern.matches(text, pattern) {
            invalid(path, .string(text), "should match '\(pattern)'")
        }
        if let format = schema.format, !StringFormat.isValid(text, format) {
            let shown = JSONValue.string(text).text()
            errors.append(
                FieldError(.typeInvalid, path, shown: shown, inBody(path, "must be of type \(format): \(shown)")))
        }
    }

    private mutating func validateNumber(_ value: JSONValue, _ bounds: Schema.Bounds, _ path: String) {
        guard let number = value.doubleValue else { return }
        if let maximum = bounds.maximum {
            let limit = JSONValue.number(maximum).text()
            if bounds.exclusiveMaximum, number >= maximum {
                invalid(path, value, "should be less than \(limit)")
            } else if number > maximum {
                invalid(path, value, "should be less than or equal to \(limit)")
            }
        }
        if let minimum = bounds.minimum {
            let limit = JSONValue.number(minimum).text()
            if bounds.exclusiveMinimum, number <= minimum {
                invalid(path, value, "should be greater than \(limit)")
            } else if number < minimum {
                invalid(path, value, "should be greater than or equal to \(limit)")
            }
        }
        if let factor = bounds.multipleOf, factor != 0, (number / factor).rounded() != number / factor {
            invalid(path, value, "should be a multiple of \(JSONValue.number(factor).text())")
        }
    }

    private mutating func validateArray(
        _ elements: [JSONValue], _ schema: Schema, _ path: String, _ old: JSONValue?
    ) {
        if let maximum = schema.bounds.maxItems, elements.count > maximum {
            errors.append(.tooMany(path, elements.count, maximum: maximum))
        }
        if let minimum = schema.bounds.minItems, elements.count < minimum {
            invalid(path, JSONValue(elements.count), "should have at least \(minimum) items")
        }
        let before = Self.correlated(old, schema)
        var seen: Set<FieldSet.Step> = []
        for (index, element) in elements.enumerated() {
            let step = TypedValue.step(to: element, in: schema)
            if let items = schema.items {
                validate(element, items, path: "\(path)[\(index)]", old: before[step])
            }
            guard schema.listType != .atomic, !seen.insert(step).inserted else { continue }
            switch step {
            case .key(let keys): errors.append(.duplicate("\(path)[\(index)]", .object(keys)))
            default: errors.append(.duplicate("\(path)[\(index)]", element))
            }
        }
    }

    /// The elements of the stored list by key, where the list has keys.
    static func correlated(_ old: JSONValue?, _ schema: Schema) -> [FieldSet.Step: JSONValue] {
        guard case .map = schema.listType, let elements = old?.arrayValue else { return [:] }
        return Dictionary(
            elements.map { (TypedValue.step(to: $0, in: schema), $0) }, uniquingKeysWith: { first, _ in first })
    }

    private mutating func validateObject(
        _ members: [String: JSONValue], _ schema: Schema, _ path: String, _ old: JSONValue?
    ) {
        if let maximum = schema.bounds.maxProperties, members.count > maximum {
            errors.append(.tooMany(path, members.count, maximum: maximum))
        }
        if let minimum = schema.bounds.minProperties, members.count < minimum {
            invalid(path, JSONValue(members.count), "should have at least \(minimum) properties")
        }
        for name in schema.required where members[name] == nil {
            errors.append(.required(path.isEmpty ? name : "\(path).\(name)"))
        }
        if schema.embeddedResource {
            for name in ["apiVersion", "kind"] where (members[name]?.stringValue ?? "").isEmpty {
                errors.append(.required("\(path).\(name)", "must not be empty"))
            }
        }
        for (name, member) in members {
            guard let inner = schema.member(name) else { continue }
            validate(member, inner, path: path.isEmpty ? name : "\(path).\(name)", old: old?[name])
        }
    }

    private mutating func validateCombinations(_ value: JSONValue, _ bounds: Schema.Bounds, _ path: String) {
        func faults(_ schema: Schema) -> [FieldError] {
            var inner = StructuralValidation(hiddenPrefix: hiddenPrefix)
            inner.validate(value, schema, path: path)
            return inner.errors
        }
        for schema in bounds.allOf { errors += faults(schema) }
        let alternatives = bounds.anyOf.map(faults)
        if !alternatives.isEmpty, !alternatives.contains(where: \.isEmpty) {
            invalid(path, "", "must validate at least one schema (anyOf)")
            errors += alternatives.min { $0.count < $1.count } ?? []
        }
        let choices = bounds.oneOf.map(faults)
        let valid = choices.filter(\.isEmpty).count
        if !choices.isEmpty, valid != 1 {
            let found = valid == 0 ? "Found none valid" : "Found \(valid) valid alternatives"
            invalid(path, "", "must validate one and only one schema (oneOf). \(found)")
            if valid == 0 { errors += choices.min { $0.count < $1.count } ?? [] }
        }
        if let not = bounds.not, faults(not).isEmpty { invalid(path, "", "must not validate the schema (not)") }
    }
}
