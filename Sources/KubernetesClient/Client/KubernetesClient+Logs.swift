import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Which of a container's output to read.
public struct LogOptions: Sendable, Hashable {
    /// `nil` when the pod has only one.
    public var container: String?
    /// Go on as more is written.
    public var follow: Bool
    /// The output of the run before the container's last restart.
    public var previous: Bool
    /// Only so many lines from the end.
    public var tailLines: Int?
    /// Only what was written in the last so many seconds.
    public var sinceSeconds: Int?
    /// At most so many bytes.
    public var limitBytes: Int?
    /// Put the time of each line before it.
    public var timestamps: Bool

    public init(
        container: String? = nil, follow: Bool = false, previous: Bool = false, tailLines: Int? = nil,
        sinceSeconds: Int? = nil, limitBytes: Int? = nil, timestamps: Bool = false
    ) {
        self.container = container
        self.follow = follow
        self.previous = previous
        self.tailLines = tailLines
        self.sinceSeconds = sinceSeconds
        self.limitBytes = limitBytes
        self.timestamps = timestamps
    }

    var query: [(String, String)] {
        var query: [(String, String)] = []
        if let container { query.append(("container", container)) }
        if follow { query.append(("follow", "true")) }
        if previous { query.append(("previous", "true")) }
        if let tailLines { query.append(("tailLines", String(tailLines))) }
        if let sinceSeconds { query.append(("sinceSeconds", String(sinceSeconds))) }
        if let limitBytes { query.append(("limitBytes", String(limitBytes))) }
        if timestamps { query.append(("timestamps", "true")) }
        return query
    }
}

extension KubernetesClient {
    /// The output of a pod's container as it comes.
    public func logs(
        pod: String, namespace: String, options: LogOptions = LogOptions()
    ) async throws(KubernetesError) -> ByteStream {
        let request = APIRequest(
            .GET, ResourceKind.pod.path(namespace: namespace, name: pod, subresource: "log"), query: options.query,
            accept: "*/*")
        return ByteStream(client: self, request: request, body: try await stream(request).body)
    }
}

/// The bytes of an answer as they come, in chunks of any size; read once.
public struct ByteStream: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    public typealias Failure = KubernetesError

    let client: KubernetesClient
    let request: APIRequest
    let body: HTTPClientResponse.Body

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(client: client, request: request, chunks: body.makeAsyncIterator())
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        public typealias Element = [UInt8]
        public typealias Failure = KubernetesError

        let client: KubernetesClient
        let request: APIRequest
        var chunks: HTTPClientResponse.Body.AsyncIterator

        public mutating func next() async throws(KubernetesError) -> [UInt8]? {
            do {
                return try await chunks.next().map { Array($0.readableBytesView) }
            } catch {
                throw client.failure(request, error)
            }
        }
    }
}
