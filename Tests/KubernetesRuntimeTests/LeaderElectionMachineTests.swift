import KubernetesClient
import Testing

@testable import KubernetesRuntime

@Suite struct LeaderElectionMachineTests {
    private let start = ContinuousClock.now
    private let time = Timestamp(microseconds: 1_700_000_000_000_000)
    private let timing = LeaseTiming()

    private func machine() -> LeaderElectionMachine { LeaderElectionMachine(identity: "me", timing: timing) }

    private func record(
        _ holder: String?, renewed: Timestamp? = nil, acquired: Timestamp? = nil, transitions: Int = 0
    ) -> LeaseRecord {
        LeaseRecord(
            holder: holder, durationSeconds: 15, acquireTime: acquired ?? time, renewTime: renewed ?? time,
            transitions: transitions)
    }

    /// A machine that has led since `start`.
    private func leading() -> LeaderElectionMachine {
        var machine = machine()
        _ = machine.handle(.observed(nil), now: start, time: time)
        _ = machine.handle(.written(record("me"), begun: start), now: start, time: time)
        return machine
    }

    @Test func takesALeaseThatIsNotThere() {
        var machine = machine()
        #expect(machine.handle(.observed(nil), now: start, time: time) == [.write(record("me"), isNew: true)])
        #expect(!machine.isLeading)
        #expect(
            machine.handle(.written(record("me"), begun: start), now: start, time: time)
                == [.startLeading, .readAgain(after: .seconds(2))])
        #expect(machine.claimEnd == start + .seconds(10))
    }

    @Test func takesALeaseThatWasGivenBackAndCountsTheTransition() {
        var machine = machine()
        let actions = machine.handle(.observed(record(nil, transitions: 3)), now: start, time: time + .seconds(5))
        #expect(
            actions == [
                .write(
                    record("me", renewed: time + .seconds(5), acquired: time + .seconds(5), transitions: 4),
                    isNew: false)
            ])
    }

    @Test func waitsForAnothersLeaseByItsOwnClockFromWhenItSawTheLastChange() {
        var machine = machine()
        // The other's clock is an hour behind: that must not matter.
        let other = record("other", renewed: time + .seconds(-3600))
        for second in [0, 2, 14] {
            #expect(
                machine.handle(.observed(other), now: start + .seconds(second), time: time)
                    == [.readAgain(after: .milliseconds(500))])
        }
        // The last look is when it expires, not a moment later.
        #expect(
            machine.handle(.observed(other), now: start + .milliseconds(14_900), time: time)
                == [.readAgain(after: .milliseconds(100))])
        // It renews: the wait begins anew.
        let renewed = record("other", renewed: time + .seconds(-3590))
        #expect(
            machine.handle(.observed(renewed), now: start + .seconds(15), time: time) == [
                .readAgain(after: .milliseconds(500))
            ])
        #expect(
            machine.handle(.observed(renewed), now: start + .seconds(29), time: time) == [
                .readAgain(after: .milliseconds(500))
            ])
        #expect(
            machine.handle(.observed(renewed), now: start + .seconds(30), time: time)
                == [.write(record("me", transitions: 1), isNew: false)])
    }

    @Test func renewingKeepsWhenItWasAcquired() {
        var machine = leading()
        #expect(
            machine.handle(.observed(record("me")), now: start + .seconds(2), time: time + .seconds(2))
                == [.write(record("me", renewed: time + .seconds(2)), isNew: false)])
        let renewed = record("me", renewed: time + .seconds(2))
        #expect(
            machine.handle(.written(renewed, begun: start + .seconds(2)), now: start + .seconds(3), time: time)
                == [.readAgain(after: .seconds(2))])
        #expect(machine.claimEnd == start + .seconds(12))
    }

    @Test func stopsAtTheRenewDeadlineWhichIsBeforeAnyoneElseMayStart() {
        var machine = leading()
        #expect(
            machine.handle(.failed, now: start + .milliseconds(9999), time: time) == [.readAgain(after: .seconds(2))])
        #expect(machine.isLeading)
        #expect(
            machine.handle(.failed, now: start + .seconds(10), time: time)
                == [.stopLeading, .readAgain(after: .milliseconds(500))])
        #expect(!machine.isLeading)
        #expect(timing.renewDeadline < timing.leaseDuration)
    }

    @Test func stopsAtOnceWhenAnotherHoldsTheLease() {
        var machine = leading()
        #expect(
            machine.handle(.observed(record("other")), now: start + .seconds(1), time: time)
                == [.stopLeading, .readAgain(after: .milliseconds(500))])
    }

    @Test func aLeaseDeletedUnderTheLeaderIsMadeAgain() {
        var machine = leading()
        #expect(
            machine.handle(.observed(nil), now: start + .seconds(2), time: time)
                == [.write(record("me"), isNew: true)])
        #expect(machine.isLeading)
    }

    @Test func anAnswerThatCameTooLateIsNoClaim() {
        var machine = machine()
        _ = machine.handle(.observed(nil), now: start, time: time)
        #expect(
            machine.handle(.written(record("me"), begun: start), now: start + .seconds(11), time: time)
                == [.readAgain(after: .zero)])
        #expect(!machine.isLeading)
    }

    @Test func aLeaseDeletedUnderAnotherIsWaitedForToo() {
        var machine = machine()
        _ = machine.handle(.observed(record("other")), now: start, time: time)
        #expect(
            machine.handle(.observed(nil), now: start + .seconds(14), time: time)
                == [.readAgain(after: .milliseconds(500))])
        #expect(
            machine.handle(.observed(nil), now: start + .seconds(15), time: time)
                == [.write(record("me"), isNew: true)])
    }

    @Test func aLeaseIsNeverWrittenShorterThanItIsWaitedFor() {
        var machine = LeaderElectionMachine(
            identity: "me",
            timing: LeaseTiming(
                leaseDuration: .milliseconds(2900), renewDeadline: .milliseconds(2500),
                retryPeriod: .milliseconds(100)))
        guard case .write(let record, _) = machine.handle(.observed(nil), now: start, time: time).first else {
            Issue.record("nothing was written")
            return
        }
        #expect(record.durationSeconds == 3)
    }

    @Test func whatAnElectorDoesDependsOnNoTimeOfDay() {
        var machines = [machine(), machine()]
        var random = SeededGenerator(seed: 7)
        var now = start
        for step in 0..<400 {
            now += .milliseconds(Int.random(in: 100...6000, using: &random))
            let holder = ["me", "other", nil].randomElement(using: &random) ?? nil
            let input: LeaderElectionMachine.Input =
                switch step % 3 {
                case 0: .observed(record(holder))
                case 1: .written(record("me"), begun: now)
                default: .failed
                }
            let jump = Duration.seconds(Int.random(in: -100_000_000...100_000_000, using: &random))
            let answers = [time, time + jump].enumerated().map { index, time in
                machines[index].handle(input, now: now, time: time).map { action in
                    // What is written has the time in it, and nothing else of it.
                    guard case .write(var record, let isNew) = action else { return action }
                    record.renewTime = nil
                    record.acquireTime = nil
                    return .write(record, isNew: isNew)
                }
            }
            #expect(answers[0] == answers[1])
            #expect(machines[0].claimEnd == machines[1].claimEnd)
        }
    }
}

/// Thousands of schedules of delays, losses, partitions, stopped processes, crashes and jumping clocks.
@Suite(.timeLimit(.minutes(5))) struct LeaderElectionScheduleTests {
    @Test func twoNeverWriteAtOnceUnderAnySchedule() {
        var terms = 0
        var landed = 0
        var late = 0
        for seed in 0..<2000 {
            var simulation = ElectionSimulation(seed: UInt64(seed), electors: 2 + seed % 3)
            simulation.run(milliseconds: 120_000)
            #expect(simulation.violations == 0, "seed \(seed)")
            terms += simulation.terms
            landed += simulation.landed
            late += simulation.landedLate
        }
        // There was something to go wrong: changes of leader, writes, and writes that land after they were given up.
        #expect(terms > 4000 && landed > 100_000 && late > 100, "\(terms) terms, \(landed) writes, \(late) late")
    }

    @Test(arguments: ElectionSimulation.Mistake.allCases)
    func theSchedulesFindALeaderThatDoesItWrong(mistake: ElectionSimulation.Mistake) {
        let found = (0..<2000).contains { seed in
            var simulation = ElectionSimulation(seed: UInt64(seed), electors: 2 + seed % 3, mistake: mistake)
            simulation.run(milliseconds: 120_000)
            return simulation.violations > 0
        }
        #expect(found)
    }
}

/// A generator whose numbers are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
