/// `format`: `%s`, `%d`, `%f`, `%e`, `%x`, `%X`, `%o`, `%b` and `%%`, with a precision for `%f` (`%.2f`).
enum CELFormat {
    private struct Clause {
        var verb: Character
        var precision = 6
    }

    private enum Part {
        case text(String)
        case clause(Clause)
    }

    static func text(_ pattern: String, _ values: [CELValue]) throws(CELError) -> String {
        var result = ""
        var next = 0
        for part in try parts(of: pattern) {
            switch part {
            case .text(let text): result += text
            case .clause(let clause):
                guard next < values.count else { throw CELError("index \(next) out of range") }
                do throws(CELError) {
                    result += try shown(values[next], clause)
                } catch {
                    throw CELError("error during formatting: \(error.message)")
                }
                next += 1
            }
        }
        return result
    }

    /// What is wrong with a pattern and the types of what it is to show.
    static func faults(_ pattern: String, _ values: [(type: CELType, offset: Int)], at offset: Int) -> [CELError] {
        do throws(CELError) {
            var next = 0
            for case .clause(let clause) in try parts(of: pattern) {
                guard next < values.count else { return [CELError("index \(next) out of range", at: offset)] }
                let (type, place) = values[next]
                if type != .dyn, !clause.verb.takes(type) {
                    return [
                        CELError("error during formatting: \(fault(clause.verb, type.runtimeName).message)", at: place)
                    ]
                }
                next += 1
            }
            if values.count > next {
                let message = "too many arguments supplied to string.format (expected \(next), got \(values.count))"
                return [CELError(message, at: offset)]
            }
            return []
        } catch {
            return [CELError(error.message, at: offset)]
        }
    }

    private static func parts(of pattern: String) throws(CELError) -> [Part] {
        var parts: [Part] = []
        var rest = pattern[...]
        var text = ""
        while let character = rest.popFirst() {
            guard character == "%" else {
                text.append(character)
                continue
            }
            if rest.first == "%" {
                text.append("%")
                rest.removeFirst()
                continue
            }
            var clause = Clause(verb: " ")
            if rest.first == "." {
                let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
                guard let precision = Int(digits) else {
                    throw CELError(
                        "could not parse formatting clause: error while parsing precision: could not convert "
                            + "precision to integer: strconv.Atoi: parsing \(CELText.quoted(String(digits))): invalid syntax"
                    )
                }
                clause.precision = precision
                rest = rest.dropFirst(1 + digits.count)
            }
            guard let verb = rest.popFirst() else { throw CELError("unexpected end of string") }
            guard "sdfexXob".contains(verb) else {
                throw CELError("could not parse formatting clause: unrecognized formatting clause \"\(verb)\"")
            }
            clause.verb = verb
            parts.append(.text(text))
            text = ""
            parts.append(.clause(clause))
        }
        return parts + [.text(text)]
    }

    private static func fault(_ verb: Character, _ type: String) -> CELError {
        let rule =
            switch verb {
            case "d": "decimal clause can only be used on integers"
            case "f": "fixed-point clause can only be used on doubles"
            case "e": "scientific clause can only be used on doubles"
            case "x", "X": "only integers, byte buffers, and strings can be formatted as hex"
            case "o": "octal clause can only be used on integers"
            case "b": "only integers and bools can be formatted as binary"
            default:
                "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, "
                    + "and timestamps"
            }
        return CELError("\(rule), was given \(type)")
    }

    private static func shown(_ value: CELValue, _ clause: Clause) throws(CELError) -> String {
        let radix = ["d": 10, "x": 16, "X": 16, "o": 8, "b": 2][clause.verb]
        switch (clause.verb, value) {
        case ("s", _): return try string(value, clause)
        case (let verb, .int(let number)) where radix != nil:
            return String(number, radix: radix ?? 10, uppercase: verb == "X")
        case (let verb, .uint(let number)) where radix != nil:
            return String(number, radix: radix ?? 10, uppercase: verb == "X")
        case ("x", .string(let text)), ("X", .string(let text)): return hex(Array(text.utf8), clause.verb)
        case ("x", .bytes(let bytes)), ("X", .bytes(let bytes)): return hex(bytes, clause.verb)
        case ("b", .bool(let value)): return value ? "1" : "0"
        case ("f", .double(let number)): return fixed(number, clause.precision)
        case ("e", .double(let number)): return scientific(number)
        default: throw fault(clause.verb, value.typeName)
        }
    }

    private static func hex(_ bytes: [UInt8], _ verb: Character) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16, uppercase: verb == "X")
            return digits.count < 2 ? "0" + digits : digits
        }.joined()
    }

    private static func string(_ value: CELValue, _ clause: Clause) throws(CELError) -> String {
        func inner(_ value: CELValue) throws(CELError) -> String {
            switch value {
            case .string(let text): return CELText.quoted(text)
            case .bytes(let bytes): return "b" + CELText.quoted(String(decoding: bytes, as: UTF8.self))
            case .double(let number): return number.isFinite ? fixed(number, 6) : CELText.quoted(fixed(number, 6))
            case .timestamp(let time): return "timestamp(\"\(time.text)\")"
            case .duration(let duration): return "duration(\"\(CELTime.text(ofDuration: duration))\")"
            default: return try string(value, clause)
            }
        }
        switch value {
        case .null: return "null"
        case .list(let elements), .keyedList(let elements, _):
            var texts: [String] = []
            for element in elements { texts.append(try inner(element)) }
            return "[\(texts.joined(separator: ", "))]"
        case .map(let members):
            var texts: [String] = []
            for (key, member) in members { texts.append("\(try inner(key)):\(try inner(member))") }
            return "{\(texts.sorted().joined(separator: ", "))}"
        case .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type:
            do throws(CELError) {
                return try CELText.string(value)
            } catch {
                throw CELError("could not convert argument \(CELText.quoted(error.message)) to string")
            }
        default: throw fault("s", value.typeName)
        }
    }

    /// With commas between thousands, as the locale `en_US` has it.
    private static func fixed(_ number: Double, _ precision: Int) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-∞" : "∞" }
        let plain = decimal(abs(number), precision)
        let parts = plain.split(separator: ".", omittingEmptySubsequences: false)
        var whole = ""
        for (index, digit) in parts[0].reversed().enumerated() {
            if index > 0, index % 3 == 0 { whole = "," + whole }
            whole = String(digit) + whole
        }
        let isNegative = number < 0 && plain.contains { $0 != "0" && $0 != "." }
        return (isNegative ? "-" : "") + whole + (parts.count > 1 ? "." + parts[1] : "")
    }

    private static func decimal(_ number: Double, _ precision: Int) -> String {
        var scale = 1.0
        for _ in 0..<precision { scale *= 10 }
        let scaled = (number * scale).rounded(.toNearestOrEven)
        guard scaled < 9e18 else { return CELText.number(number) }
        let digits = String(Int64(scaled))
        let padded = String(repeating: "0", count: max(0, precision + 1 - digits.count)) + digits
        return precision == 0 ? padded : "\(padded.dropLast(precision)).\(padded.suffix(precision))"
    }

    private static func scientific(_ number: Double) -> String {
        guard number.isFinite else { return fixed(number, 6) }
        var (mantissa, power) = (abs(number), 0)
        while mantissa >= 10 {
            mantissa /= 10
            power += 1
        }
        while mantissa > 0, mantissa < 1 {
            mantissa *= 10
            power -= 1
        }
        let superscripts: [Character: Character] = [
            "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
        ]
        let digits = (abs(power) < 10 ? "0" : "") + String(abs(power))
        let raised = (power < 0 ? "⁻" : "") + String(digits.map { superscripts[$0] ?? $0 })
        return "\(number < 0 ? "-" : "")\(decimal(mantissa, 6))×10\(raised)"
    }
}

extension Character {
    /// Whether a clause with this verb can show values of a type.
    fileprivate func takes(_ type: CELType) -> Bool {
        switch self {
        case "d", "o": return type == .int || type == .uint
        case "f", "e": return type == .double
        case "x", "X": return [.int, .uint, .string, .bytes].contains(type)
        case "b": return [.int, .uint, .bool].contains(type)
        default:
            switch type {
            case .opaque, .object: return false
            default: return true
            }
        }
    }
}

extension CELType {
    /// As values of the type name it at run time.
    fileprivate var runtimeName: String {
        switch self {
        case .list: "list"
        case .map: "map"
        case .timestamp: "google.protobuf.Timestamp"
        case .duration: "google.protobuf.Duration"
        case .null: "null_type"
        case .opaque(let name, _): name
        default: description
        }
    }
}
