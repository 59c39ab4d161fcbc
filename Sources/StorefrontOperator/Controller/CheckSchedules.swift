import KubernetesClient
import Synchronization

/// The schedules of all Storefronts' checks.
final class CheckSchedules: Sendable {
    enum Server: CaseIterable, Hashable, Sendable { case postgres, rabbitMQ }

    private struct Key: Hashable, Sendable {
        var shop: ObjectKey
        var server: Server
    }

    private let schedules = Mutex<[Key: CheckSchedule]>([:])

    /// Runs a check when it is due, or answers with the last outcome; and says when to ask again.
    func outcome(
        _ server: Server, of shop: ObjectKey, input: String, pace: CheckPace,
        check: () async -> CheckSchedule.Outcome
    ) async -> (CheckSchedule.Outcome, again: Duration) {
        let key = Key(shop: shop, server: server)
        let schedule = schedules.withLock { $0[key] } ?? CheckSchedule()
        if case .reuse(let outcome, let duration) = schedule.decide(input, now: .now) { return (outcome, duration) }
        let outcome = await check()
        let pause = schedules.withLock {
            $0[key, default: CheckSchedule()].record(outcome, input, now: .now, pace: pace)
        }
        return (outcome, pause)
    }

    func forget(_ shop: ObjectKey) {
        schedules.withLock { schedules in
            for server in Server.allCases { schedules[Key(shop: shop, server: server)] = nil }
        }
    }
}
