import Dispatch
import ServiceFoundation
import Synchronization

/// Hashes and verifies passwords on threads of its own, as many as there are processors, and no more waiting than
/// can be served in a few seconds.
final class PasswordHasher: Sendable {
    /// Logarithm of bcrypt's rounds for new hashes.
    let cost: Int
    private let workers: [DispatchQueue]
    private let maximumWaiting: Int
    private let state = Mutex((waiting: 0, next: 0))

    init(cost: Int = 12, workers: Int, maximumWaiting: Int = 64) {
        self.cost = cost
        self.workers = (0..<max(1, workers)).map { DispatchQueue(label: "bcrypt.\($0)") }
        self.maximumWaiting = maximumWaiting
    }

    /// A new hash of the configured cost. Problem 503 when too many are waiting.
    func hash(_ password: String) async throws -> String {
        let cost = cost
        return try await run { () throws(PasswordError) in try Bcrypt.hash(password, cost: cost) }
    }

    /// Whether the password belongs to the hash. Without a hash (no such account) it takes just as long and is `false`.
    func verify(_ password: String, _ hash: String?) async throws -> Bool {
        let stored = hash ?? decoy
        let matches = try await run { () throws(PasswordError) in try Bcrypt.verify(password, stored) }
        return matches && hash != nil
    }

    /// Whether the hash was made with fewer rounds than new ones are.
    func isOutdated(_ hash: String) -> Bool { (Bcrypt.cost(of: hash) ?? 0) < cost }

    /// A hash of the right shape and cost that no password is known for.
    private var decoy: String {
        "$2b$" + (cost < 10 ? "0" : "") + "\(cost)$" + "abcdefghijklmnopqrstuu" + String(repeating: ".", count: 31)
    }

    private func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws(PasswordError) -> Value
    ) async throws -> Value {
        let limit = maximumWaiting * workers.count
        let worker = state.withLock { state -> DispatchQueue? in
            guard state.waiting < limit else { return nil }
            state.waiting += 1
            state.next = (state.next + 1) % workers.count
            return workers[state.next]
        }
        guard let worker else {
            throw Problem.unavailable("busy", "Too many people are signing in. Try again in a moment.", retryAfter: 5)
        }
        defer { state.withLock { $0.waiting -= 1 } }
        let result: Result<Value, PasswordError> = await withCheckedContinuation { continuation in
            worker.async {
                do throws(PasswordError) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}
