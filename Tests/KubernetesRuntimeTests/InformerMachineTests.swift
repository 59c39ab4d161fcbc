import KubernetesClient
import Testing

@testable import KubernetesRuntime

@Suite struct InformerMachineTests {
    private func pod(_ name: String, _ version: String = "1") -> UntypedObject {
        UntypedObject(["kind": "Pod", "metadata": ["name": .string(name), "resourceVersion": .string(version)]])
    }

    private let gone = KubernetesError.status(Status(code: 410, reason: "Expired", message: "too old"))
    private let lost = KubernetesError.transport(
        .init(request: "GET /", mayHaveBeenSent: true, underlying: CancellationError()))

    private func machine(streams: Bool) -> InformerMachine {
        InformerMachine(
            pageSize: 2, streams: streams, backoff: Backoff(initial: .seconds(1), maximum: .seconds(8)), random: { 0 })
    }

    /// A machine without streams and without jitter whose pauses are 1, 2, 4, 8, 8 … seconds.
    private func machine() -> InformerMachine {
        machine(streams: false)
    }

    /// A machine that watches from version 10, having listed pods a and b.
    private func watching() -> InformerMachine {
        var machine = machine()
        _ = machine.handle(.start)
        _ = machine.handle(.page(ObjectList(items: [pod("a"), pod("b")], resourceVersion: "10")))
        return machine
    }

    @Test func listsPageByPageThenWatchesFromTheListsVersion() {
        var machine = machine()
        #expect(machine.handle(.start) == [.beginList, .list(continueToken: nil, limit: 2)])
        let first = ObjectList(items: [pod("a"), pod("b")], resourceVersion: "10", continueToken: "t")
        #expect(
            machine.handle(.page(first)) == [
                .put(pod("a"), from: .list), .put(pod("b"), from: .list), .list(continueToken: "t", limit: 2),
            ])
        let last = ObjectList(items: [pod("c")], resourceVersion: "10")
        #expect(
            machine.handle(.page(last)) == [
                .put(pod("c"), from: .list), .endList(version: "10"), .watch(from: "10"),
            ])
    }

    @Test func aListThatIsStreamedGoesOnAsTheWatch() {
        var machine = machine(streams: true)
        #expect(machine.handle(.start) == [.beginList, .watch(from: nil)])
        #expect(machine.handle(.event(.added(pod("a", "7")))) == [.put(pod("a", "7"), from: .list)])
        #expect(machine.handle(.event(.added(pod("b", "3")))) == [.put(pod("b", "3"), from: .list)])
        #expect(machine.handle(.event(.deleted(pod("b", "9")))) == [.remove(pod("b", "9"))])
        #expect(
            machine.handle(.event(.bookmark(resourceVersion: "10", endsInitialEvents: true)))
                == [.endList(version: "10")])
        #expect(machine.handle(.event(.modified(pod("a", "11")))) == [.put(pod("a", "11"), from: .watch)])
        #expect(machine.handle(.watchEnded(after: .seconds(60))) == [.watch(from: "11")])
        #expect(machine.handle(.watchFailed(gone)) == [.beginList, .watch(from: nil)])
    }

    @Test func aServerThatDoesNotStreamIsAskedForPagesFromThenOn() {
        let pages: [InformerMachine.Action] = [.beginList, .list(continueToken: nil, limit: 2)]
        let refused = KubernetesError.status(
            Status(code: 422, reason: "Invalid", message: "sendInitialEvents is forbidden for watch"))
        let silently: [(InformerMachine.Input, [InformerMachine.Action])] = [
            (.watchFailed(refused), pages), (.watchIdle, [.endWatch] + pages),
            (.event(.bookmark(resourceVersion: "10")), [.endWatch] + pages),
        ]
        for (input, actions) in silently {
            var machine = machine(streams: true)
            _ = machine.handle(.start)
            #expect(machine.handle(input) == actions)
            _ = machine.handle(.page(ObjectList(items: [], resourceVersion: "10")))
            #expect(machine.handle(.watchFailed(gone)) == pages)
        }
    }

    @Test func streamsThatBreakAreFollowedByPagesForOnce() {
        var machine = machine(streams: true)
        _ = machine.handle(.start)
        #expect(machine.handle(.watchFailed(lost)) == [.pause(.seconds(1))])
        #expect(machine.handle(.pauseOver) == [.beginList, .watch(from: nil)])
        #expect(machine.handle(.watchEnded(after: .seconds(5))) == [.pause(.seconds(2))])
        #expect(machine.handle(.pauseOver) == [.beginList, .list(continueToken: nil, limit: 2)])
        _ = machine.handle(.page(ObjectList(items: [], resourceVersion: "10")))
        #expect(machine.handle(.watchFailed(gone)) == [.beginList, .watch(from: nil)])
    }

    @Test func aWatchThatEndsGoesOnAfterTheLastEventOrBookmark() {
        var machine = watching()
        #expect(machine.handle(.event(.modified(pod("a", "11")))) == [.put(pod("a", "11"), from: .watch)])
        #expect(machine.handle(.event(.deleted(pod("b", "12")))) == [.remove(pod("b", "12"))])
        #expect(machine.handle(.event(.bookmark(resourceVersion: "20"))) == [])
        #expect(machine.handle(.watchEnded(after: .seconds(60))) == [.watch(from: "20")])
    }

    @Test func watchesThatEndAtOnceAreSlowedDownWhetherOrNotTheyToldSomething() {
        var machine = watching()
        #expect(machine.handle(.watchEnded(after: .milliseconds(1))) == [.pause(.seconds(1))])
        #expect(machine.handle(.pauseOver) == [.watch(from: "10")])
        #expect(machine.handle(.watchEnded(after: .milliseconds(1))) == [.pause(.seconds(2))])
        #expect(machine.handle(.pauseOver) == [.watch(from: "10")])
        _ = machine.handle(.event(.bookmark(resourceVersion: "20")))
        #expect(machine.handle(.watchEnded(after: .milliseconds(1))) == [.pause(.seconds(1))])
        #expect(machine.handle(.pauseOver) == [.watch(from: "20")])
        #expect(machine.handle(.watchEnded(after: .seconds(1))) == [.watch(from: "20")])
    }

    @Test func aBrokenConnectionGoesOnWhereItWasAfterAPauseThatResetsOnSuccess() {
        var machine = watching()
        for pause in [1, 2, 4, 8, 8] {
            #expect(machine.handle(.watchFailed(lost)) == [.pause(.seconds(pause))])
            #expect(machine.handle(.pauseOver) == [.watch(from: "10")])
        }
        _ = machine.handle(.event(.added(pod("c", "11"))))
        #expect(machine.handle(.watchFailed(lost)) == [.pause(.seconds(1))])
        #expect(machine.handle(.pauseOver) == [.watch(from: "11")])
    }

    @Test func anErrorEvent410ListsAnewAndTellsWhatIsGone() {
        var machine = watching()
        let expired = WatchEvent.error(Status(code: 410, reason: "Expired", message: "too old"))
        #expect(machine.handle(.event(expired)) == [.endWatch, .beginList, .list(continueToken: nil, limit: 2)])
        // b was deleted while nobody watched.
        #expect(
            machine.handle(.page(ObjectList(items: [pod("a", "30")], resourceVersion: "30"))) == [
                .put(pod("a", "30"), from: .list), .endList(version: "30"), .watch(from: "30"),
            ])
    }

    @Test func a410InAnswerToTheWatchListsAnewWithoutHammering() {
        var machine = watching()
        #expect(machine.handle(.watchFailed(gone)) == [.beginList, .list(continueToken: nil, limit: 2)])
        _ = machine.handle(.page(ObjectList(items: [], resourceVersion: "30")))
        #expect(machine.handle(.watchFailed(gone)) == [.pause(.seconds(1))])
        #expect(machine.handle(.pauseOver) == [.beginList, .list(continueToken: nil, limit: 2)])
    }

    @Test func anotherErrorEventPausesAndGoesOn() {
        var machine = watching()
        let event = WatchEvent.error(Status(code: 500, reason: "InternalError", message: "oops"))
        #expect(machine.handle(.event(event)) == [.endWatch, .pause(.seconds(1))])
        #expect(machine.handle(.pauseOver) == [.watch(from: "10")])
    }

    @Test func aKindThatIsForbiddenOrGoneIsListedAgainAfterAPause() {
        var machine = watching()
        let forbidden = KubernetesError.status(Status(code: 403, reason: "Forbidden", message: "no"))
        #expect(machine.handle(.watchFailed(forbidden)) == [.pause(.seconds(1))])
        #expect(machine.handle(.pauseOver) == [.beginList, .list(continueToken: nil, limit: 2)])
        #expect(machine.handle(.listFailed(forbidden)) == [.pause(.seconds(2))])
    }

    @Test func expiredPagesBeginAnewAndAtLastWithoutPages() {
        var machine = machine()
        _ = machine.handle(.start)
        _ = machine.handle(.page(ObjectList(items: [pod("a")], resourceVersion: "1", continueToken: "t")))
        #expect(machine.handle(.listFailed(gone)) == [.beginList, .list(continueToken: nil, limit: 2)])
        #expect(machine.handle(.listFailed(gone)) == [.beginList, .list(continueToken: nil, limit: nil)])
        #expect(
            machine.handle(.page(ObjectList(items: [pod("b")], resourceVersion: "5"))) == [
                .put(pod("b"), from: .list), .endList(version: "5"), .watch(from: "5"),
            ])
    }

    @Test func pagesTooLargeToBeReadAreAskedForInSmallerOnesUntilTheListIsRead() {
        var machine = InformerMachine(pageSize: 500, streams: false, random: { 0 })
        let tooLong = KubernetesError.unexpectedAnswer("more than 268435456 bytes")
        let refused = KubernetesError.transport(
            .init(request: "GET /", mayHaveBeenSent: false, underlying: CancellationError()))
        _ = machine.handle(.start)
        for (error, limit) in [(tooLong, 250), (lost, 125), (refused, 125), (tooLong, 62), (tooLong, 50), (lost, 50)] {
            _ = machine.handle(.listFailed(error))
            #expect(machine.handle(.pauseOver) == [.beginList, .list(continueToken: nil, limit: limit)])
        }
        // Nor in one answer, when pages expire.
        for _ in 0..<2 { _ = machine.handle(.listFailed(gone)) }
        _ = machine.handle(.listFailed(tooLong))
        #expect(machine.handle(.pauseOver) == [.beginList, .list(continueToken: nil, limit: 50)])
        _ = machine.handle(.page(ObjectList(items: [], resourceVersion: "10")))
        #expect(machine.handle(.watchFailed(gone)) == [.beginList, .list(continueToken: nil, limit: 500)])
    }

    @Test func aSilentWatchIsBegunAnewWhereItWasAndListedWhenItStaysSilent() {
        var machine = watching()
        _ = machine.handle(.event(.bookmark(resourceVersion: "15")))
        for _ in 0..<2 {
            #expect(machine.handle(.watchIdle) == [.endWatch, .watch(from: "15")])
            _ = machine.handle(.event(.bookmark(resourceVersion: "15")))
        }
        #expect(machine.handle(.watchIdle) == [.endWatch, .watch(from: "15")])
        #expect(machine.handle(.watchIdle) == [.endWatch, .beginList, .list(continueToken: nil, limit: 2)])
    }

    @Test func aBookmarkFromThePastMeansThatTheStateWasSetBack() {
        var machine = watching()
        _ = machine.handle(.event(.modified(pod("a", "20"))))
        #expect(
            machine.handle(.event(.bookmark(resourceVersion: "12")))
                == [.endWatch, .beginList, .list(continueToken: nil, limit: 2)])
    }

    @Test func aWatchGoesOnAfterTheNewestEventWhateverTheirOrder() {
        var machine = watching()
        for version in ["20", "12", "15"] { _ = machine.handle(.event(.modified(pod("a", version)))) }
        #expect(machine.handle(.watchEnded(after: .seconds(9))) == [.watch(from: "20")])
    }

    @Test func anOverloadedServerIsAskedAgainWhenItSaysAndNotForEverything() {
        var machine = watching()
        let busy = KubernetesError.status(
            Status(code: 429, reason: "TooManyRequests", message: "busy", retryAfterSeconds: 7))
        for _ in 0..<2 {
            #expect(machine.handle(.watchFailed(busy)) == [.pause(.seconds(7))])
            #expect(machine.handle(.pauseOver) == [.watch(from: "10")])
        }
        // Three watches refused in a row: perhaps it is this version.
        #expect(machine.handle(.watchFailed(busy)) == [.pause(.seconds(7))])
        #expect(machine.handle(.pauseOver) == [.beginList, .list(continueToken: nil, limit: 2)])
    }

    @Test func aMinuteWithoutServerCostsFewRequestsAndItsEndIsSeenWithinSeconds() {
        // Pauses are all the time there is in the machine, so a minute in it is a minute outside.
        for random in [0.0, 0.5, 1.0] {
            var machine = InformerMachine(streams: false, random: { random })
            _ = machine.handle(.start)
            _ = machine.handle(.page(ObjectList(items: [], resourceVersion: "10")))
            var clock = Duration.zero
            var requests = 0
            while clock < .seconds(60) {
                guard case .pause(let pause) = machine.handle(.watchFailed(lost)).first else {
                    Issue.record("no pause after a failure")
                    return
                }
                clock += pause
                requests += 1
                #expect(machine.handle(.pauseOver) == [.watch(from: "10")])
            }
            #expect(requests <= 20 && clock <= .seconds(70))
            // Nothing was forgotten by it: no list is needed.
            #expect(machine.handle(.event(.added(pod("c", "11")))) == [.put(pod("c", "11"), from: .watch)])
        }
    }

    @Test func lateNewsOfAnAbandonedWatchChangesNothing() {
        var machine = watching()
        _ = machine.handle(.watchFailed(lost))
        #expect(machine.handle(.event(.added(pod("z", "99")))) == [])
        #expect(machine.handle(.watchEnded(after: .seconds(5))) == [])
        #expect(machine.handle(.pauseOver) == [.watch(from: "10")])
    }
}
