public import KubernetesClient

/// What changed in an informer's ``Store``.
public enum InformerEvent: Sendable {
    case added(UntypedObject)
    case updated(old: UntypedObject, new: UntypedObject)
    /// The last state known; the object may have changed once more before it went.
    case deleted(UntypedObject)

    /// The object in its newest known state.
    public var object: UntypedObject {
        switch self {
        case .added(let object), .updated(_, let object), .deleted(let object): object
        }
    }
}
