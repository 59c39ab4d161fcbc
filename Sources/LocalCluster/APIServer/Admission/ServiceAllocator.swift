internal import APIMachinery
internal import KubernetesClient
internal import Synchronization

/// Gives Services their cluster addresses and node ports.
///
/// The address follows from namespace and name (the next free one where two meet), so that a Service that is created
/// again has the address it had.
final class ServiceAllocator: Sendable {
    /// What was taken for one write; given back when the write fails.
    struct Reservation: Sendable {
        var addresses: [String] = []
        var nodePorts: [Int] = []
        static let none = Reservation()
    }

    private struct State {
        var addresses: Set<String> = []
        var nodePorts: Set<Int> = []
    }

    private let range: AddressRange
    private let state = Mutex(State())
    private static let nodePortRange = 30000...32767

    init(range: AddressRange) { self.range = range }

    /// Takes what a stored Service has.
    func restore(_ service: JSONValue) {
        state.withLock { state in
            if let address = Self.address(service) { state.addresses.insert(address) }
            state.nodePorts.formUnion(Self.nodePorts(service))
        }
    }

    func release(_ reservation: Reservation) {
        state.withLock { state in
            state.addresses.subtract(reservation.addresses)
            state.nodePorts.subtract(reservation.nodePorts)
        }
    }

    /// Gives back what a deleted Service had.
    func release(_ service: JSONValue) {
        release(Reservation(addresses: Self.address(service).map { [$0] } ?? [], nodePorts: Self.nodePorts(service)))
    }

    /// The Service with its address and ports.
    ///
    /// - Parameter old: the Service before an update, whose address and ports are kept.
    /// - Throws: a 422 for an address or port that another Service has, or one outside of the range.
    func allocate(_ service: JSONValue, old: JSONValue?) throws(StatusError) -> (JSONValue, Reservation) {
        var reservation = Reservation()
        do throws(FieldError) {
            var new = service
            try allocateAddress(&new, old: old, &reservation)
            try allocateNodePorts(&new, old: old, &reservation)
            return (new, reservation)
        } catch {
            release(reservation)
            let name = service[path: ["metadata", "name"]]?.stringValue ?? ""
            throw .invalid(kind: "Service", group: "", name: name, [error])
        }
    }

    private func allocateAddress(
        _ service: inout JSONValue, old: JSONValue?, _ reservation: inout Reservation
    ) throws(FieldError) {
        let oldAddress = old.flatMap { Self.address($0) }
        guard service["spec"]?["type"] != "ExternalName" else { return }
        var wanted = service["spec"]?["clusterIP"]?.stringValue ?? ""
        if wanted.isEmpty { wanted = service["spec"]?["clusterIPs"]?[0]?.stringValue ?? "" }
        if wanted.isEmpty { wanted = old?["spec"]?["clusterIP"]?.stringValue ?? "" }
        let isKept = old?["spec"]?["type"] != "ExternalName"
        if isKept, let before = old?["spec"]?["clusterIP"]?.stringValue, !before.isEmpty, wanted != before {
            throw .invalid("spec.clusterIPs[0]", .string(wanted), "may not change once set")
        }
        if wanted.isEmpty {
            let key = Self.key(service)
            let taken = state.withLock { state -> String? in
                let address = range.first(for: key) { !state.addresses.contains($0) }
                if let address { state.addresses.insert(address) }
                return address
            }
            guard let taken else {
                throw FieldError(.internalError, "spec.clusterIPs", "failed to allocate IP: range is full")
            }
            reservation.addresses.append(taken)
            wanted = taken
        } else if wanted != "None", wanted != oldAddress {
            // What is no address of the range's family is the validation's to refuse.
            guard wanted.split(separator: ".").count == 4,
                wanted.utf8.allSatisfy({ $0 == 46 || (48...57).contains($0) })
            else { return }
            guard range.contains(wanted) else {
                throw .invalid(
                    "spec.clusterIPs", JSONValue([wanted]),
                    "failed to allocate IP \(wanted): the provided network does not match the current range")
            }
            guard state.withLock({ $0.addresses.insert(wanted).inserted }) else {
                throw .invalid(
                    "spec.clusterIPs", JSONValue([wanted]),
                    "failed to allocate IP \(wanted): provided IP is already allocated")
            }
            reservation.addresses.append(wanted)
        }
        service[path: ["spec", "clusterIP"]] = .string(wanted)
        if service["spec"]?["clusterIPs"] == nil { service[path: ["spec", "clusterIPs"]] = [.string(wanted)] }
        if service["spec"]?["ipFamilies"] == nil { service[path: ["spec", "ipFamilies"]] = ["IPv4"] }
        if service["spec"]?["ipFamilyPolicy"] == nil { service[path: ["spec", "ipFamilyPolicy"]] = "SingleStack" }
    }

    private func allocateNodePorts(
        _ service: inout JSONValue, old: JSONValue?, _ reservation: inout Reservation
    ) throws(FieldError) {
        guard var ports = service["spec"]?["ports"]?.arrayValue else { return }
        let oldPorts = old?["spec"]?["ports"]?.arrayValue ?? []
        let known = Set(old.map { Self.nodePorts($0) } ?? [])
        let type = service["spec"]?["type"]
        let hasNodePorts = type == "NodePort" || type == "LoadBalancer"
        let isAllocated = type == "NodePort" || service["spec"]?["allocateLoadBalancerNodePorts"] != false
        for index in ports.indices {
            guard hasNodePorts else {
                if let port = ports[index]["nodePort"]?.intValue, known.contains(port) {
                    ports[index]["nodePort"] = nil
                }
                continue
            }
            if ports[index]["nodePort"]?.intValue ?? 0 == 0 {
                let same = oldPorts.first {
                    $0["port"] == ports[index]["port"] && $0["protocol"] == ports[index]["protocol"]
                }
                ports[index]["nodePort"] = same?["nodePort"]
            }
            if let port = ports[index]["nodePort"]?.intValue, port != 0 {
                if known.contains(port) { continue }
                guard Self.nodePortRange.contains(port) else {
                    throw .invalid(
                        "spec.ports[\(index)].nodePort", JSONValue(port),
                        "provided port is not in the valid range. The range of valid ports is "
                            + "\(Self.nodePortRange.lowerBound)-\(Self.nodePortRange.upperBound)")
                }
                guard state.withLock({ $0.nodePorts.insert(port).inserted }) else {
                    throw .invalid(
                        "spec.ports[\(index)].nodePort", JSONValue(port), "provided port is already allocated")
                }
                reservation.nodePorts.append(port)
            } else if isAllocated {
                let seed = Int(stableHash(Self.key(service) + "/\(index)") % UInt64(Self.nodePortRange.count))
                let port = state.withLock { state -> Int? in
                    let candidates = (0..<Self.nodePortRange.count).lazy.map {
                        Self.nodePortRange.lowerBound + (seed + $0) % Self.nodePortRange.count
                    }
                    let port = candidates.first { !state.nodePorts.contains($0) }
                    if let port { state.nodePorts.insert(port) }
                    return port
                }
                guard let port else { throw FieldError(.internalError, "spec.ports", "no free node port") }
                reservation.nodePorts.append(port)
                ports[index]["nodePort"] = JSONValue(port)
            }
        }
        service[path: ["spec", "ports"]] = .array(ports)
    }

    private static func key(_ service: JSONValue) -> String {
        let metadata = service["metadata"]
        return "\(metadata?["namespace"]?.stringValue ?? "")/\(metadata?["name"]?.stringValue ?? "")"
    }

    private static func address(_ service: JSONValue) -> String? {
        guard let address = service["spec"]?["clusterIP"]?.stringValue, !address.isEmpty, address != "None" else {
            return nil
        }
        return address
    }

    private static func nodePorts(_ service: JSONValue) -> [Int] {
        service["spec"]?["ports"]?.arrayValue?.compactMap { $0["nodePort"]?.intValue } ?? []
    }
}
