import Testing

@testable import StorefrontOperator

@Suite("The schedule of a server's checks")
struct CheckScheduleTests {
    static let start = ContinuousClock.now

    @Test("looks again within a minute when all was well")
    func well() {
        var schedule = CheckSchedule()
        #expect(schedule.decide("a", now: Self.start) == .check)
        #expect(schedule.record(.done, "a", now: Self.start) == .seconds(45))
        #expect(schedule.decide("a", now: Self.start + .seconds(44)) == .reuse(.done, for: .seconds(1)))
        #expect(schedule.decide("a", now: Self.start + .seconds(45)) == .check)
    }

    @Test("looks at once when something else is wanted")
    func change() {
        var schedule = CheckSchedule()
        _ = schedule.record(.done, "a", now: Self.start)
        #expect(schedule.decide("b", now: Self.start) == .check)
    }

    @Test("after failures looks again soon, ever later up to 10 seconds, and begins anew with success")
    func failures() {
        var schedule = CheckSchedule()
        let failure = CheckSchedule.Outcome.failed(reason: "R", message: "m")
        let pauses = (0..<42).map { _ in schedule.record(failure, "a", now: Self.start) }
        #expect(pauses.prefix(3) == [.milliseconds(250), .milliseconds(500), .milliseconds(750)])
        #expect(pauses.suffix(2) == [.seconds(10), .seconds(10)])
        _ = schedule.record(.done, "a", now: Self.start)
        #expect(schedule.record(failure, "a", now: Self.start) == .milliseconds(250))
        #expect(schedule.record(failure, "b", now: Self.start) == .milliseconds(250))
    }
}
