extension CELFunctions {
    /// Computes a function, operator or method; `operands` starts with a method's receiver.
    static func call(_ name: String, _ operands: [CELValue]) throws(CELError) -> CELValue {
        if operands.count == 2 {
            if let value = try comparison(name, operands[0], operands[1]) { return value }
            if let value = try arithmetic(name, operands[0], operands[1]) { return value }
        }
        if let value = try conversion(name, operands) { return value }
        if case .string(let text)? = operands.first,
            let value = try CELStrings.call(name, text, Array(operands.dropFirst()))
        {
            return value
        }
        if let value = try CELLists.call(name, operands) { return value }
        if let value = try CELLibraries.call(name, operands) { return value }
        throw CELError.noOverload
    }

    private static func comparison(_ name: String, _ left: CELValue, _ right: CELValue) throws(CELError) -> CELValue? {
        switch name {
        case "_==_": return .bool(left.equals(right))
        case "_!=_": return .bool(!left.equals(right))
        case "_<_", "_<=_", "_>_", "_>=_":
            guard let order = left.order(right) else {
                if case .double(let number) = left, number.isNaN { throw CELError("NaN values cannot be ordered") }
                if case .double(let number) = right, number.isNaN { throw CELError("NaN values cannot be ordered") }
                throw CELError.noOverload
            }
            return .bool(
                name == "_<_" ? order < 0 : name == "_<=_" ? order <= 0 : name == "_>_" ? order > 0 : order >= 0)
        case "@in":
            if case .map(let members) = right { return .bool(members.member(left) != nil) }
            guard let elements = right.elements else { throw CELError.noOverload }
            return .bool(elements.contains { $0.equals(left) })
        default: return nil
        }
    }

    private static func arithmetic(_ name: String, _ left: CELValue, _ right: CELValue) throws(CELError) -> CELValue? {
        switch (left, right) {
        case (.int(let left), .int(let right)):
            return try whole(name, left, right, "integer overflow").map(CELValue.int)
        case (.uint(let left), .uint(let right)):
            return try whole(name, left, right, "unsigned integer overflow").map(CELValue.uint)
        case (.double(let left), .double(let right)):
            switch name {
            case "_+_": return .double(left + right)
            case "_-_": return .double(left - right)
            case "_*_": return .double(left * right)
            case "_/_": return .double(left / right)
            default: return nil
            }
        case (.string(let left), .string(let right)) where name == "_+_": return .string(left + right)
        case (.bytes(let left), .bytes(let right)) where name == "_+_": return .bytes(left + right)
        case (.keyedList(let left, let keys), _) where name == "_+_":
            return right.elements.map { .keyedList(merged(left, $0, keys), keys: keys) }
        case (.list(let left), _) where name == "_+_": return right.elements.map { .list(left + $0) }
        case (.duration(let left), .duration(let right)) where name == "_+_" || name == "_-_":
            return try whole(name, left, right, "duration overflow").map(CELValue.duration)
        case (.timestamp(let time), .duration(let duration)) where name == "_+_": return try moved(time, duration)
        case (.duration(let duration), .timestamp(let time)) where name == "_+_": return try moved(time, duration)
        case (.timestamp(let time), .duration(let duration)) where name == "_-_": return try moved(time, 0 &- duration)
        case (.timestamp(let left), .timestamp(let right)) where name == "_-_":
            guard let duration = left.since(right) else { throw CELError("integer overflow") }
            return .duration(duration)
        default: return nil
        }
    }

    private static func whole<T: FixedWidthInteger>(
        _ name: String, _ left: T, _ right: T, _ overflow: String
    ) throws(CELError) -> T? {
        let result: (partialValue: T, overflow: Bool)
        switch name {
        case "_+_": result = left.addingReportingOverflow(right)
        case "_-_": result = left.subtractingReportingOverflow(right)
        case "_*_": result = left.multipliedReportingOverflow(by: right)
        case "_/_":
            if right == 0 { throw CELError("division by zero") }
            result = left.dividedReportingOverflow(by: right)
        case "_%_":
            if right == 0 { throw CELError("modulus by zero") }
            result = left.remainderReportingOverflow(dividingBy: right)
        default: return nil
        }
        if result.overflow { throw CELError(overflow) }
        return result.partialValue
    }

    private static func moved(_ time: CELTime, _ duration: Int64) throws(CELError) -> CELValue {
        guard let result = time.adding(duration) else { throw CELError("timestamp overflow") }
        return .timestamp(result)
    }

    /// Two sets in one, or two maps as lists: what the second has wins, in the first's place.
    private static func merged(_ left: [CELValue], _ right: [CELValue], _ keys: [String]) -> [CELValue] {
        var result = left
        for element in right {
            if keys.isEmpty {
                if !result.contains(where: { $0.equals(element) }) { result.append(element) }
            } else if let place = result.firstIndex(where: { $0.key(keys) == element.key(keys) }) {
                result[place] = element
            } else {
                result.append(element)
            }
        }
        return result
    }

    // MARK: Conversions

    private static func conversion(_ name: String, _ operands: [CELValue]) throws(CELError) -> CELValue? {
        if name == "optional.none" { return .optional([]) }
        guard let value = operands.first else { return nil }
        switch (name, value, operands.count) {
        case ("!_", .bool(let value), 1): return .bool(!value)
        case ("-_", .int(let value), 1): return .int(try whole("_-_", 0, value, "integer overflow") ?? 0)
        case ("-_", .double(let value), 1): return .double(-value)
        case ("dyn", _, 1): return value
        case ("type", _, 1): return .type(value.typeName)
        case ("string", _, 1): return .string(try CELText.string(value))
        case ("bool", _, 1): return try bool(value)
        case ("int", _, 1): return .int(try int(value))
        case ("uint", _, 1): return .uint(try uint(value))
        case ("double", .string(let text), 1): return .double(try converted(text, Double(text), to: "double"))
        case ("double", .int(let number), 1): return .double(Double(number))
        case ("double", .uint(let number), 1): return .double(Double(number))
        case ("double", .double, 1): return value
        case ("bytes", .string(let text), 1): return .bytes(Array(text.utf8))
        case ("bytes", .bytes, 1), ("timestamp", .timestamp, 1), ("duration", .duration, 1): return value
        case ("timestamp", .string(let text), 1):
            return .timestamp(try converted(text, CELTime.timestamp(text), to: "google.protobuf.Timestamp"))
        case ("timestamp", .int(let seconds), 1):
            guard CELTime.range.contains(seconds) else { throw CELError("timestamp overflow") }
            return .timestamp(CELTime(seconds: seconds))
        case ("duration", .string(let text), 1):
            return .duration(try converted(text, CELTime.duration(text), to: "google.protobuf.Duration"))
        case ("duration", .int(let nanoseconds), 1): return .duration(nanoseconds)
        case (_, .timestamp(let time), _) where name.hasPrefix("get"):
            var zone = "UTC"
            if operands.count > 1, case .string(let text) = operands[1] { zone = text }
            guard let part = time.part(name, zone: zone) else { throw CELError("unknown time zone \(zone)") }
            return .int(part)
        case ("getSeconds", .duration(let duration), 1): return .int(duration / 1_000_000_000)
        case ("getMinutes", .duration(let duration), 1): return .int(duration / 60_000_000_000)
        case ("getHours", .duration(let duration), 1): return .int(duration / 3_600_000_000_000)
        case ("getMilliseconds", .duration(let duration), 1): return .int(duration / 1_000_000)
        default: return nil
        }
    }

    private static func fault(_ value: CELValue, _ type: String) -> CELError {
        CELError("type conversion error from '\(value.typeName)' to '\(type)'")
    }

    private static func converted<T>(_ text: String, _ value: T?, to type: String) throws(CELError) -> T {
        guard let value else { throw fault(.string(text), type) }
        return value
    }

    private static func bool(_ value: CELValue) throws(CELError) -> CELValue {
        switch value {
        case .bool: return value
        case .string(let text):
            if ["1", "t", "T", "TRUE", "true", "True"].contains(text) { return .bool(true) }
            if ["0", "f", "F", "FALSE", "false", "False"].contains(text) { return .bool(false) }
            throw fault(value, "bool")
        default: throw CELError.noOverload
        }
    }

    private static func int(_ value: CELValue) throws(CELError) -> Int64 {
        switch value {
        case .int(let number): return number
        case .uint(let number):
            guard let result = Int64(exactly: number) else { throw CELError("integer overflow") }
            return result
        case .double(let number):
            guard let result = Int64(exactly: number.rounded(.towardZero)), result != .min else {
                throw CELError("integer overflow")
            }
            return result
        case .string(let text): return try converted(text, Int64(text), to: "int")
        case .timestamp(let time): return time.seconds
        case .duration(let duration): return duration
        default: throw CELError.noOverload
        }
    }

    private static func uint(_ value: CELValue) throws(CELError) -> UInt64 {
        let overflow = CELError("unsigned integer overflow")
        switch value {
        case .uint(let number): return number
        case .int(let number):
            guard let result = UInt64(exactly: number) else { throw overflow }
            return result
        case .double(let number):
            guard number.isFinite, let result = UInt64(exactly: number.rounded(.towardZero)) else { throw overflow }
            return result
        case .string(let text):
            guard !text.hasPrefix("+") else { throw fault(value, "uint") }
            return try converted(text, UInt64(text), to: "uint")
        default: throw CELError.noOverload
        }
    }
}
