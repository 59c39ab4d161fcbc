import KubernetesClient

/// What an informer does next, as a value: read everything, watch from there, read everything again when the server has
/// forgotten the version, and wait between failures.
///
/// Everything is read as the beginning of a watch, where the server can do that (WatchList), or else page by page.
///
/// Feed it what happened; it answers what to do, in order. It holds no objects, and its only time is what it is told.
struct InformerMachine: Sendable {
    enum Input: Sendable {
        case start
        case page(ObjectList)
        case listFailed(KubernetesError)
        case event(WatchEvent)
        /// The watch ended in order, this long after it began.
        case watchEnded(after: Duration)
        case watchFailed(KubernetesError)
        /// Nothing arrived for too long: the connection may be dead.
        case watchIdle
        case pauseOver
    }

    enum Action: Sendable, Hashable {
        /// What is in the store and not among what the list puts there is to go at its end.
        case beginList
        case list(continueToken: String?, limit: Int?)
        case endList(version: String)
        /// Watch from a version; `nil` asks for a list as its beginning.
        case watch(from: String?)
        case pause(Duration)
        case put(UntypedObject, from: Source)
        case remove(UntypedObject)
        /// Nothing more comes from the watch: drop its connection.
        case endWatch
    }

    /// Where an object comes from: a list shows how things are, a watch may repeat how they were.
    enum Source: Sendable, Hashable {
        case list
        case watch
    }

    private enum State: Sendable {
        case idle
        case listing
        case streaming
        case watching(version: String, sawEvent: Bool)
        case pausing(next: Next)
    }

    private enum Next: Sendable {
        case list
        case watch(version: String)
    }

    private var state = State.idle
    private var backoff: Backoff
    private var expiredTokens = 0
    /// Lists made since the last watch that told something.
    private var fruitlessLists = 0
    /// Watches in a row that told nothing: answered with something else, or silent.
    private var refusedWatches = 0
    private var silentWatches = 0
    /// Whether the server has said that it does not begin watches with a list.
    private var isStreamingRefused = false
    /// Lists in a row that did not come to their end as a stream.
    private var brokenStreams = 0
    private let pageSize: Int
    /// How much is asked for at a time now: less when pages are too large to be read.
    private var limit: Int
    private let random: @Sendable () -> Double

    /// A watch shorter than this is followed by a pause.
    static let shortestWatch = Duration.seconds(1)
    private static let smallestPage = 50

    /// - Parameter streams: whether to ask for lists as streams; pages are the other way.
    init(
        pageSize: Int = 500, streams: Bool = true, backoff: Backoff = Informer.defaultBackoff,
        random: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) {
        self.pageSize = pageSize
        limit = pageSize
        isStreamingRefused = !streams
        self.backoff = backoff
        self.random = random
    }

    mutating func handle(_ input: Input) -> [Action] {
        switch (state, input) {
        case (_, .start):
            return list()
        case (.listing, .page(let page)):
            return listed(page)
        case (.listing, .listFailed(let error)):
            return listFailed(error)
        case (.streaming, .event(let event)):
            return streamed(event)
        case (.streaming, .watchEnded):
            return streamBroke(nil)
        case (.streaming, .watchFailed(let error)):
            return streamBroke(error)
        case (.streaming, .watchIdle):
            isStreamingRefused = true
            return [.endWatch] + list()
        case (.watching(let version, _), .event(let event)):
            return told(event, at: version)
        case (.watching(let version, _), .watchEnded(let duration)):
            return duration >= Self.shortestWatch ? watch(from: version) : pause(then: .watch(version: version))
        case (.watching(let version, _), .watchFailed(let error)):
            return watchFailed(error, at: version)
        case (.watching(let version, let sawEvent), .watchIdle):
            silentWatches = sawEvent ? 1 : silentWatches + 1
            // Twice without as much as a bookmark: the version may be one that the server will only come to.
            return [.endWatch] + (silentWatches < 2 ? watch(from: version) : list())
        case (.pausing(let next), .pauseOver):
            switch next {
            case .list: return list()
            case .watch(let version): return watch(from: version)
            }
        default:
            // Late news of a watch that was given up.
            return []
        }
    }

    private mutating func list() -> [Action] {
        silentWatches = 0
        refusedWatches = 0
        if !isStreamingRefused, brokenStreams < 2 {
            state = .streaming
            return [.beginList, .watch(from: nil)]
        }
        state = .listing
        // When pages expire faster than they can be read, one large answer is all that is left.
        return [.beginList, .list(continueToken: nil, limit: expiredTokens < 2 ? limit : nil)]
    }

    private mutating func listed(_ page: ObjectList) -> [Action] {
        let actions = page.items.map { Action.put($0, from: .list) }
        if let token = page.continueToken { return actions + [.list(continueToken: token, limit: limit)] }
        expiredTokens = 0
        limit = pageSize
        return actions + endList(page.resourceVersion) + watch(from: page.resourceVersion)
    }

    private mutating func endList(_ version: String) -> [Action] {
        fruitlessLists += 1
        brokenStreams = 0
        return [.endList(version: version)]
    }

    private mutating func streamed(_ event: WatchEvent) -> [Action] {
        switch event {
        case .added(let object), .modified(let object): return [.put(object, from: .list)]
        case .deleted(let object): return [.remove(object)]
        case .bookmark(let version, true):
            state = .watching(version: version, sawEvent: true)
            return endList(version)
        case .bookmark:
            // A server that watches as ever and never says where the list ends.
            isStreamingRefused = true
            return [.endWatch] + list()
        case .error(let status): return [.endWatch] + streamBroke(.status(status))
        }
    }

    private mutating func streamBroke(_ error: KubernetesError?) -> [Action] {
        if error?.isStreamingListRefused == true {
            isStreamingRefused = true
            return list()
        }
        brokenStreams += 1
        return pause(then: .list, for: error)
    }

    private mutating func listFailed(_ error: KubernetesError) -> [Action] {
        if error.mayBeForTooMuch {
            limit = max(limit / 2, min(pageSize, Self.smallestPage))
            expiredTokens = 0
        }
        guard error.isGone, expiredTokens < 3 else { return pause(then: .list, for: error) }
        expiredTokens += 1
        return list()
    }

    private mutating func watch(from version: String) -> [Action] {
        state = .watching(version: version, sawEvent: false)
        return [.watch(from: version)]
    }

    private mutating func watchFailed(_ error: KubernetesError, at version: String) -> [Action] {
        if error.isGone { return expired() }
        // A lost connection says nothing of the version; what the server says now and again may.
        if !error.isTransport { refusedWatches += 1 }
        let isOverload = error.status.map { $0.code == 429 || $0.code >= 500 } ?? true
        // Forbidden, not found: the watch alone cannot say whether the kind is still there.
        guard isOverload, refusedWatches < 3 else { return pause(then: .list, for: error) }
        return pause(then: .watch(version: version), for: error)
    }

    private mutating func told(_ event: WatchEvent, at version: String) -> [Action] {
        if case .error(let status) = event { return [.endWatch] + watchFailed(.status(status), at: version) }
        let newer = event.resourceVersion.flatMap { $0.isEmpty ? nil : $0 } ?? version
        if case .bookmark = event, ResourceVersion.isOlder(newer, than: version) {
            // The server's state has been set back.
            return [.endWatch] + expired()
        }
        backoff.reset()
        fruitlessLists = 0
        refusedWatches = 0
        state = .watching(version: ResourceVersion.isOlder(newer, than: version) ? version : newer, sawEvent: true)
        switch event {
        case .added(let object), .modified(let object): return [.put(object, from: .watch)]
        case .deleted(let object): return [.remove(object)]
        case .bookmark, .error: return []
        }
    }

    /// Lists again at once, unless that was just done to no avail.
    private mutating func expired() -> [Action] { fruitlessLists > 1 ? pause(then: .list) : list() }

    private mutating func pause(then next: Next, for error: KubernetesError? = nil) -> [Action] {
        state = .pausing(next: next)
        let asked = Duration.seconds(min(error?.status?.retryAfterSeconds ?? 0, 60))
        return [.pause(max(asked, backoff.next(random: random())))]
    }
}

extension KubernetesError {
    /// Whether a smaller answer might have come: this one was too long, or not there in time.
    fileprivate var mayBeForTooMuch: Bool {
        switch self {
        case .unexpectedAnswer: true
        case .transport(let transport): transport.mayHaveBeenSent
        default: false
        }
    }
}
