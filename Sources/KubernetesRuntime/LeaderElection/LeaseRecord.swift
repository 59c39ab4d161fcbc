import KubernetesClient

/// The part of a Lease that election reads and writes.
struct LeaseRecord: Sendable, Hashable {
    /// `nil` or empty: nobody.
    var holder: String?
    var durationSeconds: Int
    var acquireTime: Timestamp?
    var renewTime: Timestamp?
    var transitions: Int

    init(holder: String?, durationSeconds: Int, acquireTime: Timestamp?, renewTime: Timestamp?, transitions: Int) {
        self.holder = holder
        self.durationSeconds = durationSeconds
        self.acquireTime = acquireTime
        self.renewTime = renewTime
        self.transitions = transitions
    }

    init(_ lease: UntypedObject) {
        let spec = lease.spec ?? .emptyObject
        holder = spec["holderIdentity"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        durationSeconds = spec["leaseDurationSeconds"]?.intValue ?? 0
        acquireTime = spec["acquireTime"]?.stringValue.flatMap { Timestamp($0) }
        renewTime = spec["renewTime"]?.stringValue.flatMap { Timestamp($0) }
        transitions = spec["leaseTransitions"]?.intValue ?? 0
    }

    /// Makes it nobody's, and expired for those that do not read `holderIdentity`.
    mutating func release(at time: Timestamp) {
        holder = nil
        durationSeconds = 1
        renewTime = time
    }

    /// Writes the record to a Lease's spec, leaving other fields alone. Times have six digits, as the API demands.
    func write(to lease: inout UntypedObject) {
        lease["spec", "holderIdentity"] = .string(holder ?? "")
        lease["spec", "leaseDurationSeconds"] = JSONValue(durationSeconds)
        lease["spec", "acquireTime"] = acquireTime.map { .string($0.micro) }
        lease["spec", "renewTime"] = renewTime.map { .string($0.micro) }
        lease["spec", "leaseTransitions"] = JSONValue(transitions)
    }
}
