import KubernetesClient

/// What pods ask of a node, in thousandths of each resource's unit.
struct ResourceRequests: Equatable {
    private(set) var amounts: [String: Double] = [:]
    private(set) var pods = 0

    /// - Parameter running: the pods that are counted.
    init(_ running: some Sequence<UntypedObject>) {
        for pod in running {
            pods += 1
            amounts.merge(Self.of(pod), uniquingKeysWith: +)
        }
    }

    /// What a node that holds these lacks for one pod more, in the words of Kubernetes' scheduler.
    func shortages(for pod: UntypedObject, on node: UntypedObject) -> [String] {
        let allocatable = Self.amounts(node["status", "allocatable"])
        var shortages: [String] = []
        if let limit = allocatable["pods"], Double(pods + 1) * 1000 > limit { shortages.append("Too many pods") }
        for (resource, amount) in Self.of(pod).sorted(by: { $0.key < $1.key }) where amount > 0 {
            // A node that does not tell what it has is not asked.
            guard !allocatable.isEmpty, amount > (allocatable[resource] ?? 0) - (amounts[resource] ?? 0) else {
                continue
            }
            shortages.append("Insufficient \(resource)")
        }
        return shortages
    }

    /// All containers together; those that run before the others only where one asks for more.
    private static func of(_ pod: UntypedObject) -> [String: Double] {
        var sum: [String: Double] = [:]
        for container in pod["spec", "containers"]?.arrayValue ?? [] {
            sum.merge(amounts(container[path: ["resources", "requests"]]), uniquingKeysWith: +)
        }
        var before: [String: Double] = [:]
        for container in pod["spec", "initContainers"]?.arrayValue ?? [] {
            let own = amounts(container[path: ["resources", "requests"]])
            if container["restartPolicy"]?.stringValue == "Always" {
                sum.merge(own, uniquingKeysWith: +)
            } else {
                before.merge(own, uniquingKeysWith: max)
            }
        }
        sum.merge(before, uniquingKeysWith: max)
        sum.merge(amounts(pod["spec", "overhead"]), uniquingKeysWith: +)
        return sum
    }

    private static func amounts(_ json: JSONValue?) -> [String: Double] {
        (json?.objectValue ?? [:]).compactMapValues { value in
            (value.stringValue ?? value.intValue.map(String.init)).flatMap(Quantity.thousandths)
        }
    }
}
