public import KubernetesClient
public import Logging
public import ServiceLifecycle
import Synchronization

/// Tells people what a controller did, as Events that `kubectl describe` shows.
///
/// ``record(_:_:reason:message:fieldPath:)`` never waits and never fails: events go out from ``run()``, repeats are counted in
/// one Event, and what cannot be sent or comes too fast is dropped.
public final class EventRecorder: Service {
    /// Whether an event tells of a success or of trouble.
    public enum Kind: String, Sendable {
        case normal = "Normal"
        case warning = "Warning"
    }

    let client: KubernetesClient
    /// Such as `storefront-operator`.
    let component: String
    let instance: String
    let logger: Logger
    let queue: AsyncStream<RecordedEvent>
    let continuation: AsyncStream<RecordedEvent>.Continuation

    /// - Parameters:
    ///   - client: sends them.
    ///   - component: the controller's name, `source.component`.
    ///   - instance: this process, such as the pod's name.
    ///   - logger: told at debug level what could not be recorded.
    public init(
        client: KubernetesClient, component: String, instance: String = "",
        logger: Logger = Logger(label: "event-recorder")
    ) {
        self.client = client
        self.component = component
        self.instance = instance
        self.logger = logger
        (queue, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(256))
    }

    /// Records an event about an object.
    ///
    /// - Parameters:
    ///   - object: what the event is about.
    ///   - kind: whether people should care.
    ///   - reason: a word in CamelCase: `DatabaseUnreachable`.
    ///   - message: a sentence that says what happened and what to do; at most 1024 bytes of it are kept.
    ///   - fieldPath: the part of the object that is meant: `spec.containers{web}`.
    public func record(
        _ object: UntypedObject, _ kind: Kind = .normal, reason: String, message: String, fieldPath: String? = nil
    ) {
        continuation.yield(
            RecordedEvent(
                about: ObjectReference(object, fieldPath: fieldPath), kind: kind, reason: reason, message: message,
                time: .now))
    }

    /// Sends what is recorded until cancelled or told to shut down gracefully.
    public func run() async throws { await send() }
}
