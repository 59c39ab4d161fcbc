/// A static type.
indirect enum CELType: Sendable, Hashable {
    case dyn, null, bool, int, uint, double, string, bytes, timestamp, duration
    /// What an expression without a type has; everything is assignable to it, so that one fault is told once.
    case error
    case type(CELType?)
    case list(CELType)
    case map(CELType, CELType)
    /// A type of a library: `kubernetes.Quantity`, `net.IP`, `optional_type(string)`.
    case opaque(String, [CELType])
    case object(CELObjectType)
    /// A type that is not known yet: a parameter of a function, or the elements of an empty list.
    case variable(String)

    static let ip = CELType.opaque("net.IP", [])
    static let cidr = CELType.opaque("net.CIDR", [])
    static let url = CELType.opaque("kubernetes.URL", [])
    static let quantity = CELType.opaque("kubernetes.Quantity", [])
    static let semver = CELType.opaque("kubernetes.Semver", [])
    static let format = CELType.opaque("kubernetes.NamedFormat", [])
    static func optional(_ wrapped: CELType) -> CELType { .opaque("optional_type", [wrapped]) }

    /// What an optional wraps.
    var wrapped: CELType? {
        if case .opaque("optional_type", let parameters) = self { parameters.first } else { nil }
    }

    var isDynOrError: Bool { self == .dyn || self == .error }

    /// Scalars count as one unit, whatever their value is.
    var isScalar: Bool {
        switch self {
        case .bool, .double, .duration, .int, .timestamp, .uint: true
        default: wrapped?.isScalar ?? false
        }
    }

    /// Types that null may stand for.
    var isNullable: Bool {
        switch self {
        case .null, .object, .opaque, .duration, .timestamp: true
        default: false
        }
    }

    var parameters: [CELType] {
        switch self {
        case .list(let element): [element]
        case .map(let key, let value): [key, value]
        case .opaque(_, let parameters): parameters
        case .type(let inner): inner.map { [$0] } ?? []
        default: []
        }
    }

    /// The type with its parameters changed.
    func mapParameters(_ change: (CELType) -> CELType) -> CELType {
        switch self {
        case .list(let element): .list(change(element))
        case .map(let key, let value): .map(change(key), change(value))
        case .opaque(let name, let parameters): .opaque(name, parameters.map(change))
        case .type(let inner): .type(inner.map(change))
        default: self
        }
    }

    var description: String {
        func list(_ name: String) -> String {
            parameters.isEmpty ? name : "\(name)(\(parameters.map(\.description).joined(separator: ", ")))"
        }
        return switch self {
        case .error: "!error!"
        case .type: list("type")
        case .list: list("list")
        case .map: list("map")
        case .opaque(let name, _): list(name)
        case .object(let object): object.name
        case .variable(let name): name
        default: Self.names[self] ?? ""
        }
    }

    /// The types without parameters, as the table of functions calls them.
    static let simple: [String: CELType] = [
        "dyn": .dyn, "null": .null, "bool": .bool, "int": .int, "uint": .uint, "double": .double, "string": .string,
        "bytes": .bytes, "timestamp": .timestamp, "duration": .duration, "ip": .ip, "cidr": .cidr, "url": .url,
        "quantity": .quantity, "semver": .semver, "format": .format,
    ]
    private static let names = Dictionary(simple.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
}

/// The type of objects with named fields, by the names expressions use. Two are the same only if they are one.
final class CELObjectType: Sendable, Hashable {
    let name: String
    let fields: [String: CELType]

    init(name: String, fields: [String: CELType]) {
        self.name = name
        self.fields = fields
    }

    static func == (left: CELObjectType, right: CELObjectType) -> Bool { left === right }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// What is known of type variables, and which types may stand for each other.
struct CELTypeMapping {
    private var bound: [String: CELType] = [:]
    private var count = 0

    mutating func variable() -> CELType {
        count += 1
        return .variable("_var\(count - 1)")
    }

    /// Fresh variables for the parameters of a function.
    mutating func instance(of types: [CELType]) -> [CELType] {
        var fresh: [String: CELType] = [:]
        func renamed(_ type: CELType) -> CELType {
            guard case .variable(let name) = type else { return type.mapParameters(renamed) }
            if let known = fresh[name] { return known }
            let new = variable()
            fresh[name] = new
            return new
        }
        return types.map(renamed)
    }

    /// A type with everything known put in; what is not known is anything when `final`.
    func resolved(_ type: CELType, final: Bool = false) -> CELType {
        guard case .variable(let name) = type else { return type.mapParameters { resolved($0, final: final) } }
        if let known = bound[name] { return resolved(known, final: final) }
        return final ? .dyn : type
    }

    /// Whether every type may stand where its counterpart is wanted; what that says of variables is kept then.
    mutating func assign(_ types: [CELType], to wanted: [CELType]) -> Bool {
        guard types.count == wanted.count else { return false }
        var trial = self
        for (type, wanted) in zip(types, wanted) where !trial.unify(type, wanted) { return false }
        self = trial
        return true
    }

    mutating func assign(_ type: CELType, to wanted: CELType) -> Bool { assign([type], to: [wanted]) }

    private mutating func unify(_ left: CELType, _ right: CELType) -> Bool {
        if case .variable(let name) = right {
            let (valid, isBound) = bind(name, right, to: left)
            if valid { return true }
            if isBound { return false }
        }
        if case .variable(let name) = left { return bind(name, left, to: right).valid }
        if left.isDynOrError || right.isDynOrError { return true }
        if left == .null { return right.isNullable }
        if right == .null { return left.isNullable }
        switch (left, right) {
        case (.type, .type): return true
        case (.list(let one), .list(let other)): return unify(one, other)
        case (.map(let key, let value), .map(let otherKey, let otherValue)):
            return unify(key, otherKey) && unify(value, otherValue)
        case (.opaque(let name, let one), .opaque(let otherName, let other)):
            guard name == otherName, one.count == other.count else { return false }
            for (one, other) in zip(one, other) where !unify(one, other) { return false }
            return true
        default: return left == right
        }
    }

    private mutating func bind(_ name: String, _ variable: CELType, to type: CELType) -> (valid: Bool, isBound: Bool) {
        if type == variable { return (true, true) }
        if let known = bound[name] {
            if known == type { return (true, true) }
            guard unify(type, known) else { return (false, true) }
            let general = Self.general(type, known)
            if !occurs(variable, in: general) { bound[name] = general }
            return (true, true)
        }
        guard !occurs(variable, in: type) else { return (false, false) }
        bound[name] = type
        return (true, false)
    }

    private func occurs(_ variable: CELType, in type: CELType) -> Bool {
        if type == variable { return true }
        if case .variable(let name) = type { return bound[name].map { occurs(variable, in: $0) } ?? false }
        return type.parameters.contains { occurs(variable, in: $0) }
    }

    /// The more general of two types that fit each other.
    static func general(_ left: CELType, _ right: CELType) -> CELType { isNoMoreSpecific(left, right) ? left : right }

    private static func isNoMoreSpecific(_ left: CELType, _ right: CELType) -> Bool {
        if case .variable = left { return true }
        if left == .dyn { return true }
        if case .variable = right { return false }
        switch (left, right) {
        case (_, .dyn): return false
        case (.type, .type): return true
        case (.list(let one), .list(let other)): return isNoMoreSpecific(one, other)
        case (.map(let key, let value), .map(let otherKey, let otherValue)):
            return isNoMoreSpecific(key, otherKey) && isNoMoreSpecific(value, otherValue)
        case (.opaque(let name, let one), .opaque(let otherName, let other)):
            return name == otherName && one.count == other.count && zip(one, other).allSatisfy(isNoMoreSpecific)
        default: return left == right
        }
    }
}
