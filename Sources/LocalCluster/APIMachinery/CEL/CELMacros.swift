/// Methods that are written out as folds before anything is checked: `all`, `exists`, `map`, `transformMap`, `optMap`, …
struct CELMacros {
    let offset: Int
    private(set) var lastID: Int

    private static let accumulator = "@result"

    init(offset: Int, lastID: Int) {
        self.offset = offset
        self.lastID = lastID
    }

    /// What a call becomes; `nil` when it is no macro.
    mutating func expand(
        _ name: String, _ target: CELExpression, _ arguments: [CELExpression]
    ) throws(CELError) -> CELExpression? {
        switch (name, arguments.count) {
        case ("all", 2), ("exists", 2), ("exists_one", 2):
            let variable = try Self.name(arguments[0], "argument must be a simple name")
            return quantifier(name, target, variable, nil, arguments[1])
        case ("all", 3), ("exists", 3), ("exists_one", 3), ("existsOne", 3):
            let (first, second) = try Self.names(arguments)
            return quantifier(name, target, first, second, arguments[2])
        case ("map", 2), ("map", 3):
            let variable = try Self.name(arguments[0], "argument is not an identifier")
            let filter = arguments.count == 3 ? arguments[1] : nil
            return list(target, variable, nil, filter, arguments[arguments.count - 1])
        case ("filter", 2):
            let variable = try Self.name(arguments[0], "argument is not an identifier")
            return list(target, variable, nil, arguments[1], arguments[0])
        case ("transformList", 3), ("transformList", 4):
            let (first, second) = try Self.names(arguments)
            let filter = arguments.count == 4 ? arguments[2] : nil
            return list(target, first, second, filter, arguments[arguments.count - 1])
        case ("transformMap", 3), ("transformMap", 4), ("transformMapEntry", 3), ("transformMapEntry", 4):
            let (first, second) = try Self.names(arguments)
            let result = arguments[arguments.count - 1]
            let parts = name == "transformMap" ? [node(.name(first)), result] : [result]
            let step = call("cel.@mapInsert", [accumulator()] + parts)
            let filter = arguments.count == 4 ? arguments[2] : nil
            return fold(target, first, second, start: node(.map([])), step: filtered(step, by: filter))
        case ("optMap", 2), ("optFlatMap", 2):
            let variable = try Self.name(arguments[0], "\(name)() variable name must be a simple identifier")
            return optional(target, variable, arguments[1], wraps: name == "optMap")
        case ("sortBy", 2): return try sort(target, arguments)
        default: return nil
        }
    }

    // MARK: Parts

    private mutating func node(_ node: CELExpression.Node) -> CELExpression {
        lastID += 1
        return CELExpression(id: lastID, offset: offset, node: node)
    }

    private mutating func call(_ name: String, _ arguments: [CELExpression]) -> CELExpression {
        node(.call(name, target: nil, arguments))
    }

    private mutating func accumulator() -> CELExpression { node(.name(Self.accumulator)) }

    private static func name(_ expression: CELExpression, _ otherwise: String) throws(CELError) -> String {
        guard case .name(let name) = expression.node else { throw CELError(otherwise, at: expression.offset) }
        if name == accumulator || name == "__result__" {
            throw CELError("iteration variable overwrites accumulator variable", at: expression.offset)
        }
        return name
    }

    private static func names(_ arguments: [CELExpression]) throws(CELError) -> (String, String) {
        let first = try name(arguments[0], "argument must be a simple name")
        let second = try name(arguments[1], "argument must be a simple name")
        if first == second { throw CELError("duplicate variable name: \(first)", at: arguments[1].offset) }
        return (first, second)
    }

    private mutating func fold(
        _ range: CELExpression, _ variable: String, _ second: String?, start: CELExpression,
        condition: CELExpression? = nil, step: CELExpression, result: CELExpression? = nil
    ) -> CELExpression {
        node(
            .fold(
                CELExpression.Fold(
                    range: range, variable: variable, second: second, accumulator: Self.accumulator, start: start,
                    condition: condition ?? node(.literal(.bool(true))), step: step, result: result ?? accumulator())))
    }

    /// The step, taken only where the filter holds.
    private mutating func filtered(_ step: CELExpression, by filter: CELExpression?) -> CELExpression {
        guard let filter else { return step }
        return call("_?_:_", [filter, step, accumulator()])
    }

    private mutating func quantifier(
        _ name: String, _ range: CELExpression, _ variable: String, _ second: String?, _ test: CELExpression
    ) -> CELExpression {
        switch name {
        case "all":
            return fold(
                range, variable, second, start: node(.literal(.bool(true))),
                condition: call("@not_strictly_false", [accumulator()]), step: call("_&&_", [accumulator(), test]))
        case "exists":
            return fold(
                range, variable, second, start: node(.literal(.bool(false))),
                condition: call("@not_strictly_false", [call("!_", [accumulator()])]),
                step: call("_||_", [accumulator(), test]))
        default:
            let one = node(.literal(.int(1)))
            return fold(
                range, variable, second, start: node(.literal(.int(0))),
                step: filtered(call("_+_", [accumulator(), one]), by: test),
                result: call("_==_", [accumulator(), node(.literal(.int(1)))]))
        }
    }

    private mutating func list(
        _ range: CELExpression, _ variable: String, _ second: String?, _ filter: CELExpression?,
        _ element: CELExpression
    ) -> CELExpression {
        let step = call("_+_", [accumulator(), node(.list([element], optional: []))])
        return fold(
            range, variable, second, start: node(.list([], optional: [])), step: filtered(step, by: filter))
    }

    private mutating func optional(
        _ target: CELExpression, _ variable: String, _ body: CELExpression, wraps: Bool
    ) -> CELExpression {
        let value = node(.call("value", target: copy(target), []))
        let bound = bind(variable, value, in: body)
        return call(
            "_?_:_",
            [
                node(.call("hasValue", target: target, [])), wraps ? call("optional.of", [bound]) : bound,
                call("optional.none", []),
            ])
    }

    private mutating func bind(_ name: String, _ value: CELExpression, in body: CELExpression) -> CELExpression {
        node(
            .fold(
                CELExpression.Fold(
                    range: node(.list([], optional: [])), variable: "#unused", second: nil, accumulator: name,
                    start: value, condition: node(.literal(.bool(false))), step: node(.name(name)), result: body)))
    }

    /// `list.sortBy(x, key)`: the list, sorted as the list of keys is.
    private mutating func sort(_ target: CELExpression, _ arguments: [CELExpression]) throws(CELError) -> CELExpression
    {
        switch target.node {
        case .list, .select, .name, .fold, .call: break
        default:
            throw CELError(
                "sortBy can only be applied to a list, identifier, comprehension, call or select expression",
                at: target.offset)
        }
        let variable = try Self.name(arguments[0], "argument is not an identifier")
        let name = "@__sortBy_input__"
        let keys = list(node(.name(name)), variable, nil, nil, arguments[1])
        return bind(name, target, in: node(.call("@sortByAssociatedKeys", target: node(.name(name)), [keys])))
    }

    /// The expression once more, with identities of its own.
    private mutating func copy(_ expression: CELExpression) -> CELExpression {
        lastID += 1
        let id = lastID
        let node: CELExpression.Node
        switch expression.node {
        case .literal, .name: node = expression.node
        case .select(let operand, let field, let isTest): node = .select(copy(operand), field, isTest: isTest)
        case .call(let name, let target, let arguments):
            var copies: [CELExpression] = []
            for argument in arguments { copies.append(copy(argument)) }
            var receiver: CELExpression?
            if let target { receiver = copy(target) }
            node = .call(name, target: receiver, copies)
        case .list(let elements, let optional):
            var copies: [CELExpression] = []
            for element in elements { copies.append(copy(element)) }
            node = .list(copies, optional: optional)
        case .map(let entries):
            var copies: [CELExpression.Entry] = []
            for entry in entries {
                copies.append(
                    CELExpression.Entry(key: copy(entry.key), value: copy(entry.value), isOptional: entry.isOptional))
            }
            node = .map(copies)
        case .fold(let fold):
            var new = fold
            new.range = copy(fold.range)
            new.start = copy(fold.start)
            new.condition = copy(fold.condition)
            new.step = copy(fold.step)
            new.result = copy(fold.result)
            node = .fold(new)
        }
        return CELExpression(id: id, offset: expression.offset, node: node)
    }
}
