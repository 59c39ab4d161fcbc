public import KubernetesClient

/// An informer of further objects, and which primary objects a change of one of them is about.
public struct Watched: Sendable {
    /// Of the further objects.
    public var informer: Informer
    /// The primary objects to reconcile for a change.
    public var keys: @Sendable (InformerEvent) -> [ObjectKey]

    /// - Parameters:
    ///   - informer: of the further objects.
    ///   - keys: the primary objects to reconcile for a change.
    public init(_ informer: Informer, keys: @escaping @Sendable (InformerEvent) -> [ObjectKey]) {
        self.informer = informer
        self.keys = keys
    }

    /// Objects that primary objects of a kind own; by default those whose owner is marked as controller.
    public static func owned(_ informer: Informer, by owner: ResourceKind, onlyController: Bool = true) -> Watched {
        Watched(informer) { event in
            let object = event.object
            return object.ownerReferences
                .filter { $0.kind == owner.kind && $0.isOf(owner.group) && ($0.controller || !onlyController) }
                .map { ObjectKey(namespace: owner.isNamespaced ? object.namespace : nil, name: $0.name) }
        }
    }

    /// Objects that name primary ones by something of theirs: whatever an index of the primary objects' informer finds
    /// under the value that `value` gives.
    public static func indexed(
        _ informer: Informer, in primary: Informer, _ index: String,
        value: @escaping @Sendable (UntypedObject) -> String?
    ) -> Watched {
        Watched(informer) { event in
            value(event.object).map { primary.store.objects(index: index, value: $0).map(\.key) } ?? []
        }
    }

    /// Objects whose label names the primary object, which is in the same namespace.
    public static func labelled(_ informer: Informer, by label: String) -> Watched {
        Watched(informer) { event in
            let object = event.object
            return object.labels[label].map { [ObjectKey(namespace: object.namespace, name: $0)] } ?? []
        }
    }
}

extension OwnerReference {
    fileprivate func isOf(_ group: String) -> Bool {
        let parts = apiVersion.split(separator: "/", maxSplits: 1)
        return (parts.count == 2 ? String(parts[0]) : "") == group
    }
}
