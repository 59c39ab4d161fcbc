import KubernetesClient

/// Everything wrong with the schema of a definition: its structure, its defaults, its keywords, and its CEL rules with
/// what they would cost.
struct SchemaDefinitionValidation {
    /// Whether the schema was there before: what it costs is not held against it again.
    let isUnchanged: Bool
    private var checksRules = true
    private var totalCost: UInt64 = 0
    private var expensive: [(path: String, cost: UInt64)] = []

    private static let ruleLimit: UInt64 = 10_000_000
    private static let totalLimit: UInt64 = 100_000_000

    private struct Context {
        var isRoot = false
        var isInMetadata = false
        var forbidsDefaults: String?
        /// The list or map whose elements have no counterparts in the stored object.
        var uncorrelated: String?
        /// How often the place can be there at most; `nil` when nothing bounds it.
        var cardinality: UInt64? = 1
        /// Rules in alternatives are refused elsewhere.
        var checksRules = true
    }

    private struct Faults {
        var schema: [FieldError] = []
        var rules: [FieldError] = []

        mutating func add(_ other: Faults) {
            schema += other.schema
            rules += other.rules
        }
    }

    static func faults(_ source: JSONValue, _ path: String, hasStatus: Bool, isUnchanged: Bool) -> [FieldError] {
        var validation = SchemaDefinitionValidation(isUnchanged: isUnchanged)
        return validation.all(source, path, hasStatus: hasStatus)
    }

    private init(isUnchanged: Bool) { self.isUnchanged = isUnchanged }

    private mutating func all(_ source: JSONValue, _ path: String, hasStatus: Bool) -> [FieldError] {
        var errors = hasStatus ? Self.rootFaults(source, path) : []
        if source["nullable"] == true {
            errors.append(.forbidden("\(path).nullable", "nullable cannot be true at the root"))
        }
        var structure = StructuralSchema.faults(source, path)
        if structure.isEmpty { structure = DefaultValidation.faults(source, path) }
        errors += structure
        checksRules = structure.isEmpty
        let faults = validate(source, path, Context(isRoot: true))
        errors += faults.schema + faults.rules
        guard checksRules, totalCost > Self.totalLimit else { return errors }
        errors += expensive.sorted { $0.cost > $1.cost }.prefix(4).map {
            .forbidden(
                $0.path, "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema")
        }
        let name = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema"
        return errors + [.forbidden(path, Self.costFault(name, totalCost, Self.totalLimit))]
    }

    /// Where status is a subresource, its schema is taken out of the whole: nothing may depend on both.
    private static func rootFaults(_ source: JSONValue, _ path: String) -> [FieldError] {
        let allowed: Set<String> = [
            "description", "type", "format", "title", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum",
            "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "multipleOf", "required",
            "items", "properties", "externalDocs", "example", "x-kubernetes-preserve-unknown-fields",
            "x-kubernetes-validations",
        ]
        let type = source["type"] ?? ""
        if type != "object", type != "" {
            return [
                .invalid(
                    "\(path).type", type,
                    "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled"
                )
            ]
        }
        let isClean = (source.objectValue ?? [:]).allSatisfy { allowed.contains($0.key) || $0.value == false }
        if isClean { return [] }
        let names =
            "[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern "
            + "MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example "
            + "XPreserveUnknownFields XValidations]"
        return [
            FieldError(
                .invalid, path, shown: InternalNames.schema(source),
                "only \(names) fields are allowed at the root of the schema if the status subresource is enabled")
        ]
    }

    static func costFault(_ name: String, _ cost: UInt64, _ limit: UInt64) -> String {
        let factor = Double(cost) / Double(limit)
        let shown = factor > 100 ? "more than 100" : factor < 1.5 ? fixed(factor, 6) : fixed(factor, 1)
        return "\(name) exceeds budget by factor of \(shown)x (try simplifying the rule, or adding maxItems, "
            + "maxProperties, and maxLength where arrays, maps, and strings are declared)"
    }

    private static func fixed(_ number: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let text = String(Int((number * scale).rounded(.toNearestOrEven)))
        return "\(text.dropLast(digits)).\(text.suffix(digits))"
    }

    // MARK: The walk

    private mutating func validate(_ source: JSONValue, _ path: String, _ context: Context) -> Faults {
        var faults = Faults(schema: SchemaKeywords.faults(source, path))
        if source["default"].map({ !$0.isNull }) == true, let reason = context.forbidsDefaults {
            faults.schema.append(.forbidden("\(path).default", "must not be set \(reason)"))
        }
        if context.isInMetadata, source["x-kubernetes-embedded-resource"] == true {
            faults.schema.append(
                .forbidden("\(path).x-kubernetes-embedded-resource", "must not be used inside of resource meta"))
        }
        var inner = context
        inner.isRoot = false
        inner.cardinality = Self.cardinality(source, context.cardinality)
        if let values = source["additionalProperties"], values.objectValue != nil {
            var context = inner
            if context.isInMetadata {
                context.forbidsDefaults = "inside additionalProperties applying to object metadata"
            }
            faults.add(validate(values, "\(path).additionalProperties", context))
        }
        let isResource = context.isRoot || source["x-kubernetes-embedded-resource"] == true
        for (name, property) in source["properties"]?.objectValue ?? [:] {
            var context = inner
            if isResource, ["metadata", "kind", "apiVersion"].contains(name) {
                context.isInMetadata = true
                if !inner.isInMetadata, self.isTopLevel(path) { context.forbidsDefaults = "in top-level \(name)" }
            }
            faults.add(validate(property, "\(path).properties[\(name)]", context))
        }
        if let items = source["items"] {
            var context = inner
            if source["x-kubernetes-list-type"] != "map" { context.uncorrelated = context.uncorrelated ?? path }
            if let list = items.arrayValue {
                for (index, item) in list.enumerated() {
                    faults.add(validate(item, "\(path).items[\(index)]", context))
                }
            } else {
                faults.add(validate(items, "\(path).items", context))
            }
        }
        inner.checksRules = false
        if let not = source["not"] { faults.add(validate(not, "\(path).not", inner)) }
        for name in ["allOf", "oneOf", "anyOf"] {
            for (index, part) in (source[name]?.arrayValue ?? []).enumerated() {
                faults.add(validate(part, "\(path).\(name)[\(index)]", inner))
            }
        }
        let rules = source["x-kubernetes-validations"]?.arrayValue ?? []
        for (index, rule) in rules.enumerated() {
            faults.schema += RuleKeywords.faults(rule, source, "\(path).x-kubernetes-validations[\(index)]")
        }
        if !rules.isEmpty, faults.schema.isEmpty, checksRules, context.checksRules {
            faults.rules += ruleFaults(source, path, context)
        }
        return faults
    }

    private func isTopLevel(_ path: String) -> Bool { path.hasSuffix("openAPIV3Schema") }

    private static func cardinality(_ source: JSONValue, _ own: UInt64?) -> UInt64? {
        guard let own else { return nil }
        func limited(_ field: String) -> UInt64? {
            source[field]?.integerValue.map { CELSize.product(own, UInt64(max(0, $0))) }
        }
        switch source["type"] {
        case "array": return limited("maxItems")
        case "object": return source["additionalProperties"] == nil ? own : limited("maxProperties")
        default: return own
        }
    }

    // MARK: Rules

    private mutating func ruleFaults(_ source: JSONValue, _ path: String, _ context: Context) -> [FieldError] {
        let schema = OpenAPISchemaReader.read(source)
        let here = "\(path).x-kubernetes-validations"
        guard let type = CELDeclaredType.make(schema, isRoot: context.isRoot, name: "selfType") else {
            return [
                FieldError(
                    .internalError, here,
                    "internal error: failed to construct type information for x-kubernetes-validations rules: unable "
                        + "to convert structural schema to CEL declarations")
            ]
        }
        let times = context.cardinality ?? type.maximumCardinality
        var errors: [FieldError] = []
        for (index, rule) in schema.validations.enumerated() {
            let place = "\(here)[\(index)]"
            let program = compiled(rule.rule, .bool, rule, type, "\(place).rule", &errors)
            if let isOptional = rule.optionalOldSelf, program?.expression.mentions("oldSelf") != true {
                errors.append(
                    .invalid(
                        "\(place).optionalOldSelf", .bool(isOptional), "may not be set if oldSelf is not used in rule"))
            }
            guard let program else { continue }
            let cost = CELSize.product(CELCost.estimate(program, type).high, times)
            observe("estimated rule cost", cost, "\(place).rule", &errors)
            if let text = rule.messageExpression, !text.isEmpty,
                let message = compiled(text, .string, rule, type, "\(place).messageExpression", &errors)
            {
                let cost = CELCost.estimate(message, type).high
                observe("estimated messageExpression cost", cost, "\(place).messageExpression", &errors)
            }
            if let uncorrelated = context.uncorrelated, program.expression.mentions("oldSelf") {
                errors.append(
                    .invalid(
                        "\(place).rule", .string(rule.rule),
                        "oldSelf cannot be used on the uncorrelatable portion of the schema within \(uncorrelated)"))
            }
        }
        return errors
    }

    private func compiled(
        _ text: String, _ wanted: CELType, _ rule: ValidationRule, _ type: CELDeclaredType, _ path: String,
        _ errors: inout [FieldError]
    ) -> CELProgram? {
        do throws(CELFaults) {
            let program = try CompiledRule.compile(text, rule, type)
            if program.type == wanted { return program }
            let message =
                wanted == .bool
                ? "cel expression must evaluate to a bool" : "messageExpression must evaluate to a string"
            errors.append(FieldError(.invalid, path, shown: rule.json, message))
        } catch {
            let prefix = wanted == .bool ? "" : "messageExpression "
            errors.append(
                FieldError(.invalid, path, shown: rule.json, error.report(in: text, subject: prefix)))
        }
        return nil
    }

    private mutating func observe(_ name: String, _ cost: UInt64, _ path: String, _ errors: inout [FieldError]) {
        if !isUnchanged, cost > Self.ruleLimit {
            errors.append(.forbidden(path, Self.costFault(name, cost, Self.ruleLimit)))
        }
        totalCost = (CELSize(totalCost) + CELSize(cost)).high
        if cost >= Self.totalLimit / 100 { expensive.append((path, cost)) }
    }
}
