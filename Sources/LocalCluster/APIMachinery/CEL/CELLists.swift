/// The functions on lists, sets, maps and optionals.
enum CELLists {
    static func call(_ name: String, _ operands: [CELValue]) throws(CELError) -> CELValue? {
        switch operands.first {
        case .list?, .keyedList?:
            guard let elements = operands[0].elements else { return nil }
            return try list(name, elements, Array(operands.dropFirst()))
        case .map(let members)?: return try map(name, members, Array(operands.dropFirst()))
        case .bytes(let bytes)? where name == "size": return .int(Int64(bytes.count))
        case .int(let count)? where name == "lists.range":
            return .list((0..<max(0, min(count, 1_000_000))).map { CELValue.int($0) })
        case .optional(let wrapped)? where name == "hasValue": return .bool(!wrapped.isEmpty)
        case .optional(let wrapped)? where name == "value":
            guard let value = wrapped.first else { throw CELError("optional.none() dereference") }
            return value
        default: break
        }
        guard let value = operands.first else { return nil }
        if name == "optional.of" { return .optional([value]) }
        if name == "optional.ofNonZeroValue" { return .optional(isZero(value) ? [] : [value]) }
        return nil
    }

    private static func isZero(_ value: CELValue) -> Bool {
        switch value {
        case .null, .bool(false), .int(0), .uint(0), .string(""), .duration(0): true
        case .double(let number): number == 0
        case .bytes(let bytes): bytes.isEmpty
        case .list(let elements), .keyedList(let elements, _): elements.isEmpty
        case .map(let members): members.isEmpty
        case .optional(let wrapped): wrapped.isEmpty
        default: false
        }
    }

    private static func map(
        _ name: String, _ members: [CELValue: CELValue], _ arguments: [CELValue]
    ) throws(CELError) -> CELValue? {
        switch name {
        case "size": return .int(Int64(members.count))
        case "cel.@mapInsert":
            var added: [CELValue: CELValue] = [:]
            if arguments.count == 2 { added = [arguments[0]: arguments[1]] }
            if arguments.count == 1, case .map(let entries) = arguments[0] { added = entries }
            var result = members
            for (key, value) in added {
                if result.member(key) != nil {
                    throw CELError("insert failed: key \(CELText.shown(key)) already exists")
                }
                result[key] = value
            }
            return .map(result)
        case "optional.of": return .optional([.map(members)])
        case "optional.ofNonZeroValue": return .optional(members.isEmpty ? [] : [.map(members)])
        default: return nil
        }
    }

    private static func list(
        _ name: String, _ elements: [CELValue], _ arguments: [CELValue]
    ) throws(CELError) -> CELValue? {
        func contains(_ list: [CELValue], _ element: CELValue) -> Bool { list.contains { $0.equals(element) } }
        func other() throws(CELError) -> [CELValue] {
            guard let other = arguments.first?.elements else { throw CELError.noOverload }
            return other
        }
        switch name {
        case "size": return .int(Int64(elements.count))
        case "join": return .string(try joined(elements, arguments.first))
        case "indexOf": return .int(Int64(elements.firstIndex { $0.equals(arguments[0]) } ?? -1))
        case "lastIndexOf": return .int(Int64(elements.lastIndex { $0.equals(arguments[0]) } ?? -1))
        case "isSorted":
            for (left, right) in zip(elements, elements.dropFirst()) {
                guard let order = left.order(right) else { throw CELError.noOverload }
                if order > 0 { return .bool(false) }
            }
            return .bool(true)
        case "min", "max":
            guard var best = elements.first else { throw CELError("\(name) called on empty list") }
            for element in elements {
                guard let order = element.order(best) else { throw CELError.noOverload }
                if name == "min" ? order < 0 : order > 0 { best = element }
            }
            return best
        case "sum":
            guard var total = elements.first else { return .int(0) }
            for element in elements.dropFirst() {
                total = try CELFunctions.call("_+_", [total, element])
            }
            return total
        case "slice": return .list(try slice(elements, arguments))
        case "flatten":
            var depth: Int64 = 1
            if case .int(let number)? = arguments.first { depth = number }
            if depth < 0 { throw CELError("level must be non-negative") }
            return .list(flattened(elements, depth))
        case "sort": return .list(try sorted(elements, by: elements))
        case "@sortByAssociatedKeys": return .list(try sorted(elements, by: try other()))
        case "reverse": return .list(Array(elements.reversed()))
        case "distinct":
            var result: [CELValue] = []
            for element in elements where !contains(result, element) { result.append(element) }
            return .list(result)
        case "first": return .optional(elements.first.map { [$0] } ?? [])
        case "last": return .optional(elements.last.map { [$0] } ?? [])
        case "sets.contains":
            let right = try other()
            return .bool(right.allSatisfy { contains(elements, $0) })
        case "sets.equivalent":
            let right = try other()
            return .bool(right.allSatisfy { contains(elements, $0) } && elements.allSatisfy { contains(right, $0) })
        case "sets.intersects":
            let right = try other()
            return .bool(right.contains { contains(elements, $0) })
        case "optional.unwrap", "unwrapOpt":
            var values: [CELValue] = []
            for case .optional(let wrapped) in elements { values += wrapped }
            return .list(values)
        case "optional.of": return .optional([.list(elements)])
        case "optional.ofNonZeroValue": return .optional(elements.isEmpty ? [] : [.list(elements)])
        default: return nil
        }
    }

    private static func joined(_ elements: [CELValue], _ separator: CELValue?) throws(CELError) -> String {
        var texts: [String] = []
        for element in elements {
            guard case .string(let text) = element else {
                throw CELError("join: invalid input: \(CELText.shown(element))")
            }
            texts.append(text)
        }
        if case .string(let between)? = separator { return texts.joined(separator: between) }
        return texts.joined()
    }

    private static func slice(_ elements: [CELValue], _ arguments: [CELValue]) throws(CELError) -> [CELValue] {
        guard arguments.count == 2, case .int(let start) = arguments[0], case .int(let end) = arguments[1] else {
            throw CELError.noOverload
        }
        let call = "cannot slice(\(start), \(end))"
        if start < 0 || end < 0 { throw CELError("\(call), negative indexes not supported") }
        if start > end { throw CELError("\(call), start index must be less than or equal to end index") }
        if end > elements.count { throw CELError("\(call), list is length \(elements.count)") }
        return Array(elements[Int(start)..<Int(end)])
    }

    private static func flattened(_ elements: [CELValue], _ depth: Int64) -> [CELValue] {
        elements.flatMap { element in
            guard depth > 0, let inner = element.elements else { return [element] }
            return flattened(inner, depth - 1)
        }
    }

    private static func sorted(_ elements: [CELValue], by keys: [CELValue]) throws(CELError) -> [CELValue] {
        if let first = keys.first {
            for key in keys where key.order(first) == nil || key.typeName != first.typeName {
                throw CELError(
                    key.order(key) == nil ? "list elements must be comparable" : "list elements must have the same type"
                )
            }
        }
        return zip(elements, keys).enumerated().sorted { left, right in
            let order = left.element.1.order(right.element.1) ?? 0
            return order != 0 ? order < 0 : left.offset < right.offset
        }.map(\.element.0)
    }
}
