import Contracts
import Foundation
import HTTPTypes
import HummingbirdTesting
import PostgreSQL
import ServiceFoundation
import TestServers
import Testing

@Suite struct ProblemTests {
    func with(_ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        try await TestService<DemoService>.with { shop async throws in
            try await shop.publicApplication.test(.router) { client in try await body(client) }
        }
    }

    @Test func missingRoutesAndMethodsAreProblems() async throws {
        try await with { client async throws in
            let missing = try await client.send(.get, "/api/v1/nothing")
            #expect(missing.status == .notFound)
            #expect(try missing.problem().code == "not_found")
            #expect(try missing.problem().instance == "/api/v1/nothing")
            let method = try await client.send(.delete, "/api/v1/items/\(UUID.v7().text)")
            #expect(method.status == .methodNotAllowed)
            #expect(try method.problem().code == "method_not_allowed")
            #expect(method.headers[.allow]?.contains("GET") == true)
            #expect(try await client.send(.get, "/api/v1/items/\(UUID.v7().text)").problem().code == "item_not_found")
            #expect(try await client.send(.get, "/api/v1/items/12").problem().code == "invalid_parameter")
        }
    }

    @Test(
        arguments: [
            ("", 400, "malformed_json", nil), ("{", 400, "malformed_json", nil), ("[1]", 422, "validation_failed", ""),
            (#"{"name":"x","price":1}"#, 422, "validation_failed", "/lines"),
            (#"{"name":null,"price":1,"lines":[]}"#, 422, "validation_failed", "/name"),
            (#"{"name":7,"price":1,"lines":[]}"#, 422, "validation_failed", "/name"),
            (#"{"name":"x","price":"1","lines":[]}"#, 422, "validation_failed", "/price"),
            (#"{"name":"x","price":1.5,"lines":[]}"#, 422, "validation_failed", "/price"),
            (#"{"name":"x","price":99999999999999999999,"lines":[]}"#, 422, "validation_failed", "/price"),
            (#"{"name":"x","price":1,"lines":{}}"#, 422, "validation_failed", "/lines"),
            (
                #"{"name":"x","price":1,"lines":[{"sku":"a","quantity":1},{"sku":"a"}]}"#, 422, "validation_failed",
                "/lines/1/quantity"
            ),
            (#"{"name":"x","price":1,"lines":[],"owner":"me"}"#, 422, "validation_failed", "/owner"),
            (#"{"name":"a\u0000b","price":1,"lines":[]}"#, 400, "invalid_text", nil),
            (String(repeating: "[", count: 100_000), 400, "malformed_json", nil),
        ] as [(String, Int, String, String?)])
    func aBadBodyNamesWhatIsWrong(body: String, status: Int, code: String, pointer: String?) async throws {
        try await with { client async throws in
            let response = try await client.send(.post, "/api/v1/echo", body: body)
            #expect(response.status.code == status)
            let problem = try response.problem()
            #expect(problem.code == code)
            #expect(problem.errors?.first?.pointer == pointer)
        }
    }

    @Test func aBackslashBeforeU0000IsJustText() async throws {
        try await with { client async throws in
            let response = try await client.send(
                .post, "/api/v1/echo", body: #"{"name":"a\\u0000b","price":1,"lines":[]}"#)
            #expect(response.status == .ok)
        }
    }

    @Test func bodiesUpToTheLimitAreReadAndLongerOnesRefused() async throws {
        try await with { client async throws in
            func body(_ count: Int) -> String {
                let frame = #"{"name":"","price":1,"lines":[]}"#
                return #"{"name":""# + String(repeating: "x", count: count - frame.utf8.count)
                    + #"","price":1,"lines":[]}"#
            }
            #expect(body(1 << 20).utf8.count == 1 << 20)
            #expect(try await client.send(.post, "/api/v1/echo", body: body(1 << 20)).status == .ok)
            let response = try await client.send(.post, "/api/v1/echo", body: body((1 << 20) + 1))
            #expect(response.status == .contentTooLarge)
            #expect(try response.problem().code == "content_too_large")
        }
    }

    @Test(arguments: ["text/plain", "application/xml", "multipart/form-data; boundary=x", "jsonx"])
    func otherContentTypesAreRefused(type: String) async throws {
        try await with { client async throws in
            let response = try await client.send(.post, "/api/v1/echo", [.contentType: type], body: "{}")
            #expect(response.status == .unsupportedMediaType)
            #expect(try response.problem().code == "unsupported_media_type")
        }
    }

    @Test func anUnexpectedErrorTellsNothing() async throws {
        try await with { client async throws in
            let response = try await client.send(.get, "/api/v1/boom")
            #expect(response.status == .internalServerError)
            #expect(try response.problem().code == "internal_error")
            #expect(!response.text.contains("hunter2"))
        }
    }

    @Test func textThatPostgreSQLCannotStoreIsTheClientsMistake() async throws {
        try await with { client async throws in
            let response = try await client.send(.get, "/api/v1/text/a%00b")
            #expect(response.status == .badRequest)
            #expect(try response.problem().code == "invalid_text")
        }
    }

    @Test func aDatabaseThatIsAwayIsUnavailable() async throws {
        try await TestService<DemoService>.with { shop async throws in
            await shop.pool.close()
            try await shop.publicApplication.test(.router) { client async throws in
                let response = try await client.send(.get, "/api/v1/items")
                #expect(response.status == .serviceUnavailable)
                #expect(try response.problem().code == "unavailable")
                #expect(response.headers[.retryAfter] != nil)
            }
        }
    }

    @Test func correlationIDsAreKeptMadeAndSanitised() async throws {
        try await with { client async throws in
            let kept = try await client.send(.get, "/api/v1/items", [.correlation: "abc-1"])
            #expect(kept.headers[.correlation] == "abc-1")
            let other = try await client.send(.get, "/api/v1/items", [.request: "req_2"])
            #expect(other.headers[.correlation] == "req_2")
            for bad in ["a b", "{\"x\":1}", String(repeating: "x", count: 129)] {
                let made = try await client.send(.get, "/api/v1/items", [.correlation: bad])
                #expect(UUID(uuidString: made.headers[.correlation] ?? "") != nil)
            }
        }
    }
}
