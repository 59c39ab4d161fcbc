import Testing

@testable import StorefrontOperator

@Suite("The schedule of a server's checks")
struct CheckScheduleTests {
    static let start = ContinuousClock.now

    static let alone = CheckPace(shops: 1)

    @Test("looks again within a minute when all was well")
    func well() {
        var schedule = CheckSchedule()
        #expect(schedule.decide("a", now: Self.start) == .check)
        #expect(schedule.record(.done, "a", now: Self.start, pace: Self.alone, random: 1) == .seconds(45))
        #expect(schedule.decide("a", now: Self.start + .seconds(30)) == .reuse(.done, for: .seconds(15)))
        #expect(schedule.decide("a", now: Self.start + .seconds(45)) == .check)
    }

    @Test("looks at both servers of a shop in one pass, whichever is due first")
    func together() {
        var first = CheckSchedule()
        var second = CheckSchedule()
        let due = first.record(.done, "a", now: Self.start, pace: Self.alone, random: 0)
        _ = second.record(.done, "b", now: Self.start, pace: Self.alone, random: 1)
        #expect(first.decide("a", now: Self.start + due) == .check)
        #expect(second.decide("b", now: Self.start + due) == .check)
    }

    @Test("looks at once when something else is wanted")
    func change() {
        var schedule = CheckSchedule()
        _ = schedule.record(.done, "a", now: Self.start, pace: Self.alone)
        #expect(schedule.decide("b", now: Self.start) == .check)
    }

    @Test("after failures looks again soon, ever later up to 10 seconds, and begins anew with success")
    func failures() {
        var schedule = CheckSchedule()
        let failure = CheckSchedule.Outcome.failed(reason: "R", message: "m")
        func fail(_ input: String) -> Duration {
            schedule.record(failure, input, now: Self.start, pace: Self.alone)
        }
        let pauses = (0..<42).map { _ in fail("a") }
        #expect(pauses.prefix(3) == [.milliseconds(250), .milliseconds(500), .milliseconds(750)])
        #expect(pauses.suffix(2) == [.seconds(10), .seconds(10)])
        #expect(schedule.decide("a", now: Self.start + .seconds(9)) == .reuse(failure, for: .seconds(1)))
        _ = schedule.record(.done, "a", now: Self.start, pace: Self.alone)
        #expect(fail("a") == .milliseconds(250))
        #expect(fail("b") == .milliseconds(250))
    }

    @Test("looks at one shop a second at most, however many there are, and at different shops at different times")
    func many() {
        #expect(CheckPace(shops: 45).rest == .seconds(45))
        #expect(CheckPace(shops: 1000).rest == .seconds(1000))
        #expect(CheckPace(shops: 1000).retry < .seconds(60))
        var schedule = CheckSchedule()
        let pauses = Set(
            (0..<10).map { _ in schedule.record(.done, "a", now: Self.start, pace: CheckPace(shops: 1000)) })
        #expect(pauses.count > 1)
        #expect(pauses.allSatisfy { (.seconds(700) ... .seconds(1000)).contains($0) })
    }
}
