/// An expression that has been found good.
struct CELProgram: Sendable {
    var expression: CELExpression
    /// By the expressions' identities.
    var types: [Int: CELType]
    /// The overloads that a call may turn out to be.
    var overloads: [Int: [CELOverload]]

    var type: CELType { types[expression.id] ?? .dyn }
}

/// Finds the types of an expression, and refuses what has none.
struct CELChecker {
    private var names: [String: CELType]
    private var mapping = CELTypeMapping()
    private var types: [Int: CELType] = [:]
    private var overloads: [Int: [CELOverload]] = [:]
    private var errors: [CELError] = []

    private static let typeNames: [String: CELType] = [
        "int": .int, "uint": .uint, "double": .double, "bool": .bool, "string": .string, "bytes": .bytes,
        "list": .list(.dyn), "map": .map(.dyn, .dyn), "null_type": .null, "type": .type(nil), "dyn": .dyn,
        "optional_type": .optional(.dyn), "google.protobuf.Timestamp": .timestamp,
        "google.protobuf.Duration": .duration, "net.IP": .ip, "net.CIDR": .cidr, "kubernetes.URL": .url,
        "kubernetes.Quantity": .quantity, "kubernetes.Semver": .semver, "kubernetes.NamedFormat": .format,
    ]

    /// Parses and checks.
    static func compile(_ text: String, names: [String: CELType]) throws(CELFaults) -> CELProgram {
        var checker = CELChecker(names: names)
        let expression = checker.check(try CELParser.parse(text))
        let types = checker.types.mapValues { checker.mapping.resolved($0, final: true) }
        guard checker.errors.isEmpty else { throw CELFaults(errors: checker.errors) }
        let program = CELProgram(expression: expression, types: types, overloads: checker.overloads)
        let literals = CELLiterals(program: program).faults
        guard literals.isEmpty else { throw CELFaults(errors: literals) }
        if let fault = Self.constantFault(expression) { throw CELFaults(program: fault) }
        return program
    }

    /// Conversions and patterns of literals are computed once; one that cannot be is no program.
    private static func constantFault(_ expression: CELExpression) -> String? {
        for child in expression.node.children { if let fault = constantFault(child) { return fault } }
        guard case .call(let name, let target, let arguments) = expression.node else { return nil }
        if name == "find" || name == "findAll", case .literal(.string(let pattern))? = arguments.first?.node {
            return Pattern.fault(pattern)
        }
        guard target == nil, arguments.count == 1, case .literal = arguments[0].node,
            ["int", "uint", "double", "bool", "string", "bytes", "duration", "timestamp"].contains(name)
        else { return nil }
        do throws(CELError) {
            _ = try CELEvaluator(values: [:]).evaluate(expression)
            return nil
        } catch {
            return error.message
        }
    }

    private init(names: [String: CELType]) { self.names = names }

    private func type(_ expression: CELExpression) -> CELType { types[expression.id] ?? .error }

    private mutating func fail(_ message: String, _ expression: CELExpression) {
        errors.append(CELError(message, at: expression.offset))
    }

    /// The expression, with names of libraries put in for what looked like fields and methods.
    private mutating func check(_ expression: CELExpression) -> CELExpression {
        func same(_ node: CELExpression.Node) -> CELExpression {
            CELExpression(id: expression.id, offset: expression.offset, node: node)
        }
        switch expression.node {
        case .literal(let value):
            types[expression.id] = value.staticType
            return expression
        case .name(let name):
            let plain = name.hasPrefix(".") ? String(name.dropFirst()) : name
            if let type = names[plain] {
                types[expression.id] = type
            } else if let type = Self.typeNames[plain] {
                types[expression.id] = .type(type)
            } else {
                types[expression.id] = .error
                fail("undeclared reference to '\(plain)' (in container '')", expression)
            }
            return same(.name(plain))
        case .select(let operand, let field, let isTest):
            if !isTest, let name = expression.qualifiedName, let type = Self.typeNames[name] {
                types[expression.id] = .type(type)
                return same(.name(name))
            }
            let operand = check(operand)
            let found = select(operand, field, expression, optional: false)
            types[expression.id] = isTest ? .bool : mapping.resolved(found)
            return same(.select(operand, field, isTest: isTest))
        case .call(let name, let target, let arguments): return call(expression, name, target, arguments)
        case .list(let elements, let optional):
            var checked: [CELExpression] = []
            var element: CELType?
            for (index, item) in elements.enumerated() {
                checked.append(check(item))
                element = joined(element, memberType(checked[index], optional.contains(index)))
            }
            types[expression.id] = .list(element ?? mapping.variable())
            return same(.list(checked, optional: optional))
        case .map(let entries):
            var checked: [CELExpression.Entry] = []
            var (key, value): (CELType?, CELType?)
            for entry in entries {
                var entry = entry
                entry.key = check(entry.key)
                key = joined(key, type(entry.key))
                entry.value = check(entry.value)
                value = joined(value, memberType(entry.value, entry.isOptional))
                checked.append(entry)
            }
            types[expression.id] = .map(key ?? mapping.variable(), value ?? mapping.variable())
            return same(.map(checked))
        case .fold(let fold): return same(.fold(check(fold, expression)))
        }
    }

    private mutating func memberType(_ expression: CELExpression, _ isOptional: Bool) -> CELType {
        let found = type(expression)
        guard isOptional else { return found }
        if let wrapped = found.wrapped { return wrapped }
        if found != .dyn { mismatch(.optional(found), found, expression) }
        return found
    }

    private mutating func joined(_ previous: CELType?, _ next: CELType) -> CELType {
        guard let previous else { return next }
        if mapping.assign(previous, to: next) { return CELTypeMapping.general(previous, next) }
        return .dyn
    }

    private mutating func mismatch(_ expected: CELType, _ found: CELType, _ expression: CELExpression) {
        fail("expected type '\(expected.description)' but found '\(found.description)'", expression)
    }

    // MARK: Fields

    private mutating func select(
        _ operand: CELExpression, _ field: String, _ expression: CELExpression, optional: Bool
    ) -> CELType {
        let whole = mapping.resolved(type(operand))
        let target = whole.wrapped ?? whole
        var result = CELType.error
        switch target {
        case .map(_, let value): result = value
        case .object(let object):
            if let type = object.fields[field] {
                result = type
            } else {
                fail("undefined field '\(field)'", expression)
            }
        case .variable:
            _ = mapping.assign(.dyn, to: target)
            result = .dyn
        default:
            if !target.isDynOrError {
                fail("type '\(target.description)' does not support field selection", expression)
            }
            result = .dyn
        }
        return whole.wrapped != nil || optional ? .optional(result) : result
    }

    // MARK: Calls

    private mutating func call(
        _ expression: CELExpression, _ name: String, _ target: CELExpression?, _ arguments: [CELExpression]
    ) -> CELExpression {
        func same(_ node: CELExpression.Node) -> CELExpression {
            CELExpression(id: expression.id, offset: expression.offset, node: node)
        }
        if name == "_?._", case .literal(.string(let field)) = arguments[1].node {
            let operand = check(arguments[0])
            let found = select(operand, field, expression, optional: true)
            types[expression.id] = mapping.resolved(found)
            return same(.call(name, target: nil, [operand, arguments[1]]))
        }
        var checked: [CELExpression] = []
        for argument in arguments { checked.append(check(argument)) }
        var receiver: CELExpression?
        var function = name.hasPrefix(".") ? String(name.dropFirst()) : name
        if let target {
            if let prefix = target.qualifiedName, CELFunctions.overloads["\(prefix).\(name)"] != nil {
                function = "\(prefix).\(name)"
            } else {
                receiver = check(target)
            }
        }
        resolve(function, receiver, checked, expression)
        return same(.call(function, target: receiver, checked))
    }

    private mutating func resolve(
        _ name: String, _ target: CELExpression?, _ arguments: [CELExpression], _ expression: CELExpression
    ) {
        types[expression.id] = .error
        guard let candidates = CELFunctions.overloads[name] else {
            return fail("undeclared reference to '\(name)' (in container '')", expression)
        }
        let operands = (target.map { [$0] } ?? []) + arguments
        let given = operands.map(type)
        if name == "_&&_" || name == "_||_" {
            var isFine = true
            for operand in operands where !mapping.assign(type(operand), to: .bool) {
                mismatch(.bool, type(operand), operand)
                isFine = false
            }
            if isFine { types[expression.id] = .bool }
            overloads[expression.id] = candidates
            return
        }
        var result: CELType?
        for candidate in candidates where candidate.isMethod == (target != nil) {
            let types = mapping.instance(of: [candidate.result] + candidate.parameters)
            guard mapping.assign(given, to: Array(types.dropFirst())) else { continue }
            overloads[expression.id, default: []].append(candidate)
            let found = mapping.resolved(types[0])
            if let known = result {
                if known != .dyn, known != found { result = .dyn }
            } else {
                result = found
            }
        }
        if let result {
            types[expression.id] = result
            return
        }
        let shown = given.map { mapping.resolved($0, final: true).description }
        let list = shown.dropFirst(target == nil ? 0 : 1).joined(separator: ", ")
        let applied = target == nil ? "(\(list))" : "\(shown[0]).(\(list))"
        fail("found no matching overload for '\(name)' applied to '\(applied)'", expression)
    }

    // MARK: Folds

    private mutating func check(_ fold: CELExpression.Fold, _ expression: CELExpression) -> CELExpression.Fold {
        var fold = fold
        fold.range = check(fold.range)
        fold.start = check(fold.start)
        let range = mapping.resolved(type(fold.range))
        let outer = names
        let accumulated = type(fold.start)
        names[fold.accumulator] = accumulated
        let inner = names
        var (first, second): (CELType, CELType)
        switch range {
        case .list(let element): (first, second) = fold.second == nil ? (element, .error) : (.int, element)
        case .map(let key, let value): (first, second) = (key, value)
        case .dyn, .error, .variable:
            _ = mapping.assign(.dyn, to: range)
            (first, second) = (.dyn, .dyn)
        default:
            fail(
                "expression of type '\(range.description)' cannot be range of a comprehension (must be list, map, or "
                    + "dynamic)", fold.range)
            (first, second) = (.error, .error)
        }
        names[fold.variable] = first
        if let name = fold.second { names[name] = second }
        fold.condition = check(fold.condition)
        if !mapping.assign(.bool, to: type(fold.condition)) { mismatch(.bool, type(fold.condition), fold.condition) }
        fold.step = check(fold.step)
        if !mapping.assign(accumulated, to: type(fold.step)) { mismatch(accumulated, type(fold.step), fold.step) }
        names = inner
        fold.result = check(fold.result)
        names = outer
        types[expression.id] = mapping.resolved(type(fold.result))
        return fold
    }
}

extension CELExpression {
    /// `a.b.c`, where it is nothing but names.
    fileprivate var qualifiedName: String? {
        switch node {
        case .name(let name): name.hasPrefix(".") ? String(name.dropFirst()) : name
        case .select(let operand, let field, isTest: false): operand.qualifiedName.map { "\($0).\(field)" }
        default: nil
        }
    }
}
