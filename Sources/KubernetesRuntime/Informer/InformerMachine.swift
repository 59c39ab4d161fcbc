import KubernetesClient

/// What an informer does next, as a value: list page by page, watch from there, list again when the server has
/// forgotten the version, and wait between failures.
///
/// Feed it what happened; it answers what to do, in order. It keeps the keys of the list in progress, so that objects
/// gone meanwhile are told as deleted.
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
        case list(continueToken: String?, limit: Int?)
        case watch(from: String)
        case pause(Duration)
        case put(UntypedObject)
        case remove(UntypedObject)
        /// Remove what is none of these: a list is complete.
        case removeAllExcept(Set<ObjectKey>)
        /// Nothing more comes from the watch: drop its connection.
        case endWatch
    }

    private enum State: Sendable {
        case idle
        case listing(seen: Set<ObjectKey>)
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
    private let pageSize: Int
    private let random: @Sendable () -> Double

    /// A watch shorter than this that told nothing counts as failed.
    static let shortestWatch = Duration.seconds(1)

    init(
        pageSize: Int = 500, backoff: Backoff = Backoff(initial: .milliseconds(500), maximum: .seconds(30)),
        random: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) {
        self.pageSize = pageSize
        self.backoff = backoff
        self.random = random
    }

    mutating func handle(_ input: Input) -> [Action] {
        switch (state, input) {
        case (_, .start):
            return list()
        case (.listing(let seen), .page(let page)):
            return listed(page, seen: seen)
        case (.listing, .listFailed(let error)):
            return listFailed(error)
        case (.watching(let version, _), .event(let event)):
            return told(event, at: version)
        case (.watching(let version, let sawEvent), .watchEnded(let duration)):
            if sawEvent || duration >= Self.shortestWatch { return watch(from: version) }
            return pause(then: .watch(version: version))
        case (.watching(let version, _), .watchFailed(let error)):
            if error.isGone { return expired() }
            // Forbidden, not found: the watch alone cannot say whether the kind is still there.
            return pause(then: error.status == nil ? .watch(version: version) : .list)
        case (.watching(let version, _), .watchIdle):
            return [.endWatch] + watch(from: version)
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
        state = .listing(seen: [])
        // When pages expire faster than they can be read, one large answer is all that is left.
        return [.list(continueToken: nil, limit: expiredTokens < 2 ? pageSize : nil)]
    }

    private mutating func listed(_ page: ObjectList, seen: Set<ObjectKey>) -> [Action] {
        var seen = seen
        seen.formUnion(page.items.map(\.key))
        var actions = page.items.map { Action.put($0) }
        if let token = page.continueToken {
            state = .listing(seen: seen)
            return actions + [.list(continueToken: token, limit: pageSize)]
        }
        expiredTokens = 0
        fruitlessLists += 1
        actions.append(.removeAllExcept(seen))
        return actions + watch(from: page.resourceVersion)
    }

    private mutating func listFailed(_ error: KubernetesError) -> [Action] {
        guard error.isGone, expiredTokens < 3 else { return pause(then: .list) }
        expiredTokens += 1
        return list()
    }

    private mutating func watch(from version: String) -> [Action] {
        state = .watching(version: version, sawEvent: false)
        return [.watch(from: version)]
    }

    private mutating func told(_ event: WatchEvent, at version: String) -> [Action] {
        if case .error(let status) = event {
            let error = KubernetesError.status(status)
            return [.endWatch] + (error.isGone ? expired() : pause(then: .watch(version: version)))
        }
        backoff.reset()
        fruitlessLists = 0
        let newer = event.resourceVersion.flatMap { $0.isEmpty ? nil : $0 }
        state = .watching(version: newer ?? version, sawEvent: true)
        switch event {
        case .added(let object), .modified(let object): return [.put(object)]
        case .deleted(let object): return [.remove(object)]
        case .bookmark, .error: return []
        }
    }

    /// Lists again at once, unless that was just done to no avail.
    private mutating func expired() -> [Action] { fruitlessLists > 1 ? pause(then: .list) : list() }

    private mutating func pause(then next: Next) -> [Action] {
        state = .pausing(next: next)
        return [.pause(backoff.next(random: random()))]
    }
}
