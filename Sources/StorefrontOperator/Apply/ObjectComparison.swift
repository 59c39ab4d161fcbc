import KubernetesClient

/// Whether an object already is as planned, so that applying it would change nothing.
///
/// The server adds defaults and other writers add fields of their own; so what counts is whether everything planned is
/// there. Fields that an earlier plan had and this one has not are told by ``Annotations/applied``, not here.
enum ObjectComparison {
    static func covers(_ live: JSONValue?, _ planned: JSONValue, isQuantity: Bool = false) -> Bool {
        guard let live else { return isOmitted(planned) }
        switch (planned, live) {
        case (.object(let wanted), .object(let present)):
            return wanted.allSatisfy { key, value in
                covers(present[key], value, isQuantity: isQuantity || key == "requests" || key == "limits")
            }
        case (.array(let wanted), .array(let present)): return covers(present, wanted, isQuantity: isQuantity)
        case (.string(let wanted), .string(let present)):
            return wanted == present || (isQuantity && isSameAmount(wanted, present))
        case (.string(let wanted), _) where isQuantity:
            return live.integerValue.map { isSameAmount(wanted, String($0)) } ?? false
        default: return planned == live
        }
    }

    /// The server leaves empty texts, lists and objects out.
    private static func isOmitted(_ planned: JSONValue) -> Bool {
        switch planned {
        case .null: true
        case .string(let text): text.isEmpty
        case .array(let elements): elements.isEmpty
        case .object(let members): members.values.allSatisfy(isOmitted)
        default: false
        }
    }

    /// Lists whose elements have names may have more elements from other writers; other lists are ours as a whole.
    private static func covers(_ live: [JSONValue], _ planned: [JSONValue], isQuantity: Bool) -> Bool {
        let names = planned.compactMap { $0["name"]?.stringValue }
        guard !names.isEmpty, names.count == planned.count, Set(names).count == names.count else {
            return live.count == planned.count
                && zip(live, planned).allSatisfy { covers($0, $1, isQuantity: isQuantity) }
        }
        return planned.allSatisfy { element in
            let present = live.first { $0["name"] == element["name"] }
            return present != nil && covers(present, element, isQuantity: isQuantity)
        }
    }

    /// The server writes quantities in its own way: `1000m` as `1`.
    static func isSameAmount(_ left: String, _ right: String) -> Bool {
        guard let left = amount(left), let right = amount(right) else { return false }
        return left == right
    }

    /// The amount that a quantity stands for.
    static func amount(_ quantity: String) -> Double? {
        let suffixes: [(String, Double)] = [
            ("Ki", 0x1p10), ("Mi", 0x1p20), ("Gi", 0x1p30), ("Ti", 0x1p40), ("Pi", 0x1p50), ("Ei", 0x1p60),
            ("n", 1e-9), ("u", 1e-6), ("m", 1e-3), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("P", 1e15),
            ("E", 1e18),
        ]
        if let number = Double(quantity) { return number }
        for (suffix, factor) in suffixes where quantity.hasSuffix(suffix) {
            return Double(quantity.dropLast(suffix.count)).map { $0 * factor }
        }
        return nil
    }
}
