import Synchronization

/// What reading a collection as a stream tells.
public enum ListEvent: Sendable, Hashable {
    /// An object, or a newer state of one already told.
    case object(UntypedObject)
    /// An object already told has gone while the rest was read.
    case removed(UntypedObject)
    /// That was all; a watch from this version misses nothing.
    case end(resourceVersion: String)
}

extension KubernetesClient {
    /// Reads a whole collection object by object, without it ever being in memory whole, here or in the server.
    ///
    /// A server that streams lists (WatchList, Kubernetes 1.32 and later) is asked to; from any other, which is
    /// remembered, the collection is read page by page. The last element is ``ListEvent/end(resourceVersion:)``.
    ///
    /// ```swift
    /// for try await event in client.streamList(.secret, metadataOnly: true) {
    ///     if case .object(let secret) = event { names.insert(secret.key) }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - namespace: `nil` for all namespaces.
    ///   - options: selectors, what to omit, and in `limit` the size of a page; the rest of it is not used.
    /// - Throws: from the iterator; ``KubernetesError/isGone`` when the state is forgotten before all pages are read:
    ///   begin anew.
    public func streamList(
        _ kind: ResourceKind, namespace: String? = nil, options: ListOptions = ListOptions(),
        metadataOnly: Bool = false
    ) -> ListEvents {
        ListEvents(
            client: self, kind: kind, namespace: namespace, options: options, metadataOnly: metadataOnly)
    }
}

/// A collection as a stream; each iteration reads it anew.
public struct ListEvents: AsyncSequence, Sendable {
    public typealias Element = ListEvent
    public typealias Failure = KubernetesError

    let client: KubernetesClient
    let kind: ResourceKind
    let namespace: String?
    let options: ListOptions
    let metadataOnly: Bool

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(list: self) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        public typealias Element = ListEvent
        public typealias Failure = KubernetesError

        private enum State {
            case beginning
            case streaming(WatchEvents.AsyncIterator)
            case paging(rest: [UntypedObject].Iterator, version: String, continueToken: String?)
            case ended
        }

        let list: ListEvents
        private var state = State.beginning

        init(list: ListEvents) { self.list = list }

        public mutating func next() async throws(KubernetesError) -> ListEvent? {
            while true {
                switch state {
                case .beginning: try await begin()
                case .streaming(var events):
                    state = .ended
                    let event = try await events.next()
                    if case .bookmark(let version, true) = event { return .end(resourceVersion: version) }
                    state = .streaming(events)
                    if let told = try told(event) { return told }
                case .paging(var rest, let version, let token):
                    if let object = rest.next() {
                        state = .paging(rest: rest, version: version, continueToken: token)
                        return .object(object)
                    }
                    state = .ended
                    guard let token else { return .end(resourceVersion: version) }
                    try await readPage(token)
                case .ended: return nil
                }
            }
        }

        private mutating func begin() async throws(KubernetesError) {
            state = .ended
            guard list.client.streamsLists.withLock({ $0 }) ?? true else { return try await readPage(nil) }
            let options = WatchOptions(
                labelSelector: list.options.labelSelector, fieldSelector: list.options.fieldSelector,
                timeoutSeconds: 300, sendInitialEvents: true, omitsManagedFields: list.options.omitsManagedFields)
            do throws(KubernetesError) {
                let events = try await list.client.watch(
                    list.kind, namespace: list.namespace, options: options, metadataOnly: list.metadataOnly)
                state = .streaming(events.makeAsyncIterator())
            } catch {
                // Who may list may not be allowed to watch.
                guard error.isStreamingListRefused || error.isForbidden else { throw error }
                if error.isStreamingListRefused { list.client.streamsLists.withLock { $0 = false } }
                try await readPage(nil)
            }
        }

        private mutating func readPage(_ token: String?) async throws(KubernetesError) {
            let options = ListOptions(
                labelSelector: list.options.labelSelector, fieldSelector: list.options.fieldSelector,
                limit: list.options.limit ?? 500, continueToken: token,
                omitsManagedFields: list.options.omitsManagedFields)
            let page = try await list.client.list(
                list.kind, namespace: list.namespace, options: options, metadataOnly: list.metadataOnly)
            state = .paging(
                rest: page.items.makeIterator(), version: page.resourceVersion, continueToken: page.continueToken)
        }

        private mutating func told(_ event: WatchEvent?) throws(KubernetesError) -> ListEvent? {
            switch event {
            case .added(let object), .modified(let object): return .object(object)
            case .deleted(let object): return .removed(object)
            case .bookmark: return nil
            case .error(let status):
                state = .ended
                throw .status(status)
            case nil:
                // A server that does not know the parameter may watch as ever; then pages are the way.
                state = .ended
                list.client.streamsLists.withLock { $0 = false }
                throw .unexpectedAnswer("a streamed list of \(list.kind) ended before it was complete")
            }
        }
    }
}
