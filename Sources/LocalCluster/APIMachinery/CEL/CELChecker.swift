/// Finds the type of an expression, and refuses what has none.
struct CELChecker {
    var names: [String: CELType]

    func check(_ expression: CELExpression) throws(CELError) -> CELType {
        switch expression.node {
        case .literal(let value): return Self.type(of: value)
        case .name(let name):
            if let type = names[name] { return type }
            if ["int", "uint", "double", "bool", "string", "bytes", "list", "map"].contains(name) { return .type }
            throw CELError("undeclared reference to '\(name)' (in container '')", at: expression.offset)
        case .select(let operand, let field, let optional):
            return try select(try check(operand), field, optional, expression.offset)
        case .has(let operand, let field):
            _ = try select(try check(operand), field, false, expression.offset)
            return .bool
        case .index(let operand, let index, let optional):
            let element = try element(try check(operand), try check(index), expression.offset)
            return optional ? .optional(element) : element
        case .list(let elements):
            var type: CELType?
            for element in elements {
                let next = try check(element)
                type = type?.joined(next) ?? next
            }
            return .list(type ?? .dyn)
        case .map(let entries):
            var types: (key: CELType, value: CELType)?
            for entry in entries {
                let (key, value) = (try check(entry.key), try check(entry.value))
                types = types.map { ($0.key.joined(key), $0.value.joined(value)) } ?? (key, value)
            }
            return .map(types?.key ?? .dyn, types?.value ?? .dyn)
        case .and(let left, let right), .or(let left, let right):
            let isAnd = if case .and = expression.node { true } else { false }
            for side in [left, right] {
                let type = try check(side)
                guard CELType.bool.accepts(type) else {
                    throw overload(isAnd ? "_&&_" : "_||_", [try check(left), try check(right)], expression.offset)
                }
            }
            return .bool
        case .conditional(let condition, let yes, let no):
            let types = (try check(condition), try check(yes), try check(no))
            guard CELType.bool.accepts(types.0), types.1.accepts(types.2) || types.1 == .null || types.2 == .null else {
                throw overload("_?_:_", [types.0, types.1, types.2], expression.offset)
            }
            return types.1.joined(types.2)
        case .macro(let macro, let range, let variable, let body, let then):
            return try self.macro(macro, try check(range), variable, body, then, expression.offset)
        case .call(let name, let receiver, let arguments):
            var types: [CELType] = []
            for argument in (receiver.map { [$0] } ?? []) + arguments { types.append(try check(argument)) }
            if let pattern = CELFunctions.literalPattern(name, arguments), !Pattern.isValid(pattern) {
                throw CELError("invalid matches argument", at: expression.offset)
            }
            guard CELFunctions.isKnown(name, isMember: receiver != nil) else {
                throw CELError("undeclared reference to '\(name)' (in container '')", at: expression.offset)
            }
            guard let result = CELFunctions.resultType(name, isMember: receiver != nil, types) else {
                throw overload(
                    receiver == nil ? Self.operatorName(name) : name, types, expression.offset, member: receiver != nil)
            }
            return result
        }
    }

    static func type(of value: CELValue) -> CELType {
        switch value {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        default: .dyn
        }
    }

    private static func operatorName(_ name: String) -> String {
        switch name {
        case "in": "@in"
        case "!": "!_"
        case "-", "+", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=": "_\(name)_"
        default: name
        }
    }

    private func overload(_ name: String, _ types: [CELType], _ offset: Int, member: Bool = false) -> CELError {
        let list = types.map(\.description)
        let applied =
            member
            ? "\(list.first ?? "").(\(list.dropFirst().joined(separator: ", ")))" : "(\(list.joined(separator: ", ")))"
        return CELError("found no matching overload for '\(name)' applied to '\(applied)'", at: offset)
    }

    private func select(
        _ type: CELType, _ field: String, _ optional: Bool, _ offset: Int
    ) throws(CELError) -> CELType {
        let found: CELType
        switch type {
        case .dyn: found = .dyn
        case .object(let members):
            guard let member = members[field] else { throw CELError("undefined field '\(field)'", at: offset) }
            found = member
        case .map(let key, let value) where CELType.string.accepts(key): found = value
        case .optional(let wrapped): return .optional(try select(wrapped, field, false, offset))
        default: throw CELError("type '\(type.description)' does not support field selection", at: offset)
        }
        return optional ? .optional(found) : found
    }

    private func element(_ type: CELType, _ index: CELType, _ offset: Int) throws(CELError) -> CELType {
        switch type {
        case .dyn: return .dyn
        case .list(let element) where CELType.int.accepts(index): return element
        case .map(let key, let value) where key.accepts(index): return value
        default: throw overload("_[_]", [type, index], offset)
        }
    }

    private func macro(
        _ macro: CELExpression.Macro, _ range: CELType, _ variable: String, _ body: CELExpression,
        _ then: CELExpression?, _ offset: Int
    ) throws(CELError) -> CELType {
        let element: CELType
        switch range {
        case .dyn: element = .dyn
        case .list(let type): element = type
        case .map(let key, _): element = key
        case .object: element = .string
        default:
            throw CELError(
                "expression of type '\(range.description)' cannot be range of a comprehension (must be list, map, or "
                    + "dynamic)", at: offset)
        }
        var inner = self
        inner.names[variable] = element
        let type = try inner.check(body)
        if macro == .map, then == nil { return .list(type) }
        guard CELType.bool.accepts(type) else {
            throw CELError("expected type 'bool' but found '\(type.description)'", at: body.offset)
        }
        switch macro {
        case .filter: return .list(element)
        case .map: return .list(try then.map(inner.check) ?? .dyn)
        default: return .bool
        }
    }
}
