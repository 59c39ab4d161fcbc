/// Computes the value of a checked expression.
struct CELEvaluator {
    var values: [String: CELValue]

    func evaluate(_ expression: CELExpression) throws(CELError) -> CELValue {
        switch expression.node {
        case .literal(let value): return value
        case .name(let name): return values[name] ?? .type(name)
        case .select(let operand, let field, let optional):
            return try select(try evaluate(operand), .string(field), optional)
        case .index(let operand, let index, let optional):
            return try select(try evaluate(operand), try evaluate(index), optional)
        case .has(let operand, let field):
            switch try evaluate(operand) {
            case .map(let members): return .bool(members[.string(field)] != nil)
            case .optional(let wrapped):
                if case .map(let members)? = wrapped.first { return .bool(members[.string(field)] != nil) }
                return .bool(false)
            default: throw CELError("no such overload")
            }
        case .list(let elements):
            var result: [CELValue] = []
            for element in elements { result.append(try evaluate(element)) }
            return .list(result)
        case .map(let entries):
            var result: [CELValue: CELValue] = [:]
            for entry in entries { result[try evaluate(entry.key)] = try evaluate(entry.value) }
            return .map(result)
        case .conditional(let condition, let yes, let no):
            return try evaluate(try isTrue(condition) ? yes : no)
        case .and(let left, let right): return .bool(try junction(left, right, stop: false))
        case .or(let left, let right): return .bool(try junction(left, right, stop: true))
        case .macro(let macro, let range, let variable, let body, let then):
            return try self.macro(macro, try evaluate(range), variable, body, then)
        case .call(let name, let receiver, let arguments):
            var operands: [CELValue] = []
            for argument in (receiver.map { [$0] } ?? []) + arguments { operands.append(try evaluate(argument)) }
            return try CELFunctions.call(name, operands)
        }
    }

    private func isTrue(_ expression: CELExpression) throws(CELError) -> Bool {
        guard case .bool(let value) = try evaluate(expression) else { throw CELError("no such overload") }
        return value
    }

    /// `&&` and `||`: a side that decides hides an error of the other.
    private func junction(_ left: CELExpression, _ right: CELExpression, stop: Bool) throws(CELError) -> Bool {
        do {
            if try isTrue(left) == stop { return stop }
        } catch {
            if try isTrue(right) == stop { return stop }
            throw error
        }
        return try isTrue(right)
    }

    private func select(_ value: CELValue, _ key: CELValue, _ optional: Bool) throws(CELError) -> CELValue {
        switch (value, key) {
        case (.map(let members), _):
            if let member = members[key] { return optional ? .optional([member]) : member }
            if optional { return .optional([]) }
            throw CELError("no such key: \(try CELFunctions.text(key))")
        case (.list(let elements), .int(let index)):
            if let place = Int(exactly: index), elements.indices.contains(place) {
                return optional ? .optional([elements[place]]) : elements[place]
            }
            if optional { return .optional([]) }
            throw CELError("index out of bounds: \(index)")
        case (.optional(let wrapped), _):
            guard let inner = wrapped.first else { return .optional([]) }
            return try select(inner, key, true)
        default: throw CELError("no such overload")
        }
    }

    private func macro(
        _ macro: CELExpression.Macro, _ range: CELValue, _ variable: String, _ body: CELExpression,
        _ then: CELExpression?
    ) throws(CELError) -> CELValue {
        let elements: [CELValue]
        switch range {
        case .list(let list): elements = list
        case .map(let members): elements = members.keys.sorted { ($0.order($1) ?? 0) < 0 }
        default: throw CELError("no such overload")
        }
        var inner = self
        var result: [CELValue] = []
        var matches = 0
        var failure: CELError?
        for element in elements {
            inner.values[variable] = element
            if macro == .map, then == nil {
                result.append(try inner.evaluate(body))
                continue
            }
            let matched: Bool
            do {
                matched = try inner.isTrue(body)
            } catch {
                // As with && and ||, an element that decides hides another's error.
                guard macro == .all || macro == .exists else { throw error }
                failure = error
                continue
            }
            switch macro {
            case .all: if !matched { return .bool(false) }
            case .exists: if matched { return .bool(true) }
            case .existsOne: matches += matched ? 1 : 0
            case .filter: if matched { result.append(element) }
            case .map: if matched, let then { result.append(try inner.evaluate(then)) }
            }
        }
        if let failure { throw failure }
        switch macro {
        case .all: return .bool(true)
        case .exists: return .bool(false)
        case .existsOne: return .bool(matches == 1)
        case .filter, .map: return .list(result)
        }
    }
}
