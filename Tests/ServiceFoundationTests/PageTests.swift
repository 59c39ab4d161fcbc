import Foundation
import HTTPTypes
import HummingbirdTesting
import PostgreSQL
import ServiceFoundation
import TestServers
import Testing

@Suite struct PageTests {
    struct Seen: Decodable {
        var items: [DemoService.Item]
        var nextCursor: String?
        enum CodingKeys: String, CodingKey {
            case items
            case nextCursor = "next_cursor"
        }
    }

    @Test func followingTheCursorsGivesEveryItemOnce() async throws {
        try await TestService<DemoService>.with { shop async throws in
            try await shop.pool.execute(
                "INSERT INTO items SELECT gen_random_uuid(), 'item ' || n FROM generate_series(1, 25) n")
            try await shop.publicApplication.test(.router) { client async throws in
                var sizes: [Int] = []
                var ids: Set<UUID> = []
                var cursor: String? = ""
                while let next = cursor {
                    let uri = "/api/v1/items?limit=10" + (next.isEmpty ? "" : "&cursor=\(next)")
                    let page = try await client.send(.get, uri).decode(Seen.self)
                    sizes.append(page.items.count)
                    ids.formUnion(page.items.map(\.id))
                    cursor = page.nextCursor
                }
                #expect(sizes == [10, 10, 5])
                #expect(ids.count == 25)
                // Exactly one page: no cursor to an empty one.
                #expect(try await client.send(.get, "/api/v1/items?limit=25").decode(Seen.self).nextCursor == nil)
                #expect(try await client.send(.get, "/api/v1/items").decode(Seen.self).items.count == 20)
            }
        }
    }

    @Test(arguments: [
        "limit=0", "limit=101", "limit=-1", "limit=x", "limit=1e3", "cursor=nonsense", "cursor=e30", "cursor=%00",
    ])
    func badLimitsAndCursorsAreRefused(query: String) async throws {
        try await TestService<DemoService>.with { shop async throws in
            try await shop.publicApplication.test(.router) { client async throws in
                let response = try await client.send(.get, "/api/v1/items?\(query)")
                #expect(response.status == .badRequest)
                let problem = try response.problem()
                #expect(problem.errors?.first?.pointer == query.split(separator: "=").first.map(String.init))
            }
        }
    }

    @Test func theLargestLimitIsAllowed() async throws {
        try await TestService<DemoService>.with { shop async throws in
            try await shop.publicApplication.test(.router) { client async throws in
                #expect(try await client.send(.get, "/api/v1/items?limit=100").status == .ok)
            }
        }
    }
}
