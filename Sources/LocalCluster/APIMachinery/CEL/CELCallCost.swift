/// What the calls of single functions cost beside their operands.
struct CELCallCost {
    let cost: CELCost

    /// Per character of a text that is read once.
    private static let traversal = 0.1

    private func size(_ operand: CELCost.Operand) -> CELSize { cost.size(operand) }

    /// The cost of a call and the size of its result; `nil` where it is the usual one unit.
    func estimate(
        _ name: String, _ overload: CELOverload, _ target: CELCost.Operand?, _ arguments: [CELCost.Operand]
    ) -> (CELSize, CELSize?)? {
        switch name {
        case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf":
            guard let target else { return nil }
            guard let element = element(of: target) else { return (size(target) * Self.traversal, nil) }
            let isText = element.type == .string || element.type == .bytes
            return (size(target) * (isText ? .one + size(element) * Self.traversal : .one), nil)
        case "lowerAscii", "upperAscii", "substring", "trim":
            return target.map { (size($0) * Self.traversal, size($0)) }
        case "url": return (size(arguments[0]) * Self.traversal, size(arguments[0]))
        case "replace": return target.map { replace($0, arguments) }
        case "split":
            guard let target else { return nil }
            var most = size(target).high
            if arguments.count > 1, let limit = literal(arguments[1]) { most = UInt64(bitPattern: limit) }
            return (size(target) * (2 * Self.traversal), CELSize(0, most))
        case "join": return target.map { join($0, arguments) }
        case "find", "findAll":
            guard let target else { return nil }
            return (pattern(target, arguments[0]), CELSize(0, size(target).high))
        case "matches":
            guard let target, arguments.count == 1 else { return nil }
            return (pattern(target, arguments[0]), nil)
        case "contains":
            return target.map { (size($0) * Self.traversal * (size(arguments[0]) * Self.traversal), nil) }
        case "startsWith", "endsWith": return (size(arguments[0]) * Self.traversal, nil)
        case "format": return target.map { (size($0) * Self.traversal, nil) }
        case "strings.quote":
            let text = size(arguments[0])
            return (text * Self.traversal, text * CELSize(1, 2) + CELSize(2))
        case "bytes" where overload.parameters == [.string]:
            let text = size(arguments[0])
            return (text * Self.traversal, CELSize(text.low, CELSize.product(text.high, 4)))
        case "string" where overload.parameters == [.bytes]:
            let bytes = size(arguments[0])
            return (bytes * Self.traversal, CELSize(bytes.low / 4, bytes.high))
        case "@in":
            guard case .list = overload.parameters[1] else { return nil }
            return (size(arguments[1]), nil)
        case "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_": return comparison(name, overload, arguments)
        default: return library(name, overload, arguments) ?? list(name, target, arguments)
        }
    }

    private func literal(_ operand: CELCost.Operand) -> Int64? {
        if case .literal(.int(let number))? = operand.expression?.node { number } else { nil }
    }

    private func element(of list: CELCost.Operand) -> CELCost.Operand? {
        guard let type = list.type.parameters.first else { return nil }
        return CELCost.Operand(type: type, path: list.path.isEmpty ? [] : list.path + ["@items"])
    }

    private func pattern(_ text: CELCost.Operand, _ pattern: CELCost.Operand) -> CELSize {
        (size(text) + .one) * Self.traversal * (size(pattern) * 0.25)
    }

    private func comparison(
        _ name: String, _ overload: CELOverload, _ arguments: [CELCost.Operand]
    ) -> (CELSize, CELSize?)? {
        let type = arguments[0].type
        if name == "_==_", type == arguments[1].type {
            if [.ip, .cidr, .quantity, .semver].contains(type) { return (.one, nil) }
            if type == .format { return (CELSize(1, 64) * Self.traversal, nil) }
            if type == .url { return (CELSize(1, arguments[1].size?.high ?? 1) * Self.traversal, nil) }
        }
        let isOrder = name != "_==_" && name != "_!=_"
        if isOrder, ![.string, .bytes].contains(overload.parameters[0]) { return nil }
        let most = min((arguments[0].size ?? .unknown).high, (arguments[1].size ?? .unknown).high)
        return (CELSize(most > 0 ? 1 : 0, most) * Self.traversal, nil)
    }

    private func replace(_ target: CELCost.Operand, _ arguments: [CELCost.Operand]) -> (CELSize, CELSize?) {
        let (text, old, new) = (size(target), size(arguments[0]), size(arguments[1]))
        /// How often a part is replaced, and how much of the text stays.
        func bound(_ text: UInt64, _ old: UInt64, isKept: Bool) -> (count: UInt64, kept: UInt64) {
            if old == 0 { return (text == .max ? .max : text + 1, text) }
            if isKept { return (0, text) }
            return (UInt64(exactly: (Double(text) / Double(old)).rounded(.up)) ?? .max, 0)
        }
        let high = bound(text.high, old.low, isKept: new.high <= old.low)
        let low = bound(text.low, old.high, isKept: old.high <= new.low)
        let result = CELSize(low.count, high.count) * new + CELSize(low.kept, high.kept)
        return (text * (2 * Self.traversal), result)
    }

    private func join(_ target: CELCost.Operand, _ arguments: [CELCost.Operand]) -> (CELSize, CELSize?) {
        let count = size(target)
        var result = element(of: target).map { count * size($0) } ?? CELSize(0)
        if let separator = arguments.first {
            result += size(separator) * CELSize(count.low > 0 ? count.low - 1 : 0, count.high > 0 ? count.high - 1 : 0)
        }
        return (result * Self.traversal, result)
    }

    private func library(
        _ name: String, _ overload: CELOverload, _ arguments: [CELCost.Operand]
    ) -> (CELSize, CELSize?)? {
        switch name {
        case "cidr", "isIP", "isCIDR", "quantity", "isQuantity", "semver", "isSemver":
            return (size(arguments[0]) * Self.traversal, nil)
        case "ip": return (arguments.isEmpty ? .one : size(arguments[0]) * Self.traversal, nil)
        case "ip.isCanonical": return (size(arguments[0]) * (2 * Self.traversal), nil)
        case "containsIP", "containsCIDR":
            let address = CELSize(4, 16)
            var sum = (address + address) * Self.traversal
            if name == "containsCIDR" { sum += address * Self.traversal + .one }
            if overload.parameters.last == .string { sum += size(arguments[0]) * Self.traversal }
            return (sum, nil)
        case "validate": return (size(arguments[0]) * Self.traversal * (128 * 0.25), nil)
        default: return nil
        }
    }

    private func list(
        _ name: String, _ target: CELCost.Operand?, _ arguments: [CELCost.Operand]
    ) -> (CELSize, CELSize?)? {
        func allocating(_ size: CELSize, _ factor: Double) -> (CELSize, CELSize?) {
            (size * factor + CELSize(11), size)
        }
        func number(_ operand: CELCost.Operand?, _ otherwise: UInt64) -> UInt64 {
            operand.flatMap(literal).map { UInt64(max(0, $0)) } ?? otherwise
        }
        func square(_ operand: CELCost.Operand, _ isText: Bool) -> (CELSize, CELSize?) {
            allocating(size(operand) * size(operand), isText ? 2.1 : 2)
        }
        switch name {
        case "slice":
            guard let target else { return nil }
            return allocating(CELSize(number(arguments[1], size(target).high) &- number(arguments[0], 0)), 1)
        case "lists.range": return allocating(CELSize(number(arguments.first, .max)), 1)
        case "reverse": return target.map { allocating(size($0), 1) }
        case "flatten":
            return target.map { allocating(size($0), Double(arguments.isEmpty ? 1 : number(arguments[0], .max))) }
        case "distinct": return target.map { square($0, false) }
        case "sort": return target.map { square($0, isText($0)) }
        case "@sortByAssociatedKeys": return square(arguments[0], isText(arguments[0]))
        case "sets.contains", "sets.intersects", "sets.equivalent":
            let product = size(arguments[0]) * size(arguments[1])
            return (product * (name == "sets.equivalent" ? 2 : 1) + .one, nil)
        default: return nil
        }
    }

    private func isText(_ list: CELCost.Operand) -> Bool {
        list.type.parameters.first == .string || list.type.parameters.first == .bytes
    }
}
