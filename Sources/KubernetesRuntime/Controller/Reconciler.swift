public import KubernetesClient

/// What a reconcile wants next.
public enum ReconcileResult: Sendable, Hashable {
    /// Nothing until something changes.
    case done
    /// Again after this time, or sooner when something changes.
    case requeue(after: Duration)
}

/// Brings the world to what an object says: one function from the object's key to a result.
///
/// It is called for an object that is there and for one that has gone, never twice at a time for one key, and decides
/// from observed state only. What it throws is logged, counted and followed by another call after a growing pause.
public protocol Reconciler: Sendable {
    /// Brings the world to what the object with this key says, whether or not it is there.
    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult
}
