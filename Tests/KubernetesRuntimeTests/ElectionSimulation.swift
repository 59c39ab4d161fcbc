import KubernetesClient

@testable import KubernetesRuntime

/// Electors with their writers, and the server they share, over a network that delays, loses and cuts, in virtual time.
///
/// Each elector has clocks of its own: one for durations, begun anywhere and 1 % too fast or slow, and a time of day that
/// jumps. Processes stop for a while, crash, and shut down. Everything follows from the seed.
struct ElectionSimulation {
    /// What the leader does wrong; the simulation has to notice each.
    enum Mistake: CaseIterable {
        case claimCountedFromTheAnswer
        case writesWithoutDeadline
        case writesAfterTheClaim
        case releaseWithWritesInFlight
    }

    private enum Request {
        case read
        case write(LeaseRecord, over: Int)
    }

    private enum Answer {
        case lease(LeaseRecord?, version: Int)
        case written(LeaseRecord, version: Int)
        case conflict
    }

    private enum Event {
        case look(Int)
        case arrive(Int, id: Int, Request)
        case answer(Int, id: Int, Answer)
        case giveUp(Int, id: Int)
        case claimOver(Int)
        case work(Int)
        /// A writer's write takes effect at the server.
        case land(owner: String, term: Int)
        case answerWork(Int, write: Int)
        case release(Int, over: Int)
    }

    private struct Elector {
        var identity: String
        var machine: LeaderElectionMachine
        var clockOffset: Duration
        var clockRate: Double
        var dayOffset: Duration = .zero
        var stoppedUntil = 0
        var cutUntil = 0
        var pending: (id: Int, begun: ContinuousClock.Instant)?
        var known: (record: LeaseRecord?, version: Int)?
        var term = 0
        var unanswered: Set<Int> = []
        var isWorking = false
    }

    private let timing = LeaseTiming()
    private let base = ContinuousClock.now
    private let mistake: Mistake?
    private var random: SeededGenerator
    private var electors: [Elector] = []
    private var events: [(time: Int, event: Event)] = []
    /// Milliseconds.
    private var now = 0
    private var nextID = 0
    private var lease: LeaseRecord?
    private var version = 0
    /// Who has begun to lead, by the version of the Lease with which it did.
    private var begun: [(owner: String, term: Int)] = []

    /// Writes that took effect after another had begun to lead, and moments at which two believed they lead.
    private(set) var violations = 0
    private(set) var terms = 0
    private(set) var landed = 0
    /// Writes that took effect when their sender had given them up.
    private(set) var landedLate = 0

    /// How late a request may take effect that its sender gave up: what the guarantee assumes, less what clocks of
    /// different rates take of it.
    private static let longestFlight = 4_700

    init(seed: UInt64, electors count: Int, mistake: Mistake? = nil) {
        random = SeededGenerator(seed: seed)
        self.mistake = mistake
        for index in 0..<count {
            electors.append(fresh("elector-\(index)"))
            schedule(.look(index), after: Int.random(in: 0...3000, using: &random))
        }
    }

    mutating func run(milliseconds: Int) {
        while let (time, event) = events.popLast(), time <= milliseconds {
            now = time
            handle(event)
            let leaders = electors.indices.filter { isLeading($0) }
            if leaders.count > 1 { violations += 1 }
        }
    }

    private mutating func fresh(_ identity: String) -> Elector {
        Elector(
            identity: identity, machine: LeaderElectionMachine(identity: identity, timing: timing),
            clockOffset: .seconds(Int.random(in: 0...100_000, using: &random)),
            clockRate: Double.random(in: 0.99...1.01, using: &random))
    }

    // MARK: Time

    private mutating func schedule(_ event: Event, after delay: Int) {
        let time = now + delay
        var low = 0
        var high = events.count
        while low < high {
            let middle = (low + high) / 2
            if events[middle].time > time { low = middle + 1 } else { high = middle }
        }
        events.insert((time, event), at: low)
    }

    private func instant(_ index: Int) -> ContinuousClock.Instant {
        base + electors[index].clockOffset + .milliseconds(Double(now) * electors[index].clockRate)
    }

    private func wait(_ duration: Duration, _ index: Int) -> Int {
        max(0, Int((duration.seconds * 1000 / electors[index].clockRate).rounded(.up)))
    }

    private func day(_ index: Int) -> Timestamp {
        Timestamp(microseconds: 1_800_000_000_000_000) + .milliseconds(now) + electors[index].dayOffset
    }

    private func isLeading(_ index: Int) -> Bool {
        electors[index].machine.claimEnd.map { $0 > instant(index) } ?? false
    }

    private mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }

    /// How long a message takes one way; `nil` when it is lost.
    private mutating func flight(_ index: Int) -> Int? {
        if electors[index].cutUntil > now || chance(12) { return nil }
        return Int.random(in: 1...(chance(6) ? 12_000 : 300), using: &random)
    }

    // MARK: Events

    private mutating func handle(_ event: Event) {
        switch event {
        case .arrive(let index, let id, let request): return arrive(index, id, request)
        case .land(let owner, let term):
            landed += 1
            if begun.contains(where: { $0.term > term && $0.owner != owner }) { violations += 1 }
            return
        case .release(let index, let over):
            guard version == over, var record = lease else { return }
            record.release(at: day(index))
            lease = record
            version += 1
            return
        case .look(let index), .answer(let index, _, _), .giveUp(let index, _), .claimOver(let index),
            .work(let index), .answerWork(let index, _):
            // A process that stands still does all of this later.
            let stop = electors[index].stoppedUntil
            if stop > now { return schedule(event, after: stop - now) }
        }
        switch event {
        case .look(let index): look(index)
        case .answer(let index, let id, let answer):
            guard let pending = electors[index].pending, pending.id == id else { return }
            electors[index].pending = nil
            answered(index, answer, begun: pending.begun)
        case .giveUp(let index, let id):
            guard electors[index].pending?.id == id else { return }
            electors[index].pending = nil
            electors[index].known = nil
            perform(electors[index].machine.handle(.failed, now: instant(index), time: day(index)), index)
        case .claimOver(let index):
            guard let end = electors[index].machine.claimEnd, end <= instant(index) else { return }
            electors[index].pending = nil
            electors[index].known = nil
            perform(electors[index].machine.handle(.failed, now: instant(index), time: day(index)), index)
        case .work(let index): work(index)
        case .answerWork(let index, let write): electors[index].unanswered.remove(write)
        case .arrive, .land, .release: break
        }
    }

    private mutating func look(_ index: Int) {
        guard electors[index].pending == nil else { return }
        if electors[index].machine.isLeading, let known = electors[index].known {
            return perform(
                electors[index].machine.handle(.observed(known.record), now: instant(index), time: day(index)), index)
        }
        send(.read, index)
    }

    private mutating func send(_ request: Request, _ index: Int) {
        nextID += 1
        electors[index].pending = (nextID, instant(index))
        let limit = electors[index].machine.claimEnd.map { $0 - instant(index) } ?? timing.renewDeadline
        schedule(.giveUp(index, id: nextID), after: wait(limit, index))
        if let delay = flight(index) { schedule(.arrive(index, id: nextID, request), after: delay) }
    }

    private mutating func arrive(_ index: Int, _ id: Int, _ request: Request) {
        var answer = Answer.lease(lease, version: version)
        if case .write(let record, let over) = request {
            answer = .conflict
            if over == version {
                lease = record
                version += 1
                answer = .written(record, version: version)
            }
        }
        if let delay = flight(index) { schedule(.answer(index, id: id, answer), after: delay) }
    }

    private mutating func answered(_ index: Int, _ answer: Answer, begun: ContinuousClock.Instant) {
        let now = instant(index)
        let begun = mistake == .claimCountedFromTheAnswer ? now : begun
        switch answer {
        case .lease(let record, let version):
            electors[index].known = (record, version)
            perform(electors[index].machine.handle(.observed(record), now: now, time: day(index)), index)
        case .written(let record, let version):
            electors[index].known = (record, version)
            perform(electors[index].machine.handle(.written(record, begun: begun), now: now, time: day(index)), index)
            if let end = electors[index].machine.claimEnd {
                schedule(.claimOver(index), after: wait(end - now, index))
            }
        case .conflict:
            electors[index].known = nil
            perform(electors[index].machine.handle(.failed, now: now, time: day(index)), index)
        }
    }

    private mutating func perform(_ actions: [LeaderElectionMachine.Action], _ index: Int) {
        for action in actions {
            switch action {
            case .write(let record, let isNew):
                send(.write(record, over: isNew ? 0 : electors[index].known?.version ?? -1), index)
            case .readAgain(let pause): schedule(.look(index), after: wait(pause, index))
            case .startLeading:
                terms += 1
                electors[index].term = electors[index].known?.version ?? 0
                begun.append((electors[index].identity, electors[index].term))
                electors[index].isWorking = true
                schedule(.work(index), after: 0)
            case .stopLeading: electors[index].isWorking = mistake == .writesAfterTheClaim
            }
        }
    }

    /// The writer writes; now and then something befalls its process.
    private mutating func work(_ index: Int) {
        guard electors[index].isWorking else { return }
        let left = electors[index].machine.claimEnd.map { wait($0 - instant(index), index) } ?? 0
        if left > 0 || mistake == .writesAfterTheClaim {
            nextID += 1
            let write = nextID
            electors[index].unanswered.insert(write)
            if let delay = flight(index), delay <= left + Self.longestFlight || mistake == .writesWithoutDeadline {
                landedLate += delay > left ? 1 : 0
                schedule(.land(owner: electors[index].identity, term: electors[index].term), after: delay)
                if let back = flight(index), delay + back <= left {
                    schedule(.answerWork(index, write: write), after: delay + back)
                }
            }
        }
        schedule(.work(index), after: Int.random(in: 50...900, using: &random))
        switch Int.random(in: 0..<60, using: &random) {
        case 0: electors[index].stoppedUntil = now + Int.random(in: 0...25_000, using: &random)
        case 1: electors[index].cutUntil = now + Int.random(in: 0...25_000, using: &random)
        case 2: electors[index].dayOffset = .seconds(Int.random(in: -1_000_000...1_000_000, using: &random))
        case 3: restart(index)
        case 4: shutDown(index)
        default: break
        }
    }

    /// A crash: what comes up again is another elector.
    private mutating func restart(_ index: Int) {
        nextID += 1
        electors[index] = fresh("elector-\(index)-\(nextID)")
        schedule(.look(index), after: Int.random(in: 0...5000, using: &random))
    }

    /// Gives the Lease back, unless a write may still take effect.
    private mutating func shutDown(_ index: Int) {
        let mayRelease = electors[index].unanswered.isEmpty || mistake == .releaseWithWritesInFlight
        let over = electors[index].known?.version
        let delay = flight(index)
        restart(index)
        if mayRelease, let over, let delay { schedule(.release(index, over: over), after: delay) }
    }
}
