/// What a reconcile of a resource came to: the status to show, and when to look again.
public struct Reconciled<Status: Sendable>: Sendable {
    /// Written if it is another than the present one; `nil` leaves that alone.
    public var status: Status?
    /// When to look again.
    public var next: ReconcileResult

    /// - Parameters:
    ///   - status: `nil` to leave it as it is.
    ///   - next: when to look again; only when something changes by default.
    public init(status: Status?, next: ReconcileResult = .done) {
        self.status = status
        self.next = next
    }
}

/// Brings the world to what resources of one kind say. Everything around that is the library's: caches, queue, retries,
/// the finalizer and the status.
///
/// It decides from observed state only and may be ended anywhere: what it was to do, another call does.
public protocol ResourceReconciler<Resource>: Sendable {
    /// The kind that is reconciled.
    associatedtype Resource: CustomResource where Resource.Status: Sendable

    /// Makes the world what a resource says that is there and not on its way out.
    ///
    /// - Returns: the status to show.
    /// - Throws: anything; it is logged, counted and followed by another call after a growing pause.
    func reconcile(_ resource: Resource) async throws -> Reconciled<Resource.Status>

    /// Undoes what the resource stood for, before it goes; called only where a finalizer is used. What has an owner
    /// reference to the resource goes by itself.
    func cleanUp(_ resource: Resource) async throws
}

extension ResourceReconciler {
    public func cleanUp(_ resource: Resource) async throws {}
}
