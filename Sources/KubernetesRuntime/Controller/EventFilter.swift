import KubernetesClient

/// Which changes of an object call for a reconcile.
public enum EventFilter {
    /// Everything but changes of status alone: the generation, labels, annotations, finalizers or deletion changed.
    @Sendable
    public static func ignoringStatus(_ event: InformerEvent) -> Bool {
        guard case .updated(let old, let new) = event else { return true }
        return old.generation != new.generation || old.labels != new.labels || old.annotations != new.annotations
            || old.finalizers != new.finalizers || old.isBeingDeleted != new.isBeingDeleted || old.uid != new.uid
    }
}
