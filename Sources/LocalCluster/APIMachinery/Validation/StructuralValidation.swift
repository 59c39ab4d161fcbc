import KubernetesClient

/// The validation of a custom object against its schema, in Kubernetes' words.
///
/// What is found is told about paths below `root`: the errors' fields have it in front, their sentences do not (an error
/// of a write to `/status` has the field `status.phase` and reads `phase in body …`).
struct StructuralValidation {
    /// Where the validated value stands: `""` for an object, else `status` or the place of a default.
    let root: String

    /// What is wrong with a value. On an update (`old`) what did not change since is not refused again: list elements are
    /// compared by key where the list has keys, other lists as a whole.
    static func faults(_ value: JSONValue, _ schema: Schema, root: String = "", old: JSONValue? = nil) -> [FieldError] {
        StructuralValidation(root: root).check(value, schema, "", old).errors
    }

    /// Errors, and how many checks had something to check: of several alternatives that fail, the one that fits best is
    /// told.
    struct Outcome {
        var errors: [FieldError] = []
        var matches = 0

        mutating func add(_ error: FieldError) {
            if !errors.contains(error) { errors.append(error) }
        }

        mutating func merge(_ other: Outcome) {
            other.errors.forEach { add($0) }
            matches += other.matches
        }
    }

    private func check(_ value: JSONValue, _ schema: Schema, _ path: String, _ old: JSONValue?) -> Outcome {
        var outcome = valueOutcome(value, schema, path, old)
        if let old, old == value { outcome.errors = [] }
        return outcome
    }

    private func valueOutcome(_ value: JSONValue, _ schema: Schema, _ path: String, _ old: JSONValue?) -> Outcome {
        var outcome = Outcome()
        let types = schema.types
        let format = schema.checkedFormat
        if !types.isEmpty || format != nil || value.isNull {
            if let found = mismatch(value, types, format, nullable: schema.nullable) {
                outcome.add(invalidType(path, found.wanted, found.value))
            } else {
                outcome.matches += 1
            }
            if !value.isNull { outcome.matches += 1 }
        }
        defer { if !value.isNull { outcome.matches += 2 } }
        checkEnumeration(value, schema.bounds.enumeration, path, &outcome)
        if value.isNull { return outcome }
        checkCombinations(value, schema.bounds, path, old, &outcome)
        outcome.matches += 2
        switch value {
        case .string(let text):
            checkString(text, schema.bounds, format, path, &outcome)
            outcome.matches += format == nil ? 1 : 2
        case .integer, .number:
            checkNumber(value, schema, path, &outcome)
            outcome.matches += 2
        case .array(let elements):
            checkArray(elements, schema, path, old, &outcome)
            outcome.matches += 2
        case .object(let members):
            checkObject(members, schema, path, old, &outcome)
            outcome.matches += 1
        default: break
        }
        return outcome
    }

    // MARK: Errors

    func field(_ path: String) -> String {
        let below = path.hasPrefix(".") ? String(path.dropFirst()) : path
        let field = root.isEmpty ? below : below.isEmpty ? root : "\(root).\(below)"
        return field.isEmpty ? "<nil>" : field
    }

    func invalid(_ path: String, _ value: JSONValue, _ rest: String) -> FieldError {
        .invalid(field(path), value, "\(path) in body \(rest)")
    }

    func invalidType(_ path: String, _ wanted: String, _ found: String) -> FieldError {
        let shown = JSONValue.string(found).text()
        return FieldError(
            .typeInvalid, field(path), shown: shown, "\(path) in body must be of type \(wanted): \(shown)")
    }

    /// Errors about the object as a whole have no field of their own.
    func unplaced(_ detail: String) -> FieldError {
        .invalid(root.isEmpty ? "<nil>" : root, "", detail)
    }

    // MARK: Types

    private func mismatch(
        _ value: JSONValue, _ types: [String], _ format: String?, nullable: Bool
    ) -> (wanted: String, value: String)? {
        let wanted = types.joined(separator: ",")
        let found: String
        var foundFormat = ""
        switch value {
        case .null: return types.isEmpty || nullable ? nil : (wanted, "null")
        case .bool: found = "boolean"
        case .integer: (found, foundFormat) = ("integer", "int64")
        case .number: (found, foundFormat) = ("number", "float64")
        case .string: found = "string"
        case .array: found = "array"
        case .object: found = "object"
        }
        var fits = types.contains(found) || found == "integer" && types.contains("number")
        if case .number(let number) = value, types.contains("integer"), number.isWhole { fits = true }
        if let format {
            let isText = found == "string" || found == "array"
            if !isText, !fits, format != foundFormat { return (format, foundFormat) }
            // A text's format is checked instead of its type.
            if isText, !types.contains("number"), !types.contains("integer") { return nil }
        }
        return fits ? nil : (wanted, found)
    }

    private func checkEnumeration(
        _ value: JSONValue, _ allowed: [JSONValue]?, _ path: String, _ outcome: inout Outcome
    ) {
        guard let allowed, !allowed.isEmpty else { return }
        let isAllowed = allowed.contains { candidate in
            switch (candidate, value) {
            case (.null, _): false
            case (.number(let candidate), .integer(let value)): candidate == Double(value)
            case (.integer(let candidate), .number(let value)): Int64(exactly: value.rounded(.towardZero)) == candidate
            default: candidate == value
            }
        }
        if !isAllowed {
            let words = allowed.map { $0.stringValue ?? FieldError.escaped($0.text()) }
            outcome.add(.notSupported(field(path), value, words))
        }
    }

    // MARK: Lists and objects

    private func checkArray(
        _ elements: [JSONValue], _ schema: Schema, _ path: String, _ old: JSONValue?, _ outcome: inout Outcome
    ) {
        if let items = schema.items {
            let before = Self.correlated(old, schema)
            for (index, element) in elements.enumerated() {
                outcome.merge(
                    check(element, items, "\(path)[\(index)]", before[TypedValue.step(to: element, in: schema)]))
            }
        }
        if let minimum = schema.bounds.minItems, elements.count < minimum {
            outcome.add(invalid(path, JSONValue(elements.count), "should have at least \(minimum) items"))
        }
        if let maximum = schema.bounds.maxItems, elements.count > maximum {
            outcome.add(.tooMany(field(path), elements.count, maximum: maximum))
        }
    }

    /// The elements of the stored list by key, where the list has keys.
    static func correlated(_ old: JSONValue?, _ schema: Schema) -> [FieldSet.Step: JSONValue] {
        guard case .map = schema.listType, let elements = old?.arrayValue else { return [:] }
        return Dictionary(
            elements.map { (TypedValue.step(to: $0, in: schema), $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func checkObject(
        _ members: [String: JSONValue], _ schema: Schema, _ path: String, _ old: JSONValue?, _ outcome: inout Outcome
    ) {
        if let minimum = schema.bounds.minProperties, members.count < minimum {
            outcome.add(invalid(path, JSONValue(members.count), "should have at least \(minimum) properties"))
        }
        if let maximum = schema.bounds.maxProperties, members.count > maximum {
            outcome.add(.tooMany(field(path), members.count, maximum: maximum))
        }
        for (name, member) in members {
            if let property = schema.properties[name] {
                outcome.merge(check(member, property, path.isEmpty ? name : "\(path).\(name)", old?[name]))
            } else if let values = schema.additionalProperties {
                outcome.merge(check(member, values, "\(path).\(name)", old?[name]))
            } else if schema.forbidsAdditionalProperties {
                outcome.add(.invalid(field(path), .string(name), "\(path).\(name) in body is a forbidden property"))
            }
        }
        for name in schema.required where members[name] == nil { outcome.add(.required(field("\(path).\(name)"))) }
    }

    // MARK: Combinations

    private func checkCombinations(
        _ value: JSONValue, _ bounds: Schema.Bounds, _ path: String, _ old: JSONValue?, _ outcome: inout Outcome
    ) {
        func outcomes(_ schemas: [Schema]) -> [Outcome] { schemas.map { valueOutcome(value, $0, path, old) } }
        func best(_ outcomes: [Outcome]) -> Outcome? {
            outcomes.reduce(nil as Outcome?) { best, next in
                best.map { next.matches > $0.matches ? next : $0 } ?? next
            }
        }
        let shown = JSONValue.string(path).text()
        if !bounds.anyOf.isEmpty {
            let alternatives = outcomes(bounds.anyOf)
            if let valid = alternatives.first(where: \.errors.isEmpty) {
                outcome.merge(valid)
            } else {
                outcome.add(unplaced("\(shown) must validate at least one schema (anyOf)"))
                best(alternatives).map { outcome.merge($0) }
            }
        }
        if !bounds.oneOf.isEmpty {
            let alternatives = outcomes(bounds.oneOf)
            let valid = alternatives.filter(\.errors.isEmpty)
            if valid.count == 1 {
                outcome.merge(valid[0])
            } else {
                let found = valid.isEmpty ? "Found none valid" : "Found \(valid.count) valid alternatives"
                outcome.add(unplaced("\(shown) must validate one and only one schema (oneOf). \(found)"))
                if valid.isEmpty { best(alternatives).map { outcome.merge($0) } }
            }
        }
        if !bounds.allOf.isEmpty {
            let parts = outcomes(bounds.allOf)
            parts.forEach { outcome.merge($0) }
            if parts.contains(where: { !$0.errors.isEmpty }) {
                let none = parts.contains(where: \.errors.isEmpty) ? "" : ". None validated"
                outcome.add(unplaced("\(shown) must validate all the schemas (allOf)\(none)"))
            }
        }
        if let not = bounds.not, valueOutcome(value, not, path, old).errors.isEmpty {
            outcome.add(unplaced("\(shown) must not validate the schema (not)"))
        }
    }
}

extension Schema {
    /// The JSON types its values may have; empty for any.
    fileprivate var types: [String] {
        switch fields.kind {
        case .any: []
        case .intOrString: ["integer", "string"]
        default: [fields.kind.rawValue]
        }
    }

    /// The format, where it is one that values of the type are checked for.
    var checkedFormat: String? {
        guard let format = fields.format, !format.isEmpty else { return nil }
        let isKnown =
            switch fields.kind {
            case .any, .string, .intOrString: StringFormat.isKnown(format)
            case .integer: format == "int32" || format == "int64"
            case .number: format == "float" || format == "double"
            default: false
            }
        return isKnown ? format : nil
    }
}
