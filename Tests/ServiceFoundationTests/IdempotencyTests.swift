import Contracts
import Foundation
import HTTPTypes
import HummingbirdTesting
import PostgreSQL
import ServiceFoundation
import TestServers
import Testing

@Suite struct IdempotencyTests {
    func with(
        _ body: @escaping @Sendable (any TestClientProtocol, HTTPFields, TestService<DemoService>) async throws -> Void
    ) async throws {
        try await TestService<DemoService>.with { shop async throws in
            let headers: HTTPFields = [.authorization: try await shop.authorization(.v7())]
            try await shop.publicApplication.test(.router) { client in try await body(client, headers, shop) }
        }
    }

    func count(_ shop: TestService<DemoService>) async throws -> Int {
        try await shop.pool.queryOne("SELECT count(*) AS n FROM items")["n"]
    }

    @Test func aRepetitionGetsTheSameBytesAndHasNoEffect() async throws {
        try await with { client, headers, shop async throws in
            var headers = headers
            headers[.idempotency] = "key-1"
            let first = try await client.send(.post, "/api/v1/items", headers, body: #"{"name":"a"}"#)
            let second = try await client.send(.post, "/api/v1/items", headers, body: #"{"name":"a"}"#)
            #expect(first.status == .created && second.status == .created)
            #expect(first.body == second.body)
            #expect(first.headers[.location] == second.headers[.location])
            #expect(first.headers[.contentType] == second.headers[.contentType])
            #expect(first.headers[.replayed] == nil && second.headers[.replayed] == "true")
            #expect(try await count(shop) == 1)
        }
    }

    @Test func anotherPayloadUnderTheSameKeyIsRefused() async throws {
        try await with { client, headers, shop async throws in
            var headers = headers
            headers[.idempotency] = "key-1"
            _ = try await client.send(.post, "/api/v1/items", headers, body: #"{"name":"a"}"#)
            let other = try await client.send(.post, "/api/v1/items", headers, body: #"{"name":"b"}"#)
            #expect(other.status == .unprocessableContent)
            #expect(try other.problem().code == "idempotency_key_reused")
            #expect(try await count(shop) == 1)
        }
    }

    @Test func ofManyAtOnceOneWorksAndTheOthersConflictOrReplay() async throws {
        try await with { client, headers, shop async throws in
            var headers = headers
            headers[.idempotency] = "key-1"
            let sent = headers
            let responses = try await withThrowingTaskGroup(of: TestResponse.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await client.send(.post, "/api/v1/items", sent, body: #"{"name":"a","delay":"0.2"}"#)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(try await count(shop) == 1)
            let made = responses.filter { $0.status == .created }
            let refused = responses.filter { $0.status == .conflict }
            #expect(made.filter { $0.headers[.replayed] == nil }.count == 1)
            #expect(made.count + refused.count == 8)
            #expect(!refused.isEmpty)
            for response in refused { #expect(try response.problem().code == "idempotency_in_flight") }
            let again = try await client.send(.post, "/api/v1/items", sent, body: #"{"name":"a","delay":"0.2"}"#)
            #expect(again.body == made.first?.body)
        }
    }

    @Test func aFailedRequestFreesItsKey() async throws {
        try await with { client, headers, shop async throws in
            var headers = headers
            headers[.idempotency] = "key-1"
            let failed = try await client.send(.post, "/api/v1/items", headers, body: #"{"fail":"yes"}"#)
            #expect(try failed.problem().code == "asked_to_fail")
            #expect(try await count(shop) == 0)
            #expect(try await client.send(.post, "/api/v1/items", headers, body: #"{"name":"a"}"#).status == .created)
        }
    }

    @Test func keysBelongToTheirUserAndExpire() async throws {
        try await with { client, headers, shop async throws in
            var headers = headers
            headers[.idempotency] = "key-1"
            var others: HTTPFields = [.authorization: try await shop.authorization(.v7())]
            others[.idempotency] = "key-1"
            _ = try await client.send(.post, "/api/v1/items", headers, body: #"{"name":"a"}"#)
            #expect(try await client.send(.post, "/api/v1/items", others, body: #"{"name":"b"}"#).status == .created)
            try await shop.pool.execute("UPDATE idempotency_keys SET expires_at = now() - interval '1 second'")
            #expect(try await client.send(.post, "/api/v1/items", headers, body: #"{"name":"c"}"#).status == .created)
            #expect(try await count(shop) == 3)
            try await shop.runtime.idempotency.removeExpired()
            #expect(try await shop.pool.queryOne("SELECT count(*) AS n FROM idempotency_keys")["n"] == 1)
        }
    }

    @Test(arguments: ["", "é", String(repeating: "x", count: 256)])
    func aBadKeyIsRefused(key: String) async throws {
        try await with { client, headers, _ async throws in
            var headers = headers
            headers[.idempotency] = key
            let response = try await client.send(.post, "/api/v1/items", headers, body: #"{"name":"a"}"#)
            #expect(try response.problem().code == "idempotency_key_invalid")
        }
    }

    @Test func theLongestKeyIsAllowedAndNoneIsNot() async throws {
        try await with { client, headers, _ async throws in
            var headers = headers
            #expect(
                try await client.send(.post, "/api/v1/items", headers, body: "{}").problem().code
                    == "idempotency_key_required")
            headers[.idempotency] = String(repeating: "x", count: 255)
            #expect(try await client.send(.post, "/api/v1/items", headers, body: "{}").status == .created)
        }
    }
}
