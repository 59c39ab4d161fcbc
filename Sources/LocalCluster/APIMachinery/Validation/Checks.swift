import KubernetesClient

/// The checks that many validations of built-in kinds are made of. An absent value passes.
extension BuiltinValidation {
    /// A text against a format.
    mutating func text(_ value: JSONValue?, _ path: String, _ faults: (String) -> [String]) {
        guard let value, value != "" else { return }
        givenText(value, path, faults)
    }

    /// A text against a format, an empty one too.
    mutating func givenText(_ value: JSONValue, _ path: String, _ faults: (String) -> [String]) {
        guard let text = value.stringValue else { return }
        for fault in faults(text) { fail(.invalid(path, value, fault)) }
    }

    /// A value out of a few; told in the order given.
    mutating func choice(_ value: JSONValue?, _ path: String, _ allowed: [String]) {
        guard let value, !value.isNull, !allowed.contains(value.stringValue ?? "") else { return }
        fail(.notSupported(path, value, allowed))
    }

    mutating func range(_ value: JSONValue?, _ path: String, _ range: ClosedRange<Int64>) {
        guard let value, let number = value.integerValue, !range.contains(number) else { return }
        fail(.invalid(path, value, "must be between \(range.lowerBound) and \(range.upperBound), inclusive"))
    }

    mutating func nonNegative(_ value: JSONValue?, _ path: String) {
        guard let value, let number = value.integerValue, number < 0 else { return }
        fail(.invalid(path, value, "must be greater than or equal to 0"))
    }

    /// A port by number or name; neither 0 nor "" is one.
    mutating func portReference(_ port: JSONValue?, _ path: String) {
        if let name = port?.stringValue {
            portName(name, path)
        } else {
            range(port ?? 0, path, 1...65_535)
        }
    }

    mutating func portName(_ name: String, _ path: String) {
        for fault in Names.faultsOfPortName(name) { fail(.invalid(path, .string(name), fault)) }
    }

    mutating func address(_ value: JSONValue?, _ path: String) {
        let text = value?.stringValue ?? ""
        if IPAddress(text, leadingZeros: true) != nil { return }
        fail(.invalid(path, .string(text), "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"))
    }

    /// A path within a folder.
    mutating func innerPath(_ value: JSONValue?, _ path: String) {
        guard let text = value?.stringValue, !text.isEmpty else { return }
        if text.hasPrefix("/") { fail(.invalid(path, value ?? .null, "must be a relative path")) }
        withoutBacksteps(value, path)
    }

    mutating func withoutBacksteps(_ value: JSONValue?, _ path: String) {
        guard let value, let text = value.stringValue else { return }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.contains("..") { fail(.invalid(path, value, "must not contain '..'")) }
    }

    mutating func fileMode(_ value: JSONValue?, _ path: String) {
        guard let value, let mode = value.integerValue, !(0...0o777).contains(mode) else { return }
        fail(.invalid(path, value, "must be a number between 0 and 0777 (octal), both inclusive"))
    }

    /// A value as Go writes a struct that says nothing of JSON: its fields in their order, under their own names.
    static func goStruct(_ fields: [(name: String, value: JSONValue)]) -> String {
        "{\(fields.map { "\"\($0.name)\":\($0.value.text())" }.joined(separator: ","))}"
    }

    mutating func errors(of faults: [FieldError]) { for fault in faults { fail(fault) } }
}
