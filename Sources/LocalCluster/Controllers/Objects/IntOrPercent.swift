import KubernetesClient

/// A field that is a count or a percentage of another count.
enum IntOrPercent: Equatable {
    case count(Int)
    case percent(Int)

    init?(_ json: JSONValue?) {
        if let count = json?.intValue {
            self = .count(count)
        } else if let text = json?.stringValue, text.hasSuffix("%"), let percent = Int(text.dropLast()) {
            self = .percent(percent)
        } else {
            return nil
        }
    }

    func of(_ total: Int, roundingUp: Bool) -> Int {
        switch self {
        case .count(let count): count
        case .percent(let percent): (total * percent + (roundingUp ? 99 : 0)) / 100
        }
    }
}
