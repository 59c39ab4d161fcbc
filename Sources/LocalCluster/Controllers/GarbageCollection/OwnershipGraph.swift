import KubernetesClient

/// Who owns whom in the cluster, and what follows from it; a value, as Kubernetes' garbage collector decides
/// (pkg/controller/garbagecollector).
struct OwnershipGraph {
    struct Node: Equatable {
        var kind: ResourceKind
        var object: UntypedObject

        var owners: [OwnerReference] { object.ownerReferences }
        func has(_ finalizer: String) -> Bool { object.finalizers.contains(finalizer) }
        var waitsForDependents: Bool { object.isBeingDeleted && has(OwnershipGraph.foreground) }
    }

    enum Decision: Equatable {
        case none
        case delete(DeleteOptions.Propagation)
        /// Owners that are gone or going; others hold the object.
        case removeOwners(Set<String>)
        /// It is being deleted in the foreground by an owner: its own references no longer block.
        case removeFinalizer(String)
        /// Take the reference out of these dependents, then the finalizer from the owner.
        case orphan([String])
        /// Look at these owners on the server first.
        case verify([OwnerReference])
    }

    static let foreground = "foregroundDeletion"
    static let orphan = "orphan"

    private(set) var nodes: [String: Node] = [:]
    private var dependents: [String: Set<String>] = [:]

    /// - Returns: the UIDs to decide on.
    mutating func put(_ node: Node) -> Set<String> {
        let uid = node.object.uid
        guard !uid.isEmpty else { return [] }
        let old = nodes.updateValue(node, forKey: uid)
        for owner in old?.owners ?? [] { dependents[owner.uid]?.remove(uid) }
        for owner in node.owners { dependents[owner.uid, default: []].insert(uid) }
        var affected: Set<String> = [uid]
        if node.object.isBeingDeleted { affected.formUnion(dependents[uid] ?? []) }
        // A dependent that no longer blocks may free its owner.
        for owner in (old?.owners ?? []) + node.owners where nodes[owner.uid]?.waitsForDependents == true {
            affected.insert(owner.uid)
        }
        return affected
    }

    mutating func remove(_ uid: String) -> Set<String> {
        guard let old = nodes.removeValue(forKey: uid) else { return [] }
        for owner in old.owners {
            dependents[owner.uid]?.remove(uid)
            if dependents[owner.uid]?.isEmpty == true { dependents[owner.uid] = nil }
        }
        return (dependents[uid] ?? []).union(old.owners.map(\.uid).filter { nodes[$0]?.waitsForDependents == true })
    }

    /// Whether the object with an owner's UID is the one that the reference names. A namespaced owner is of its
    /// dependent's namespace.
    func isNamed(by owner: OwnerReference, of dependent: Node) -> Bool {
        guard let node = nodes[owner.uid] else { return false }
        let group = owner.apiVersion.contains("/") ? owner.apiVersion.prefix { $0 != "/" } : ""
        return node.kind.kind == owner.kind && node.kind.group == group && node.object.name == owner.name
            && (!node.kind.isNamespaced || node.object.namespace == dependent.object.namespace)
    }

    /// What stands for an owner under the name by which one dependent knows it.
    static func coordinates(_ owner: OwnerReference, of dependent: Node) -> String {
        "\(owner.uid)/\(owner.apiVersion)/\(owner.kind)/\(dependent.object.namespace ?? "")/\(owner.name)"
    }

    /// - Parameter absent: UIDs of owners known not to exist, and ``coordinates(_:of:)`` under which there is none.
    func decide(_ uid: String, absent: Set<String>) -> Decision {
        guard let node = nodes[uid] else { return .none }
        if node.object.isBeingDeleted {
            if node.has(Self.orphan) { return .orphan((dependents[uid] ?? []).sorted()) }
            if node.has(Self.foreground), !(dependents[uid] ?? []).contains(where: { blocks($0, owner: uid) }) {
                return .removeFinalizer(Self.foreground)
            }
            return .none
        }
        guard !node.owners.isEmpty else { return .none }
        let present = node.owners.filter { isNamed(by: $0, of: node) }
        let unknown = node.owners.filter { owner in
            !present.contains(owner) && !absent.contains(Self.coordinates(owner, of: node))
                && (nodes[owner.uid] != nil || !absent.contains(owner.uid))
        }
        if !unknown.isEmpty { return .verify(unknown) }
        let going = present.filter { nodes[$0.uid]?.waitsForDependents == true }
        if present.count > going.count {
            let lost = node.owners.map(\.uid).filter { uid in !present.contains { $0.uid == uid } }
            let useless = Set(lost + going.map(\.uid))
            return useless.isEmpty ? .none : .removeOwners(useless)
        }
        if !going.isEmpty { return .delete(dependents[uid]?.isEmpty == false ? .foreground : .background) }
        return .delete(node.has(Self.orphan) ? .orphan : node.has(Self.foreground) ? .foreground : .background)
    }

    private func blocks(_ uid: String, owner: String) -> Bool {
        nodes[uid]?.owners.contains { $0.uid == owner && $0.blockOwnerDeletion } ?? false
    }
}
