/// Estimates how much work an expression can be at most, in the units of Kubernetes' limits.
struct CELCost {
    /// What a call's operand is: its type, its place in the schema, its size where that follows from the expression.
    struct Operand {
        var type: CELType
        var path: [String]
        var size: CELSize?
        var expression: CELExpression?
    }

    private struct Entry {
        var isList: Bool
        var key: CELSize
        var value: CELSize

        func union(_ other: Entry) -> Entry {
            Entry(isList: isList, key: key.union(other.key), value: value.union(other.value))
        }
    }

    private struct Variable {
        var path: [String]
        var size: CELSize?
        var entry: Entry?
    }

    private let program: CELProgram
    let root: CELDeclaredType
    private var paths: [Int: [String]] = [:]
    private var sizes: [Int: CELSize] = [:]
    private var entries: [Int: Entry] = [:]
    private var variables: [String: [Variable]] = [:]

    static func estimate(_ program: CELProgram, _ root: CELDeclaredType) -> CELSize {
        var estimator = CELCost(program: program, root: root)
        return estimator.cost(program.expression)
    }

    private init(program: CELProgram, root: CELDeclaredType) {
        self.program = program
        self.root = root
    }

    private func type(_ expression: CELExpression) -> CELType { program.types[expression.id] ?? .dyn }

    // MARK: Nodes

    private mutating func cost(_ expression: CELExpression) -> CELSize {
        switch expression.node {
        case .literal: return CELSize(0)
        case .name(let name):
            paths[expression.id] = variables[name]?.last?.path ?? [name]
            return .one
        case .select(let operand, let field, let isTest):
            var sum = cost(operand)
            if isTest { return sum }
            switch type(operand) {
            case .map, .object, .variable: sum += .one
            default: break
            }
            paths[expression.id] = path(operand) + [field]
            return sum
        case .call(let name, let target, let arguments): return call(expression, name, target, arguments)
        case .list(let elements, _):
            var sum = CELSize(10)
            var size = elements.isEmpty ? CELSize(0) : CELSize(.max, 0)
            for element in elements {
                sum += cost(element)
                size = size.union(sizeOrUnknown(element))
            }
            entries[expression.id] = Entry(isList: true, key: .one, value: size)
            return sum
        case .map(let members):
            var sum = CELSize(30)
            var entry = Entry(isList: false, key: CELSize(.max, 0), value: CELSize(.max, 0))
            if members.isEmpty { entry = Entry(isList: false, key: CELSize(0), value: CELSize(0)) }
            for member in members {
                sum += cost(member.key) + cost(member.value)
                entry.key = entry.key.union(sizeOrUnknown(member.key))
                entry.value = entry.value.union(sizeOrUnknown(member.value))
            }
            entries[expression.id] = entry
            return sum
        case .fold(let fold): return cost(fold, expression)
        }
    }

    private mutating func cost(_ fold: CELExpression.Fold, _ expression: CELExpression) -> CELSize {
        var sum = cost(fold.range) + cost(fold.start)
        push(fold.accumulator, Variable(path: path(fold.start), size: size(fold.start), entry: entry(fold.start)))
        if fold.isBinding {
            sum += cost(fold.result)
            variables[fold.accumulator]?.removeLast()
            if let size = size(fold.result) { sizes[expression.id] = size }
            entries[expression.id] = entry(fold.result)
            return sum
        }
        let range = entry(fold.range)
        let isList: Bool
        if let range {
            isList = range.isList
        } else if case .list = type(fold.range) {
            isList = true
        } else {
            isList = false
        }
        let place = path(fold.range)
        let element = Variable(path: place + [isList ? "@items" : "@values"], size: range?.value)
        let key = Variable(path: place + [isList ? "@indices" : "@keys"], size: range?.key)
        push(fold.variable, fold.second == nil && isList ? element : key)
        if let second = fold.second { push(second, element) }
        let loop = cost(fold.condition) + cost(fold.step)
        variables[fold.variable]?.removeLast()
        if let second = fold.second { variables[second]?.removeLast() }
        sum += cost(fold.result)
        variables[fold.accumulator]?.removeLast()
        let count = sizeOrUnknown(fold.range)
        sum += count * loop
        switch fold.start.node {
        case .literal: if let size = size(fold.start) { sizes[expression.id] = size }
        case .list, .map:
            sizes[expression.id] = count
            if let step = entry(fold.step) { entries[expression.id] = step }
        default: break
        }
        return sum
    }

    private mutating func push(_ name: String, _ variable: Variable) { variables[name, default: []].append(variable) }

    // MARK: Places and sizes

    private func path(_ expression: CELExpression) -> [String] {
        if case .name(let name) = expression.node, let variable = variables[name]?.last { return variable.path }
        return paths[expression.id] ?? []
    }

    private func entry(_ expression: CELExpression) -> Entry? {
        if let known = entries[expression.id] { return known }
        guard case .name(let name) = expression.node else { return nil }
        return variables[name]?.last?.entry
    }

    private mutating func size(_ expression: CELExpression) -> CELSize? {
        if let known = sizes[expression.id] { return known }
        switch expression.node {
        case .literal(let value):
            switch value {
            case .string(let text): return CELSize(UInt64(text.unicodeScalars.count))
            case .bytes(let bytes): return CELSize(UInt64(bytes.count))
            default: return .one
            }
        case .list(let elements, _): return CELSize(UInt64(elements.count))
        case .map(let members): return CELSize(UInt64(members.count))
        default: break
        }
        if let declared = declaredSize(path(expression)) {
            sizes[expression.id] = declared
            return declared
        }
        if type(expression).isScalar { return .one }
        guard case .name(let name) = expression.node else { return nil }
        return variables[name]?.last?.size
    }

    private func declaredSize(_ path: [String]) -> CELSize? {
        guard !path.isEmpty else { return nil }
        return root.at(path.dropFirst()).map { CELSize(0, $0.maxElements) }
    }

    private mutating func sizeOrUnknown(_ expression: CELExpression) -> CELSize { size(expression) ?? .unknown }

    func size(_ operand: Operand) -> CELSize { operand.size ?? declaredSize(operand.path) ?? .unknown }

    private mutating func operand(_ expression: CELExpression) -> Operand {
        var place = path(expression)
        if place.first == "@result" { place = [] }
        return Operand(type: type(expression), path: place, size: size(expression), expression: expression)
    }

    // MARK: Calls

    private mutating func call(
        _ expression: CELExpression, _ name: String, _ target: CELExpression?, _ arguments: [CELExpression]
    ) -> CELSize {
        if name == "dyn" {
            let inner = cost(arguments[0])
            if let size = size(arguments[0]) { sizes[expression.id] = size }
            entries[expression.id] = entry(arguments[0])
            return inner + .one
        }
        guard let candidates = program.overloads[expression.id] else {
            return name == "_?._" ? cost(arguments[0]) + .one : CELSize(0)
        }
        var costs: [CELSize] = []
        var operands: [Operand] = []
        for argument in arguments {
            costs.append(cost(argument))
            operands.append(operand(argument))
        }
        var sum = CELSize(0)
        var receiver: Operand?
        if let target {
            sum = cost(target)
            receiver = operand(target)
        }
        var own = CELSize(.max, 0)
        var result: CELSize?
        for candidate in candidates {
            let (cost, size) = self.cost(name, candidate, receiver, operands, costs, expression)
            own = own.union(cost)
            if let size { result = result?.union(size) ?? size }
            if name == "_[_]" {
                result = entry(arguments[0])?.value
                let isList = if case .list? = candidate.parameters.first { true } else { false }
                paths[expression.id] = path(arguments[0]) + [isList ? "@items" : "@values"]
            }
            if result == nil { result = self.size(expression) }
        }
        if let result { sizes[expression.id] = result }
        return sum + own
    }

    private mutating func cost(
        _ name: String, _ overload: CELOverload, _ target: Operand?, _ arguments: [Operand], _ costs: [CELSize],
        _ expression: CELExpression
    ) -> (CELSize, CELSize?) {
        let total = costs.reduce(CELSize(0), +)
        if let (cost, size) = CELCallCost(cost: self).estimate(name, overload, target, arguments) {
            return (cost + total, size)
        }
        switch name {
        case "_&&_", "_||_": return (CELSize(costs[0].low, (costs[0] + costs[1]).high), nil)
        case "_?_:_":
            let size = (arguments[1].size ?? .unknown).union(arguments[2].size ?? .unknown)
            joinEntries(Array(arguments.dropFirst()), expression)
            return (costs[0] + costs[1].union(costs[2]), size)
        case "_+_":
            guard let first = overload.parameters.first else { break }
            let size = (arguments[0].size ?? .unknown) + (arguments[1].size ?? .unknown)
            if case .list = first {
                joinEntries(arguments, expression)
                return (total + .one, size)
            }
            if first == .string || first == .bytes { return (size * 0.1 + total, size) }
        default: break
        }
        return (total + .one, nil)
    }

    private mutating func joinEntries(_ operands: [Operand], _ expression: CELExpression) {
        guard let left = operands[0].expression.flatMap({ entry($0) }),
            let right = operands[1].expression.flatMap({ entry($0) })
        else { return }
        entries[expression.id] = left.union(right)
    }
}
