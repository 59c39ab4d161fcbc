import AsyncHTTPClient
import NIOCore
import NIOHTTP1

extension KubernetesClient {
    /// Begins to watch a collection, or one object by `fieldSelector: "metadata.name=…"`.
    ///
    /// The sequence ends when the server ends the watch, which is normal; go on from the last event's version. Letting
    /// go of its iterator, or cancelling the task, closes the connection. A connection that has silently died fails
    /// after ``ClientConfiguration/watchIdleTimeout``; ask for bookmarks, so that one that lives is not silent for long.
    ///
    /// - Parameter metadataOnly: events hold `PartialObjectMetadata`, without managed fields.
    /// - Throws: when the watch could not begin; ``KubernetesError/isGone`` when the version is too old,
    ///   ``KubernetesError/isStreamingListRefused`` when the server does not know `sendInitialEvents`.
    public func watch(
        _ kind: ResourceKind, namespace: String? = nil, options: WatchOptions = WatchOptions(),
        metadataOnly: Bool = false
    ) async throws(KubernetesError) -> WatchEvents {
        let request = APIRequest(
            .GET, kind.path(namespace: namespace), query: options.query,
            accept: metadataOnly ? Self.metadataAccept : "application/json")
        let response = try await stream(request, over: watchHTTP)
        return WatchEvents(
            client: self, request: request, body: response.body,
            projection: .event(metadataOnly: metadataOnly, omitsManagedFields: options.omitsManagedFields))
    }
}

/// The events of one watch, read once.
public struct WatchEvents: AsyncSequence, Sendable {
    public typealias Element = WatchEvent
    public typealias Failure = KubernetesError

    let client: KubernetesClient
    let request: APIRequest
    let body: HTTPClientResponse.Body
    let projection: JSONProjection

    /// The largest event, far above what etcd can hold.
    static let maximumEventBytes = 16 << 20

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(
            client: client, request: request, chunks: body.makeAsyncIterator(), projection: projection)
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        public typealias Element = WatchEvent
        public typealias Failure = KubernetesError

        let client: KubernetesClient
        let request: APIRequest
        var chunks: HTTPClientResponse.Body.AsyncIterator
        let projection: JSONProjection
        var lines = LineFraming(maximumLineBytes: WatchEvents.maximumEventBytes)
        var isAtEnd = false

        init(
            client: KubernetesClient, request: APIRequest, chunks: HTTPClientResponse.Body.AsyncIterator,
            projection: JSONProjection
        ) {
            self.client = client
            self.request = request
            self.chunks = chunks
            self.projection = projection
        }

        /// The next event, `nil` at the end.
        ///
        /// - Throws: ``KubernetesError/transport(_:)`` when the connection broke,
        ///   ``KubernetesError/unexpectedAnswer(_:)`` for a line that is no event.
        public mutating func next() async throws(KubernetesError) -> WatchEvent? {
            while true {
                if let line = lines.next() {
                    if let event = try event(line) { return event }
                    continue
                }
                if isAtEnd { return nil }
                do {
                    if let chunk = try await chunks.next() {
                        try lines.append(chunk.readableBytesView)
                        continue
                    }
                } catch {
                    isAtEnd = true
                    throw client.failure(request, error)
                }
                if Task.isCancelled { throw .cancelled }
                isAtEnd = true
                // A last line that was cut is not JSON and means no more than the end; the watch goes on from before.
                if let line = lines.rest(), let event = try? event(line) { return event }
            }
        }

        private func event(_ line: ArraySlice<UInt8>) throws(KubernetesError) -> WatchEvent? {
            do throws(JSONTextError) {
                return WatchEvent(try JSONValue(parsing: line, reading: projection))
            } catch {
                throw .unexpectedAnswer("a watch line is not JSON: \(error)")
            }
        }
    }
}
