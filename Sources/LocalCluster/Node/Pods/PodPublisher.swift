import KubernetesClient
import Logging
import Synchronization

/// Tells the API server the pod's status, newest first and nothing twice, and at the end that the pod is gone.
///
/// Apart from the pod's worker, so that a slow API server does not delay probes or stops.
final class PodPublisher: Sendable {
    private let client: KubernetesClient
    private let pod: PodIdentity
    private let logger: Logger
    private let state: Mutex<State>
    private let signal = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    private struct State {
        var wanted: JSONValue?
        var published: JSONValue?
    }

    private static let retryPause = Duration.milliseconds(500)

    init(client: KubernetesClient, pod: PodIdentity, published: JSONValue?, logger: Logger) {
        self.client = client
        self.pod = pod
        state = Mutex(State(published: published))
        self.logger = logger
    }

    func publish(_ status: JSONValue) {
        let isNews = state.withLock { state in
            state.wanted = status
            return state.published != status
        }
        if isNews { signal.continuation.yield() }
    }

    /// Runs until cancelled.
    func run() async {
        for await _ in signal.stream {
            while !Task.isCancelled {
                if await send() { break }
                try? await Task.sleep(for: Self.retryPause)
            }
        }
    }

    /// Sends the last status and, when the pod is to go, confirms its deletion; a few tries, and fewer for a status,
    /// which the next agent tells again.
    func finish(deleting: Bool) async {
        for attempt in 0..<(deleting ? 20 : 3) {
            if attempt > 0 { try? await Task.sleep(for: Self.retryPause) }
            guard await send() else { continue }
            if !deleting { return }
            do throws(KubernetesError) {
                try await client.delete(
                    .pod, pod.name, namespace: pod.namespace,
                    options: DeleteOptions(uid: pod.uid, gracePeriodSeconds: 0))
                return
            } catch {
                if error.isNotFound || error.isConflict { return }
                logger.warning("a pod's end is not confirmed yet", metadata: ["error": "\(error)"])
            }
        }
    }

    /// - Returns: whether the server has the newest status, or there is no pod any more.
    private func send() async -> Bool {
        let news = state.withLock { $0.wanted == $0.published ? nil : $0.wanted }
        guard let status = news else { return true }
        do throws(KubernetesError) {
            // The UID makes sure that a namesake's status stays untouched.
            var change = status
            for list in ["podIPs", "hostIPs"] {
                change[list] = .array([["$patch": "replace"]] + (status[list]?.arrayValue ?? []))
            }
            // Strategic, so that conditions of others stay.
            try await client.patch(
                .pod, pod.name, namespace: pod.namespace,
                .strategicMerge(["metadata": ["uid": .string(pod.uid)], "status": change]), subresource: "status")
            return state.withLock { state in
                state.published = status
                return state.wanted == status
            }
        } catch {
            if error.isNotFound || error.isConflict || error.isCancelled { return true }
            logger.warning("a pod's status is not written yet", metadata: ["error": "\(error)"])
            return false
        }
    }
}
