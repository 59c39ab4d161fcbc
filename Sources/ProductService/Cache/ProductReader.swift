import Contracts
import NIOCore
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads active products as encoded answers: from this process, from Redis, from the database.
struct ProductReader: Sendable {
    let pool: PostgresPool
    let shared: SharedCache?
    private let products = BodyCache(capacity: 4096)
    private let lists = BodyCache(capacity: 1024)

    init(pool: PostgresPool, shared: SharedCache?) {
        self.pool = pool
        self.shared = shared
    }

    /// The product of an id or slug as everybody may see it; `nil` unless it is active.
    func product(_ name: String) async throws -> ByteBuffer? {
        let key = name.lowercased()
        return try await products.body(key) {
            let entry = await shared?.entry(key) ?? .unusable
            if case .hit(let text) = entry { return ByteBuffer(string: text) }
            guard let product = try await stored(key), product.status.isActive else { return nil }
            let text = String(decoding: try ContractsJSON.encoder().encode(product), as: UTF8.self)
            if entry == .absent { await shared?.store(text, for: key) }
            return ByteBuffer(string: text)
        }
    }

    /// A public list, by the query that asks for it.
    func list(_ query: String, load: () async throws -> ByteBuffer) async throws -> ByteBuffer {
        if let body = try await lists.body(query, load: load) { return body }
        return try await load()
    }

    /// The product of an id or slug, whatever its status.
    func stored(_ name: String) async throws -> Product? {
        let store = ProductStore()
        if let id = UUID(uuidString: name) { return try await store.product(id, in: pool) }
        guard Slug.isValid(name) else { return nil }
        return try await store.product(slug: name, in: pool)
    }

    /// Forgets the product under all its names; to be called after the change has been committed.
    func changed(_ product: Product, previousSlug: String? = nil) async {
        products.invalidate()
        lists.invalidate()
        var keys = [product.id.text, product.slug]
        if let previousSlug, previousSlug != product.slug { keys.append(previousSlug) }
        await shared?.invalidate(keys)
        // A reader of this process may have taken the old answer from Redis just before the marker was there.
        products.invalidate()
    }

    /// The category tree changed, and with it what lists of a subtree show.
    func categoriesChanged() { lists.invalidate() }
}
