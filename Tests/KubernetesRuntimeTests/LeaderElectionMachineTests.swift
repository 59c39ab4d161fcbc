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
                    == [.readAgain(after: .seconds(2))])
        }
        // It renews: the wait begins anew.
        let renewed = record("other", renewed: time + .seconds(-3590))
        #expect(
            machine.handle(.observed(renewed), now: start + .seconds(15), time: time) == [
                .readAgain(after: .seconds(2))
            ])
        #expect(
            machine.handle(.observed(renewed), now: start + .seconds(29), time: time) == [
                .readAgain(after: .seconds(2))
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
                == [.stopLeading, .readAgain(after: .seconds(2))])
        #expect(!machine.isLeading)
        #expect(timing.renewDeadline < timing.leaseDuration)
    }

    @Test func stopsAtOnceWhenAnotherHoldsTheLease() {
        var machine = leading()
        #expect(
            machine.handle(.observed(record("other")), now: start + .seconds(1), time: time)
                == [.stopLeading, .readAgain(after: .seconds(2))])
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

    @Test func twoCandidatesNeverLeadAtOnceWhateverTheFaults() {
        // Two machines over one lease with optimistic writes; requests fail at random and clocks differ by minutes.
        var random = SeededGenerator(seed: 42)
        for _ in 0..<200 {
            var lease: LeaseRecord?
            var version = 0
            var machines = ["a", "b"].map { LeaderElectionMachine(identity: $0, timing: timing) }
            let skew: [Duration] = [.seconds(Int.random(in: -300...300, using: &random)), .zero]
            var now = start
            for _ in 0..<200 {
                now += .milliseconds(Int.random(in: 100...4000, using: &random))
                let index = Int.random(in: 0...1, using: &random)
                // Time passing alone ends a claim, as the shell's timer does.
                for other in 0...1 where machines[other].claimEnd.map({ $0 <= now }) ?? false {
                    _ = machines[other].handle(.failed, now: now, time: time)
                }
                let wall = time + (now - start) + skew[index]
                guard Int.random(in: 0..<4, using: &random) > 0 else {
                    _ = machines[index].handle(.failed, now: now, time: wall)
                    continue
                }
                let readVersion = version
                let actions = machines[index].handle(.observed(lease), now: now, time: wall)
                for case .write(let record, _) in actions {
                    guard readVersion == version, Int.random(in: 0..<4, using: &random) > 0 else { continue }
                    lease = record
                    version += 1
                    // The answer itself may be lost.
                    guard Int.random(in: 0..<4, using: &random) > 0 else {
                        _ = machines[index].handle(.failed, now: now, time: wall)
                        continue
                    }
                    _ = machines[index].handle(.written(record, begun: now), now: now, time: wall)
                }
                let leaders = machines.filter { $0.claimEnd.map { $0 > now } ?? false }
                #expect(leaders.count <= 1)
            }
        }
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
