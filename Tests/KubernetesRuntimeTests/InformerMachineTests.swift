import KubernetesClient
import Testing

@testable import KubernetesRuntime

@Suite struct InformerMachineTests {
    private func pod(_ name: String, _ version: String = "1") -> UntypedObject {
        UntypedObject(["kind": "Pod", "metadata": ["name": .string(name), "resourceVersion": .string(version)]])
    }

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: nil, name: name) }

    private let gone = KubernetesError.status(Status(code: 410, reason: "Expired", message: "too old"))
    private let lost = KubernetesError.transport(
        .init(request: "GET /", mayHaveBeenSent: true, underlying: CancellationError()))

    /// A machine without jitter whose pauses are 1, 2, 4, 8, 8 … seconds.
    private func machine() -> InformerMachine {
        InformerMachine(pageSize: 2, backoff: Backoff(initial: .seconds(1), maximum: .seconds(8)), random: { 0 })
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
        #expect(machine.handle(.start) == [.list(continueToken: nil, limit: 2)])
        let first = ObjectList(items: [pod("a"), pod("b")], resourceVersion: "10", continueToken: "t")
        #expect(machine.handle(.page(first)) == [.put(pod("a")), .put(pod("b")), .list(continueToken: "t", limit: 2)])
        let last = ObjectList(items: [pod("c")], resourceVersion: "10")
        #expect(
            machine.handle(.page(last)) == [
                .put(pod("c")), .removeAllExcept([key("a"), key("b"), key("c")]), .watch(from: "10"),
            ])
    }

    @Test func aWatchThatEndsGoesOnAfterTheLastEventOrBookmark() {
        var machine = watching()
        #expect(machine.handle(.event(.modified(pod("a", "11")))) == [.put(pod("a", "11"))])
        #expect(machine.handle(.event(.deleted(pod("b", "12")))) == [.remove(pod("b", "12"))])
        #expect(machine.handle(.event(.bookmark(resourceVersion: "20"))) == [])
        #expect(machine.handle(.watchEnded(after: .milliseconds(1))) == [.watch(from: "20")])
        #expect(machine.handle(.watchEnded(after: .seconds(60))) == [.watch(from: "20")])
    }

    @Test func watchesThatEndAtOnceWithoutEventsAreSlowedDown() {
        var machine = watching()
        #expect(machine.handle(.watchEnded(after: .milliseconds(1))) == [.pause(.seconds(1))])
        #expect(machine.handle(.pauseOver) == [.watch(from: "10")])
        #expect(machine.handle(.watchEnded(after: .milliseconds(1))) == [.pause(.seconds(2))])
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
        #expect(machine.handle(.event(expired)) == [.endWatch, .list(continueToken: nil, limit: 2)])
        // b was deleted while nobody watched.
        #expect(
            machine.handle(.page(ObjectList(items: [pod("a", "30")], resourceVersion: "30"))) == [
                .put(pod("a", "30")), .removeAllExcept([key("a")]), .watch(from: "30"),
            ])
    }

    @Test func a410InAnswerToTheWatchListsAnewWithoutHammering() {
        var machine = watching()
        #expect(machine.handle(.watchFailed(gone)) == [.list(continueToken: nil, limit: 2)])
        _ = machine.handle(.page(ObjectList(items: [], resourceVersion: "30")))
        #expect(machine.handle(.watchFailed(gone)) == [.pause(.seconds(1))])
        #expect(machine.handle(.pauseOver) == [.list(continueToken: nil, limit: 2)])
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
        #expect(machine.handle(.pauseOver) == [.list(continueToken: nil, limit: 2)])
        #expect(machine.handle(.listFailed(forbidden)) == [.pause(.seconds(2))])
    }

    @Test func expiredPagesBeginAnewAndAtLastWithoutPages() {
        var machine = machine()
        _ = machine.handle(.start)
        _ = machine.handle(.page(ObjectList(items: [pod("a")], resourceVersion: "1", continueToken: "t")))
        #expect(machine.handle(.listFailed(gone)) == [.list(continueToken: nil, limit: 2)])
        #expect(machine.handle(.listFailed(gone)) == [.list(continueToken: nil, limit: nil)])
        // What the first, abandoned list held does not count as present.
        #expect(
            machine.handle(.page(ObjectList(items: [pod("b")], resourceVersion: "5"))) == [
                .put(pod("b")), .removeAllExcept([key("b")]), .watch(from: "5"),
            ])
    }

    @Test func aSilentWatchIsBegunAnewWhereItWas() {
        var machine = watching()
        _ = machine.handle(.event(.bookmark(resourceVersion: "15")))
        #expect(machine.handle(.watchIdle) == [.endWatch, .watch(from: "15")])
    }

    @Test func lateNewsOfAnAbandonedWatchChangesNothing() {
        var machine = watching()
        _ = machine.handle(.watchFailed(lost))
        #expect(machine.handle(.event(.added(pod("z", "99")))) == [])
        #expect(machine.handle(.watchEnded(after: .seconds(5))) == [])
        #expect(machine.handle(.pauseOver) == [.watch(from: "10")])
    }
}
