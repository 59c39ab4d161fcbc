import Synchronization

/// Until when writes may be made: how a leader's writes end with its claim to lead.
///
/// Every request but a reading one that a client sends inside `WriteLimit.$current.withValue(limit) { … }`, child tasks
/// included,
///
/// - is not sent once ``end`` has passed: it fails with ``KubernetesError/cancelled``;
/// - is given up at ``end``, and tells the server to give it up then, too (`timeout=`, counted from its arrival);
/// - is not torn by the cancellation of its task: its answer, or ``end``, is awaited, so that no effect stays unknown
///   that need not.
///
/// Times are those of `ContinuousClock`, which counts while a machine sleeps and which nobody can set. What remains is
/// a request on its way: one that has left before ``end`` may take effect later if something between client and server
/// holds it back. A leader therefore ends its claim some time before others may take over (``LeaseTiming`` of the
/// runtime), and a write that must not be late at all carries the `resourceVersion` it is meant for.
public final class WriteLimit: Sendable {
    /// The limit of the current task, `nil` for none.
    @TaskLocal public static var current: WriteLimit?

    private struct State {
        var end: ContinuousClock.Instant
        var unanswered: ContinuousClock.Instant?
    }

    private let state: Mutex<State>

    public init(end: ContinuousClock.Instant) { state = Mutex(State(end: end)) }

    /// The last moment of a write; it may be moved at any time, for writes sent from then on.
    public var end: ContinuousClock.Instant {
        get { state.withLock { $0.end } }
        set { state.withLock { $0.end = newValue } }
    }

    /// When last a write ended without an answer, or with the one that it took too long, that the server may have
    /// carried out, or may yet; `nil` if never.
    public var lastUnansweredWrite: ContinuousClock.Instant? { state.withLock { $0.unanswered } }

    /// Makes one attempt at a write, with the time it may take.
    ///
    /// - Parameter longest: how long it may take in any case.
    func attempt<Answer: Sendable>(
        atMost longest: Duration, _ body: @escaping @Sendable (Duration) async throws(KubernetesError) -> Answer
    ) async throws(KubernetesError) -> Answer {
        guard end > .now, !Task.isCancelled else { throw .cancelled }
        // A task of its own, awaited here: cancellation does not reach it.
        let result = await Task { () -> Result<Answer, KubernetesError> in
            // Asked again: it may have had to wait for its turn.
            let left = end - .now
            guard left > .zero else { return .failure(.cancelled) }
            do throws(KubernetesError) {
                return .success(try await body(min(left, longest)))
            } catch {
                return .failure(error)
            }
        }.value
        if case .failure(let error) = result, error.isUncertain || error.isServerTimeout {
            state.withLock { $0.unanswered = .now }
        }
        return try result.get()
    }
}
