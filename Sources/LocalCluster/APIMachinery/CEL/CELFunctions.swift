/// The functions and operators of expressions: their types and what they compute.
enum CELFunctions {
    private struct Signature {
        var name: String
        var isMember: Bool
        var parameters: [CELType]
        var result: CELType
    }

    /// One line a group: names, then the receiver after `.` where there is one, parameters and result.
    private static let signatures: [Signature] = {
        var all: [Signature] = []
        func function(_ names: String, _ parameters: [CELType], _ result: CELType, member: Bool = false) {
            for name in names.split(separator: " ") {
                all.append(Signature(name: String(name), isMember: member, parameters: parameters, result: result))
            }
        }
        func method(_ names: String, _ parameters: [CELType], _ result: CELType) {
            function(names, parameters, result, member: true)
        }
        for type in [CELType.int, .uint, .double] { function("+ - * /", [type, type], type) }
        for type in [CELType.int, .uint] { function("%", [type, type], type) }
        for type in [CELType.int, .double] { function("-", [type], type) }
        for type in [CELType.string, .bytes, .list(.dyn), .duration] { function("+", [type, type], type) }
        function("+ -", [.timestamp, .duration], .timestamp)
        function("+", [.duration, .timestamp], .timestamp)
        function("-", [.duration, .duration], .duration)
        function("-", [.timestamp, .timestamp], .duration)
        function("!", [.bool], .bool)
        function("in", [.dyn, .list(.dyn)], .bool)
        function("in", [.dyn, .map(.dyn, .dyn)], .bool)
        for type in [CELType.string, .bytes, .list(.dyn), .map(.dyn, .dyn)] {
            function("size", [type], .int)
            method("size", [type], .int)
        }
        for type in [CELType.int, .uint, .double, .string] { function("int uint double", [type], .dyn) }
        function("int", [.timestamp], .int)
        for type in [CELType.int, .uint, .double, .string, .bool, .bytes, .timestamp, .duration] {
            function("string", [type], .string)
        }
        function("bool", [.string], .bool)
        function("bool", [.bool], .bool)
        function("bytes", [.string], .bytes)
        function("timestamp", [.string], .timestamp)
        function("timestamp", [.timestamp], .timestamp)
        function("duration", [.string], .duration)
        function("duration", [.duration], .duration)
        function("dyn", [.dyn], .dyn)
        function("type", [.dyn], .type)
        function("isURL isIP isCIDR isQuantity", [.string], .bool)
        function("matches", [.string, .string], .bool)
        method("startsWith endsWith contains matches", [.string, .string], .bool)
        method("lowerAscii upperAscii trim reverse", [.string], .string)
        method("charAt", [.string, .int], .string)
        method("indexOf lastIndexOf", [.string, .string], .int)
        method("indexOf lastIndexOf", [.string, .string, .int], .int)
        method("substring", [.string, .int], .string)
        method("substring", [.string, .int, .int], .string)
        method("replace", [.string, .string, .string], .string)
        method("replace", [.string, .string, .string, .int], .string)
        method("split", [.string, .string], .list(.string))
        method("split", [.string, .string, .int], .list(.string))
        method("format", [.string, .list(.dyn)], .string)
        method("find", [.string, .string], .string)
        method("findAll", [.string, .string], .list(.string))
        method("join", [.list(.string)], .string)
        method("join", [.list(.string), .string], .string)
        method("isSorted", [.list(.dyn)], .bool)
        method("sum min max", [.list(.dyn)], .dyn)
        method("indexOf lastIndexOf", [.list(.dyn), .dyn], .int)
        method("getSeconds getMinutes getHours getMilliseconds", [.duration], .int)
        return all
    }()

    private static let specials: Set<String> = ["==", "!=", "<", "<=", ">", ">=", "hasValue", "value", "orValue"]

    static func isKnown(_ name: String, isMember: Bool) -> Bool {
        specials.contains(name) || signatures.contains { $0.name == name && $0.isMember == isMember }
    }

    /// The type of a call; `nil` when no overload takes the arguments.
    static func resultType(_ name: String, isMember: Bool, _ types: [CELType]) -> CELType? {
        switch name {
        case "==", "!=":
            let comparable = types[0].accepts(types[1]) || types[0].isNumber && types[1].isNumber
            return comparable || types.contains(.null) ? .bool : nil
        case "<", "<=", ">", ">=": return isOrdered(types[0], types[1]) ? .bool : nil
        case "hasValue", "value", "orValue":
            guard isMember, case .optional(let wrapped)? = types.first else { return types.first == .dyn ? .dyn : nil }
            if name == "hasValue" { return types.count == 1 ? .bool : nil }
            if name == "value" { return types.count == 1 ? wrapped : nil }
            return types.count == 2 && wrapped.accepts(types[1]) ? wrapped.joined(types[1]) : nil
        default: break
        }
        let match = signatures.first {
            $0.name == name && $0.isMember == isMember && $0.parameters.count == types.count
                && zip($0.parameters, types).allSatisfy { $0.accepts($1) }
        }
        guard let match else { return nil }
        switch (name, types.first) {
        case ("int", _), ("uint", _), ("double", _): return name == "int" ? .int : name == "uint" ? .uint : .double
        case ("+", .list(let element)):
            guard case .list(let other) = types[1] else { return .list(.dyn) }
            return .list(element.joined(other))
        case ("sum", .list(let element)), ("min", .list(let element)), ("max", .list(let element)): return element
        case ("in", _):
            let element: CELType =
                switch types[1] {
                case .list(let element): element
                case .map(let key, _): key
                case .object: .string
                default: .dyn
                }
            return element.accepts(types[0]) || element.isNumber && types[0].isNumber ? .bool : nil
        case (_, .dyn) where ["+", "-", "*", "/", "%"].contains(name): return .dyn
        default: return match.result
        }
    }

    private static func isOrdered(_ left: CELType, _ right: CELType) -> Bool {
        let ordered: [CELType] = [.dyn, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration]
        guard ordered.contains(left), ordered.contains(right) else { return false }
        return left.accepts(right) || left.isNumber && right.isNumber
    }

    /// The pattern of a `matches` call, when it is a literal.
    static func literalPattern(_ name: String, _ arguments: [CELExpression]) -> String? {
        guard name == "matches" || name == "find" || name == "findAll", let last = arguments.last,
            case .literal(.string(let pattern)) = last.node
        else { return nil }
        return pattern
    }

    static func call(_ name: String, _ operands: [CELValue]) throws(CELError) -> CELValue {
        if operands.count == 2, let value = try comparison(name, operands[0], operands[1]) { return value }
        if let value = try arithmetic(name, operands) { return value }
        if let value = try conversion(name, operands) { return value }
        if case .string(let text)? = operands.first,
            let value = try CELStrings.call(name, text, Array(operands.dropFirst()))
        {
            return value
        }
        if let value = try collection(name, operands) { return value }
        throw CELError("no such overload")
    }

    private static func comparison(_ name: String, _ left: CELValue, _ right: CELValue) throws(CELError) -> CELValue? {
        switch name {
        case "==": return .bool(left.equals(right))
        case "!=": return .bool(!left.equals(right))
        case "<", "<=", ">", ">=":
            guard let order = left.order(right) else { throw CELError("no such overload") }
            return .bool(name == "<" ? order < 0 : name == "<=" ? order <= 0 : name == ">" ? order > 0 : order >= 0)
        case "in":
            switch right {
            case .list(let elements): return .bool(elements.contains { $0.equals(left) })
            case .map(let members): return .bool(members[left] != nil)
            default: return nil
            }
        default: return nil
        }
    }

    private static func arithmetic(_ name: String, _ operands: [CELValue]) throws(CELError) -> CELValue? {
        func checked(_ result: (partialValue: Int64, overflow: Bool)) throws(CELError) -> Int64 {
            if result.overflow { throw CELError("integer overflow") }
            return result.partialValue
        }
        switch (name, operands.first, operands.dropFirst().first) {
        case ("!", .bool(let value), nil): return .bool(!value)
        case ("-", .int(let value), nil): return .int(try checked(Int64(0).subtractingReportingOverflow(value)))
        case ("-", .double(let value), nil): return .double(-value)
        case ("+", .int(let left), .int(let right)): return .int(try checked(left.addingReportingOverflow(right)))
        case ("-", .int(let left), .int(let right)): return .int(try checked(left.subtractingReportingOverflow(right)))
        case ("*", .int(let left), .int(let right)):
            return .int(try checked(left.multipliedReportingOverflow(by: right)))
        case ("/", .int(let left), .int(let right)):
            if right == 0 { throw CELError("division by zero") }
            return .int(try checked(left.dividedReportingOverflow(by: right)))
        case ("%", .int(let left), .int(let right)):
            if right == 0 { throw CELError("modulus by zero") }
            return .int(try checked(left.remainderReportingOverflow(dividingBy: right)))
        case ("+", .uint(let left), .uint(let right)): return .uint(left &+ right)
        case ("+", .double(let left), .double(let right)): return .double(left + right)
        case ("-", .double(let left), .double(let right)): return .double(left - right)
        case ("*", .double(let left), .double(let right)): return .double(left * right)
        case ("/", .double(let left), .double(let right)): return .double(left / right)
        case ("+", .string(let left), .string(let right)): return .string(left + right)
        case ("+", .bytes(let left), .bytes(let right)): return .bytes(left + right)
        case ("+", .list(let left), .list(let right)): return .list(left + right)
        case ("+", .duration(let left), .duration(let right)):
            return .duration(try checked(left.addingReportingOverflow(right)))
        case ("-", .duration(let left), .duration(let right)):
            return .duration(try checked(left.subtractingReportingOverflow(right)))
        case ("-", .timestamp(let left), .timestamp(let right)):
            return .duration(try checked((left - right).multipliedReportingOverflow(by: 1_000_000_000)))
        case ("+", .timestamp(let left), .duration(let right)): return .timestamp(left + right / 1_000_000_000)
        case ("-", .timestamp(let left), .duration(let right)): return .timestamp(left - right / 1_000_000_000)
        case ("+", .duration(let left), .timestamp(let right)): return .timestamp(right + left / 1_000_000_000)
        default: return nil
        }
    }

    private static func conversion(_ name: String, _ operands: [CELValue]) throws(CELError) -> CELValue? {
        guard operands.count == 1 else { return nil }
        let value = operands[0]
        switch (name, value) {
        case ("dyn", _): return value
        case ("type", _): return .type(value.typeName)
        case ("string", _): return .string(try text(value))
        case ("bool", .bool): return value
        case ("bool", .string(let text)):
            guard ["true", "false"].contains(text) else {
                throw CELError("type conversion error from 'string' to 'bool'")
            }
            return .bool(text == "true")
        case ("int", .string(let text)): return try converted(Int64(text).map(CELValue.int), to: "int")
        case ("int", .timestamp(let seconds)): return .int(seconds)
        case ("int", .int): return value
        case ("int", _):
            guard let number = value.number, abs(number) < 9.2e18 else { throw CELError("integer overflow") }
            return .int(Int64(number))
        case ("uint", .string(let text)): return try converted(UInt64(text).map(CELValue.uint), to: "uint")
        case ("uint", _):
            guard let number = value.number, number >= 0, number < 1.8e19 else {
                throw CELError("unsigned integer overflow")
            }
            return .uint(UInt64(number))
        case ("double", .string(let text)): return try converted(Double(text).map(CELValue.double), to: "double")
        case ("double", _): return value.number.map(CELValue.double)
        case ("bytes", .string(let text)): return .bytes(Array(text.utf8))
        case ("timestamp", .timestamp), ("duration", .duration): return value
        case ("timestamp", .string(let text)):
            return try converted(CELTime.timestamp(text).map(CELValue.timestamp), to: "timestamp")
        case ("duration", .string(let text)):
            return try converted(CELTime.duration(text).map(CELValue.duration), to: "duration")
        case ("getSeconds", .duration(let value)): return .int(value / 1_000_000_000)
        case ("getMinutes", .duration(let value)): return .int(value / 60_000_000_000)
        case ("getHours", .duration(let value)): return .int(value / 3_600_000_000_000)
        case ("getMilliseconds", .duration(let value)): return .int(value / 1_000_000)
        default: return nil
        }
    }

    private static func converted(_ value: CELValue?, to type: String) throws(CELError) -> CELValue {
        guard let value else { throw CELError("type conversion error from 'string' to '\(type)'") }
        return value
    }

    /// A value as `string()` and messages write it.
    static func text(_ value: CELValue) throws(CELError) -> String {
        switch value {
        case .string(let text): return text
        case .int(let value): return String(value)
        case .uint(let value): return String(value)
        case .double(let value):
            if let whole = Int64(exactly: value) { return String(whole) }
            return "\(value)"
        case .bool(let value): return String(value)
        case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .null: return "null"
        case .timestamp(let seconds): return Timestamp.text(Int(seconds))
        case .duration(let value):
            let seconds = Double(value) / 1e9
            return seconds.rounded() == seconds ? "\(Int64(seconds))s" : "\(seconds)s"
        case .list(let elements):
            var texts: [String] = []
            for element in elements { texts.append(try text(element)) }
            return "[\(texts.joined(separator: ", "))]"
        case .map(let members):
            var texts: [String] = []
            for (key, member) in members { texts.append("\(try text(key)): \(try text(member))") }
            return "{\(texts.sorted().joined(separator: ", "))}"
        case .type(let name): return name
        case .optional: throw CELError("no such overload")
        }
    }

    private static func collection(_ name: String, _ operands: [CELValue]) throws(CELError) -> CELValue? {
        switch (name, operands.first) {
        case ("size", .list(let elements)): return .int(Int64(elements.count))
        case ("size", .map(let members)): return .int(Int64(members.count))
        case ("size", .bytes(let bytes)): return .int(Int64(bytes.count))
        case ("hasValue", .optional(let wrapped)): return .bool(!wrapped.isEmpty)
        case ("value", .optional(let wrapped)):
            guard let value = wrapped.first else { throw CELError("optional.none() dereference") }
            return value
        case ("orValue", .optional(let wrapped)): return wrapped.first ?? operands[1]
        case ("join", .list(let elements)):
            var separator = ""
            if operands.count > 1, case .string(let text) = operands[1] { separator = text }
            var texts: [String] = []
            for element in elements { texts.append(try text(element)) }
            return .string(texts.joined(separator: separator))
        case ("indexOf", .list(let elements)):
            return .int(Int64(elements.firstIndex { $0.equals(operands[1]) } ?? -1))
        case ("lastIndexOf", .list(let elements)):
            return .int(Int64(elements.lastIndex { $0.equals(operands[1]) } ?? -1))
        case ("isSorted", .list(let elements)):
            return .bool(zip(elements, elements.dropFirst()).allSatisfy { ($0.order($1) ?? 1) <= 0 })
        case ("min", .list(let elements)), ("max", .list(let elements)):
            guard var best = elements.first else { throw CELError("\(name) called on empty list") }
            for element in elements {
                let order = element.order(best) ?? 0
                if name == "min" ? order < 0 : order > 0 { best = element }
            }
            return best
        case ("sum", .list(let elements)):
            guard var total = elements.first else { return .int(0) }
            for element in elements.dropFirst() { total = try arithmetic("+", [total, element]) ?? total }
            return total
        default: return nil
        }
    }
}
