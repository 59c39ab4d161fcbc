/// Computes the value of a checked expression.
final class CELEvaluator {
    /// An accumulator may hold an error while a fold goes on: `exists` finds what it looks for past an element that fails.
    private var variables: [String: Result<CELValue, CELError>]
    /// What has been computed, about as Kubernetes counts it; an expression that would never end is given up.
    private(set) var cost = 0

    static let maximumCost = 1_000_000

    init(values: [String: CELValue]) { variables = values.mapValues { .success($0) } }

    func evaluate(_ expression: CELExpression) throws(CELError) -> CELValue {
        cost += 1
        if cost > Self.maximumCost { throw CELError("operation cancelled: actual cost limit exceeded") }
        switch expression.node {
        case .literal(let value): return value
        case .name(let name):
            guard let variable = variables[name] else { return .type(name) }
            return try variable.get()
        case .select(let operand, let field, let isTest):
            let value = try evaluate(operand)
            return isTest ? .bool(try has(value, field)) : try select(value, .string(field))
        case .call(let name, let target, let arguments): return try call(name, target, arguments)
        case .list(let elements, let optional):
            var result: [CELValue] = []
            for (index, element) in elements.enumerated() {
                let value = try evaluate(element)
                if optional.contains(index), case .optional(let wrapped) = value {
                    result += wrapped
                } else {
                    result.append(value)
                }
            }
            return .list(result)
        case .map(let entries):
            var result: [CELValue: CELValue] = [:]
            for entry in entries {
                let key = try evaluate(entry.key)
                var value = try evaluate(entry.value)
                if entry.isOptional, case .optional(let wrapped) = value {
                    guard let inner = wrapped.first else { continue }
                    value = inner
                }
                guard result.updateValue(value, forKey: key) == nil else {
                    throw CELError("Failed with repeated key")
                }
            }
            return .map(result)
        case .fold(let fold): return try evaluate(fold)
        }
    }

    private func isTrue(_ expression: CELExpression) throws(CELError) -> Bool {
        let value = try evaluate(expression)
        guard case .bool(let result) = value else { throw CELError.noOverload }
        return result
    }

    // MARK: Fields and elements

    private func has(_ value: CELValue, _ field: String) throws(CELError) -> Bool {
        switch value {
        case .map(let members): return members[.string(field)] != nil
        case .optional(let wrapped):
            return try wrapped.first.map { inner throws(CELError) in try has(inner, field) } ?? false
        default: throw CELError.noOverload
        }
    }

    private func select(_ value: CELValue, _ key: CELValue) throws(CELError) -> CELValue {
        switch value {
        case .map(let members):
            guard let member = members.member(key) else { throw CELError("no such key: \(CELText.shown(key))") }
            return member
        case .list(let elements), .keyedList(let elements, _):
            guard let index = Self.index(key) else {
                throw CELError("unsupported index type '\(key.typeName)' in list")
            }
            guard elements.indices.contains(index) else { throw CELError("index out of bounds: \(index)") }
            return elements[index]
        case .optional(let wrapped):
            guard let inner = wrapped.first else { return value }
            return optional(inner, key)
        default: throw CELError("no such key: \(CELText.shown(key))")
        }
    }

    private static func index(_ key: CELValue) -> Int? {
        switch key {
        case .int(let number): Int(exactly: number)
        case .uint(let number): Int(exactly: number)
        case .double(let number): Int(exactly: number)
        default: nil
        }
    }

    private func optional(_ value: CELValue, _ key: CELValue) -> CELValue {
        switch value {
        case .map(let members): return .optional(members.member(key).map { [$0] } ?? [])
        case .list(let elements), .keyedList(let elements, _):
            guard let index = Self.index(key), elements.indices.contains(index) else { return .optional([]) }
            return .optional([elements[index]])
        case .optional(let wrapped): return wrapped.first.map { optional($0, key) } ?? value
        default: return .optional([])
        }
    }

    // MARK: Calls

    private func call(
        _ name: String, _ target: CELExpression?, _ arguments: [CELExpression]
    ) throws(CELError) -> CELValue {
        switch name {
        case "_&&_": return .bool(try junction(arguments, stop: false))
        case "_||_": return .bool(try junction(arguments, stop: true))
        case "_?_:_": return try evaluate(try isTrue(arguments[0]) ? arguments[1] : arguments[2])
        case "@not_strictly_false":
            guard let value = try? evaluate(arguments[0]) else { return .bool(true) }
            return .bool(value != .bool(false))
        case "_[_]": return try select(try evaluate(arguments[0]), try evaluate(arguments[1]))
        case "_[?_]", "_?._": return optional(try evaluate(arguments[0]), try evaluate(arguments[1]))
        case "or", "orValue":
            if let target, case .optional(let wrapped) = try evaluate(target) {
                guard let inner = wrapped.first else { return try evaluate(arguments[0]) }
                return name == "or" ? .optional([inner]) : inner
            }
            throw CELError.noOverload
        default: break
        }
        var operands: [CELValue] = []
        if let target { operands.append(try evaluate(target)) }
        for argument in arguments { operands.append(try evaluate(argument)) }
        for case .string(let text) in operands { cost += text.utf8.count / 10 }
        return try CELFunctions.call(name, operands)
    }

    /// `&&` and `||`: a side that decides hides an error of the other.
    private func junction(_ sides: [CELExpression], stop: Bool) throws(CELError) -> Bool {
        do {
            if try isTrue(sides[0]) == stop { return stop }
        } catch {
            if let other = try? isTrue(sides[1]), other == stop { return stop }
            throw error
        }
        return try isTrue(sides[1])
    }

    // MARK: Folds

    private func evaluate(_ fold: CELExpression.Fold) throws(CELError) -> CELValue {
        let names = [fold.accumulator, fold.variable] + (fold.second.map { [$0] } ?? [])
        let outer = names.map { variables[$0] }
        defer { for (name, value) in zip(names, outer) { variables[name] = value } }
        if fold.isBinding {
            variables[fold.accumulator] = .success(try evaluate(fold.start))
            return try evaluate(fold.result)
        }
        let range = try evaluate(fold.range)
        variables[fold.accumulator] = .success(try evaluate(fold.start))
        let elements: [(CELValue, CELValue)]
        switch range {
        case .list(let list), .keyedList(let list, _):
            elements =
                fold.second == nil
                ? list.map { ($0, .null) } : list.enumerated().map { (.int(Int64($0.offset)), $0.element) }
        case .map(let members):
            elements = members.sorted { ($0.key.order($1.key) ?? 0) < 0 }.map { ($0.key, $0.value) }
        default: throw CELError.noOverload
        }
        for (first, second) in elements {
            guard try isTrue(fold.condition) else { break }
            variables[fold.variable] = .success(first)
            if let name = fold.second { variables[name] = .success(second) }
            take(fold.step, of: fold)
            if cost > Self.maximumCost { throw CELError("operation cancelled: actual cost limit exceeded") }
        }
        return try evaluate(fold.result)
    }

    /// One step. A list that grows by an element is not copied.
    private func take(_ step: CELExpression, of fold: CELExpression.Fold) {
        let next: Result<CELValue, CELError>
        do throws(CELError) {
            switch step.node {
            case .call("_?_:_", _, let arguments):
                if try isTrue(arguments[0]) { take(arguments[1], of: fold) }
                return
            case .call("_+_", _, let arguments):
                guard case .list(let added, _) = arguments[1].node, added.count == 1,
                    case .name(fold.accumulator) = arguments[0].node,
                    case .success(.list(var list))? = variables[fold.accumulator]
                else {
                    next = .success(try evaluate(step))
                    break
                }
                let element = try evaluate(added[0])
                variables[fold.accumulator] = nil
                list.append(element)
                next = .success(.list(list))
            default: next = .success(try evaluate(step))
            }
        } catch {
            next = .failure(error)
        }
        variables[fold.accumulator] = next
    }
}
