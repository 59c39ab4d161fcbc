import Logging
import Metrics
import Redis
import Synchronization

/// Encoded products in Redis, for all replicas. Redis being slow or away costs a reader nothing but the cache: after a
/// failure it is left alone for a while.
///
/// A write replaces the entry by a marker that lasts longer than any read of the database takes; readers store only
/// where nothing is. So a reader that loaded the product before the write cannot store it after the write.
final class SharedCache: Sendable {
    private static let marker = "changed"
    private static let markerLifetime: Duration = .seconds(15)
    private static let pause: Duration = .seconds(3)

    private let redis: any RedisCommands
    private let lifetime: @Sendable () -> Int
    private let logger: Logger
    private let pausedUntil = Mutex<ContinuousClock.Instant?>(nil)
    private let hits = Counter(label: "product_cache_requests", dimensions: [("result", "hit")])
    private let misses = Counter(label: "product_cache_requests", dimensions: [("result", "miss")])
    private let failures = Counter(label: "product_cache_requests", dimensions: [("result", "error")])

    /// `lifetime` in seconds.
    init(_ redis: any RedisCommands, lifetime: @escaping @Sendable () -> Int, logger: Logger) {
        self.redis = redis
        self.lifetime = lifetime
        self.logger = logger
    }

    enum Entry: Sendable, Equatable {
        case hit(String)
        /// Nothing there: worth storing.
        case absent
        /// Just changed, or no Redis: not to be stored.
        case unusable
    }

    func entry(_ key: String) async -> Entry {
        await guarded(otherwise: .unusable) { redis in
            let value = try await redis.get(Self.name(key))
            if value == nil { self.misses.increment() } else { self.hits.increment() }
            return value.map { $0 == Self.marker ? .unusable : .hit($0) } ?? .absent
        }
    }

    func store(_ value: String, for key: String) async {
        let lifetime = Duration.seconds(max(1, lifetime()))
        _ = await guarded(otherwise: false) {
            try await $0.set(Self.name(key), value, expiry: lifetime, condition: .ifAbsent)
        }
    }

    /// To be called after the change has been committed.
    func invalidate(_ keys: [String]) async {
        let commands = keys.map { ["SET", Self.name($0), Self.marker, "PX", String(Self.markerMilliseconds)] }
        do {
            for case .error(let message) in try await redis.send(pipeline: commands) {
                logger.warning("cached product not invalidated", metadata: ["error": "\(message)"])
            }
        } catch {
            logger.warning("cached product not invalidated", metadata: ["error": "\(error)"])
        }
    }

    private static var markerMilliseconds: Int64 { markerLifetime.components.seconds * 1000 }

    private static func name(_ key: String) -> String { "product:\(key)" }

    private func guarded<Value: Sendable>(
        otherwise: Value, _ body: @Sendable (any RedisCommands) async throws -> Value
    ) async -> Value {
        if pausedUntil.withLock({ $0.map { ContinuousClock.now < $0 } ?? false }) { return otherwise }
        do {
            return try await body(redis)
        } catch is CancellationError {
            return otherwise
        } catch {
            failures.increment()
            pausedUntil.withLock { $0 = .now + Self.pause }
            logger.warning("product cache unavailable", metadata: ["error": "\(error)"])
            return otherwise
        }
    }
}
