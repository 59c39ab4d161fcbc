import KubernetesClient
import Testing

@testable import KubernetesRuntime

@Suite struct EventAggregationTests {
    private func event(_ name: String = "a", reason: String = "Broken", message: String = "m", at second: Int = 0)
        -> RecordedEvent
    {
        RecordedEvent(
            about: ObjectReference(
                UntypedObject([
                    "kind": "Pod", "metadata": ["name": .string(name), "namespace": "n", "uid": .string(name)],
                ])),
            kind: .warning, reason: reason, message: message,
            time: Timestamp(microseconds: 0) + .seconds(second))
    }

    @Test func repeatsAreCountedInOneEventForAnHour() {
        var aggregation = EventAggregation()
        #expect(aggregation.decide(event()) == .create)
        aggregation.created(event(), name: "e", namespace: "n")
        #expect(aggregation.decide(event(at: 60)) == .count(name: "e", namespace: "n", count: 2))
        #expect(aggregation.decide(event(at: 3600)) == .count(name: "e", namespace: "n", count: 3))
        #expect(aggregation.decide(event(at: 7300)) == .create)
        #expect(aggregation.decide(event(message: "other", at: 60)) == .create)
        #expect(aggregation.decide(event(reason: "Other", at: 60)) == .create)
        #expect(aggregation.decide(event("b", at: 60)) == .create)
    }

    @Test func anEventThatExpiredOnTheServerIsMadeAnew() {
        var aggregation = EventAggregation()
        aggregation.created(event(), name: "e", namespace: "n")
        aggregation.forget(event())
        #expect(aggregation.decide(event()) == .create)
    }

    @Test func anObjectThatTellsTooMuchIsSlowedDownAndOthersAreNot() {
        var aggregation = EventAggregation(burst: 3, refill: .seconds(30))
        let decisions = (0..<5).map { aggregation.decide(event(message: "\($0)")) }
        #expect(decisions == [.create, .create, .create, .drop, .drop])
        #expect(aggregation.decide(event("b")) == .create)
        #expect(aggregation.decide(event(at: 31)) == .create)
        #expect(aggregation.decide(event(at: 32)) == .drop)
    }

    @Test func theMemoryIsBoundedAndForgetsTheOldestFirst() {
        var aggregation = EventAggregation(capacity: 2)
        for second in 0..<3 {
            aggregation.created(event(message: "\(second)", at: second), name: "\(second)", namespace: "n")
        }
        #expect(aggregation.decide(event(message: "0", at: 5)) == .create)
        #expect(aggregation.decide(event(message: "2", at: 5)) == .count(name: "2", namespace: "n", count: 2))
    }

    @Test func theTenthMessageWithinTenMinutesStandsForAllThatFollow() {
        var similar = SimilarEvents()
        var aggregation = EventAggregation()
        for second in 0..<9 {
            #expect(!similar.combined(event(message: "\(second)", at: second)).isCombined)
        }
        let tenth = similar.combined(event(message: "9", at: 9))
        #expect(tenth.message == "(combined from similar events): 9")
        #expect(aggregation.decide(tenth) == .create)
        aggregation.created(tenth, name: "e", namespace: "n")
        let next = similar.combined(event(message: "10", at: 600))
        #expect(aggregation.decide(next) == .count(name: "e", namespace: "n", count: 2))
        #expect(!similar.combined(event(message: "1", at: 601)).isCombined, "an old message is told as it was")
        #expect(!similar.combined(event(reason: "Other", message: "11", at: 602)).isCombined)
        #expect(!similar.combined(event("b", message: "11", at: 602)).isCombined)
        #expect(!similar.combined(event(message: "11", at: 1300)).isCombined, "after ten quiet minutes")
    }

    @Test func messagesAreCutAtWholeCharacters() {
        #expect("äää".truncated(toBytes: 6) == "äää")
        #expect("ääää".truncated(toBytes: 7) == "ää…")
        #expect(String(repeating: "😀", count: 1000).truncated(toBytes: 1024).utf8.count <= 1024)
    }
}
