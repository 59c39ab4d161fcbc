import Testing

@testable import Messaging

@Suite struct ConfirmTrackerTests {
    @Test func eachAnswerSettlesItsMessage() {
        var tracker = ConfirmTracker()
        for _ in 0..<3 { tracker.published() }
        tracker.acknowledged(2, multiple: false)
        #expect(tracker.outstandingCount == 2)
        tracker.acknowledged(2, multiple: false)
        #expect(tracker.outstandingCount == 2)
        tracker.refused(1, multiple: false)
        tracker.acknowledged(3, multiple: false)
        #expect(tracker.isSettled)
        #expect(tracker.nacked == 1)
    }

    @Test func aMultipleAnswerSettlesAllUpToItsTag() {
        var tracker = ConfirmTracker()
        for _ in 0..<5 { tracker.published() }
        tracker.acknowledged(3, multiple: true)
        #expect(tracker.outstandingCount == 2)
        tracker.refused(0, multiple: true)
        #expect(tracker.isSettled)
        #expect(tracker.nacked == 2)
    }

    @Test func tagsGoOnAfterAllIsSettled() {
        var tracker = ConfirmTracker()
        tracker.published()
        tracker.acknowledged(1, multiple: false)
        tracker.published()
        #expect(tracker.lastTag == 2)
        #expect(!tracker.isSettled)
    }
}
