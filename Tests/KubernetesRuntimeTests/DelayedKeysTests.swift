import Testing

@testable import KubernetesRuntime

@Suite struct DelayedKeysTests {
    private let start = ContinuousClock.now

    /// Thousands of random steps beside a plain dictionary.
    @Test(arguments: 1...20) func itIsADictionaryThatKnowsItsEarliest(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var keys = DelayedKeys<Int>()
        var model: [Int: ContinuousClock.Instant] = [:]
        var now = start
        for _ in 0..<3000 {
            let key = Int.random(in: 0..<60, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let time = now + .milliseconds(Int.random(in: -5...200, using: &random))
                keys.add(key, at: time)
                model[key] = min(model[key] ?? time, time)
            case 5..<9:
                keys.remove(key)
                model[key] = nil
            default:
                now += .milliseconds(Int.random(in: 0...30, using: &random))
                let due = keys.removeDue(now: now)
                #expect(Set(due) == Set(model.filter { $0.value <= now }.keys))
                #expect(due.count == Set(due).count)
                let times = due.compactMap { model[$0] }
                #expect(times == times.sorted())
                for key in due { model[key] = nil }
            }
            #expect(keys.count == model.count)
            #expect(keys.earliest == model.values.min())
        }
    }

    @Test func keysThatComeAndGoDoNotFillTheMemory() {
        var keys = DelayedKeys<Int>()
        keys.add(-1, at: start)
        for step in 0..<10_000 {
            keys.add(step % 10, at: start + .seconds(step + 1))
            keys.remove(step % 10)
            #expect(keys.held <= 2 * keys.count + 64)
        }
        #expect(keys.removeDue(now: start + .seconds(100_000)) == [-1])
        #expect(keys.earliest == nil && keys.held == 0)
    }
}
