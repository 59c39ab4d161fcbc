/// Decides what becomes of each request: the first rule that has something to say wins, and without one it passes.
public struct FaultScript: Sendable {
    public typealias Rule = @Sendable (ProxiedRequest) -> Fault?

    private enum Entry: Sendable {
        case always(Rule)
        /// Passes over `skipping` matching requests, then acts on `times` of them.
        case counted(skipping: Int, times: Int, matches: @Sendable (ProxiedRequest) -> Bool, fault: Fault)
    }

    private var entries: [Entry] = []
    private var requests = 0
    private var mutations = 0

    public init() {}

    public mutating func add(_ rule: @escaping Rule) { entries.append(.always(rule)) }

    /// A fault for the requests after the first `skipping` that match, and for so many of them.
    public mutating func add(
        _ fault: Fault, skipping: Int = 0, times: Int = 1,
        when matches: @escaping @Sendable (ProxiedRequest) -> Bool
    ) {
        entries.append(.counted(skipping: skipping, times: times, matches: matches, fault: fault))
    }

    public mutating func clear() { entries = [] }

    public mutating func restartCount() {
        requests = 0
        mutations = 0
    }

    /// Numbers a request and says what becomes of it.
    public mutating func decide(_ request: inout ProxiedRequest) -> Fault {
        requests += 1
        request.number = requests
        if request.isMutating {
            mutations += 1
            request.mutation = mutations
        }
        for index in entries.indices {
            switch entries[index] {
            case .always(let rule):
                if let fault = rule(request) { return fault }
            case .counted(let skipping, let times, let matches, let fault):
                guard times > 0, matches(request) else { continue }
                guard skipping == 0 else {
                    entries[index] = .counted(skipping: skipping - 1, times: times, matches: matches, fault: fault)
                    continue
                }
                entries[index] = .counted(skipping: 0, times: times - 1, matches: matches, fault: fault)
                return fault
            }
        }
        return .pass
    }
}
