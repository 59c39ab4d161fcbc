import NIOCore
import Synchronization
import Testing

@testable import ProductService

struct BodyCacheTests {
    @Test("A fresh answer is not loaded again")
    func fresh() async throws {
        let cache = BodyCache(capacity: 10, lifetime: .seconds(60))
        let loads = Mutex(0)
        for _ in 0..<3 {
            let body = try await cache.body("a") {
                loads.withLock { $0 += 1 }
                return ByteBuffer(string: "x")
            }
            #expect(body == ByteBuffer(string: "x"))
        }
        #expect(loads.withLock { $0 } == 1)
    }

    @Test("An answer loaded before a change is not kept after it")
    func invalidation() async throws {
        let cache = BodyCache(capacity: 10, lifetime: .seconds(60))
        let old = try await cache.body("a") {
            cache.invalidate()
            return ByteBuffer(string: "old")
        }
        #expect(old == ByteBuffer(string: "old"))
        let new = try await cache.body("a") { ByteBuffer(string: "new") }
        #expect(new == ByteBuffer(string: "new"))
    }

    @Test("It never holds more than its capacity")
    func bounded() async throws {
        let cache = BodyCache(capacity: 2, lifetime: .seconds(60))
        for key in ["a", "b", "c"] { _ = try await cache.body(key) { ByteBuffer(string: key) } }
        let loads = Mutex(0)
        for key in ["a", "b", "c"] {
            _ = try await cache.body(key) {
                loads.withLock { $0 += 1 }
                return ByteBuffer(string: key)
            }
        }
        #expect(loads.withLock { $0 } >= 1)
    }

    @Test("A missing thing is asked for again")
    func missing() async throws {
        let cache = BodyCache(capacity: 2, lifetime: .seconds(60))
        #expect(try await cache.body("a") { nil } == nil)
        #expect(try await cache.body("a") { ByteBuffer(string: "x") } == ByteBuffer(string: "x"))
    }
}
