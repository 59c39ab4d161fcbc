import Contracts
import Foundation
import HTTPTypes
import Messaging
import PostgreSQL
import TestServers
import Testing

@testable import UserService

@Suite struct SessionTests {
    @Test func registeringSignsInAndTells() async throws {
        try await World.with { world in
            let answer = try await world.client.call(
                .post, "/api/v1/auth/register",
                [
                    "email": " Ann@Example.com ", "password": World.password, "first_name": "Ann ", "last_name": "Lee",
                    "phone": "+4930123456",
                ])
            #expect(answer.status == 201)
            #expect(answer.text("user.email") == "ann@example.com")
            #expect(answer.text("user.first_name") == "Ann")
            #expect(answer.text("user.role") == "customer")
            #expect(answer.text("user.account_status") == "active")
            #expect(answer.text("token_type") == "Bearer")
            #expect(answer.number("expires_in") == 900)
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(answer.headers[.location] == "/api/v1/users/" + answer.text("user.id"))
            #expect(answer.text("user.id") == answer.text("user.id").lowercased())
            #expect(!String(decoding: answer.body, as: UTF8.self).contains("$2b$"))

            let event = try #require(try await world.outbox().first)
            let data: UserEventData = try event.data()
            #expect(event.type == .userRegistered)
            #expect(data.email == "ann@example.com" && data.version == 1)
            let hash: String = try await world.pool.queryOne("SELECT password_hash FROM users")["password_hash"]
            #expect(hash.hasPrefix("$2b$04$"))
        }
    }

    @Test func everyWrongFieldIsNamed() async throws {
        try await World.with { world in
            let answer = try await world.client.call(
                .post, "/api/v1/auth/register",
                ["email": "nobody", "password": "short", "first_name": "", "last_name": "Lee", "phone": "123"])
            #expect(answer.status == 422)
            #expect(answer.text("code") == "validation_failed")
            #expect(Set(answer.texts("errors", "pointer")) == ["/email", "/password", "/first_name", "/phone"])
            #expect(try await world.events().isEmpty)
        }
    }

    @Test func anAddressRegistersOnce() async throws {
        try await World.with { world in
            _ = try await world.register("ann@example.com")
            let again = try await world.client.call(
                .post, "/api/v1/auth/register",
                ["email": "ANN@example.com", "password": World.password, "first_name": "A", "last_name": "B"])
            #expect(again.status == 409)
            #expect(again.text("code") == "email_taken")
        }
    }

    @Test func ofManyEqualRegistrationsAtOnceOneSucceeds() async throws {
        try await World.with { world in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await world.client.call(
                            .post, "/api/v1/auth/register",
                            [
                                "email": "ann@example.com", "password": World.password, "first_name": "A",
                                "last_name": "B",
                            ]
                        ).status
                    }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.sorted() == [201] + Array(repeating: 409, count: 7))
            #expect(try await world.events() == [.userRegistered])
        }
    }

    @Test func theAccessTokenIsGoodForTheAPIAndTheKeySet() async throws {
        try await World.with { world in
            let ann = try await world.register()
            let verified = try await world.client.call(.get, "/api/v1/auth/verify", token: ann.access)
            #expect(verified.status == 200)
            #expect(verified.text("user_id") == ann.id)
            #expect(verified.text("role") == "customer")
            #expect(try await world.client.call(.get, "/api/v1/auth/verify").status == 401)
            #expect(try await world.client.call(.get, "/api/v1/auth/verify", token: ann.access + "x").status == 401)

            let keys = try await world.client.call(.get, "/.well-known/jwks.json")
            #expect(keys.status == 200)
            #expect(keys.texts("keys", "kid") == ["key-1"])
            #expect(!String(decoding: keys.body, as: UTF8.self).contains("\"d\""))
        }
    }

    @Test func aWrongPasswordAndAnUnknownAddressLookTheSame() async throws {
        try await World.with { world in
            let ann = try await world.register()
            #expect(try await world.login(ann.email.uppercased()).status == 200)
            let wrong = try await world.login(ann.email, "not my password")
            let unknown = try await world.login("nobody@example.com", "not my password")
            #expect(wrong.status == 401 && wrong.text("code") == "invalid_credentials")
            #expect(unknown.status == wrong.status)
            #expect(unknown.text("code") == wrong.text("code") && unknown.text("detail") == wrong.text("detail"))
        }
    }

    @Test func fiveWrongPasswordsLockTheAddressWhetherItExistsOrNot() async throws {
        try await World.with { world in
            let ann = try await world.register()
            for email in [ann.email, "nobody@example.com"] {
                for _ in 0..<5 { #expect(try await world.login(email, "wrong password").status == 401) }
                let locked = try await world.login(email)
                #expect(locked.status == 429)
                #expect(locked.text("code") == "account_locked")
                #expect((890...900).contains(Int(locked.headers[.retryAfter] ?? "") ?? 0))
            }
            // A quarter of an hour later.
            try await world.pool.execute(
                "UPDATE login_locks SET locked_until = now() - interval '1 second'")
            #expect(try await world.login(ann.email).status == 200)
        }
    }

    @Test func theRightPasswordForgetsFailures() async throws {
        try await World.with { world in
            let ann = try await world.register()
            for _ in 0..<2 {
                for _ in 0..<4 { #expect(try await world.login(ann.email, "wrong password").status == 401) }
                #expect(try await world.login(ann.email).status == 200)
            }
        }
    }

    @Test func manyGuessesAtOnceDoNotGetPastTheLock() async throws {
        try await World.with { world in
            let ann = try await world.register()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<12 { group.addTask { _ = try await world.login(ann.email, "wrong password") } }
                try await group.waitForAll()
            }
            #expect(try await world.login(ann.email).status == 429)
        }
    }

    @Test func refreshingRotates() async throws {
        try await World.with { world in
            let ann = try await world.register()
            let second = try await world.refresh(ann.refresh)
            #expect(second.status == 200)
            #expect(second.text("refresh_token") != ann.refresh)
            #expect(second.text("user.id") == ann.id)
            #expect(try await world.refresh(second.text("refresh_token")).status == 200)
        }
    }

    @Test func aReusedRefreshTokenEndsItsFamilyAndNoOther() async throws {
        try await World.with { world in
            let ann = try await world.register()
            let elsewhere = try await world.login(ann.email)
            let second = try await world.refresh(ann.refresh)
            let reused = try await world.refresh(ann.refresh)
            #expect(reused.status == 401)
            #expect(reused.text("code") == "refresh_token_invalid")
            #expect(try await world.refresh(second.text("refresh_token")).status == 401)
            #expect(try await world.refresh(elsewhere.text("refresh_token")).status == 200)
        }
    }

    @Test func ofTwoSimultaneousUsesOneSucceedsAndTheFamilyEnds() async throws {
        try await World.with { world in
            let ann = try await world.register()
            async let first = world.refresh(ann.refresh)
            async let second = world.refresh(ann.refresh)
            let answers = try await [first, second]
            #expect(answers.map(\.status).sorted() == [200, 401])
            let winner = try #require(answers.first { $0.status == 200 })
            #expect(try await world.refresh(winner.text("refresh_token")).status == 401)
        }
    }

    @Test func tokensAreStoredAsHashesOnly() async throws {
        try await World.with { world in
            let ann = try await world.register()
            let row = try await world.pool.queryOne(
                "SELECT token_hash, row_to_json(t)::text AS all FROM refresh_tokens t")
            let hash: [UInt8] = try row["token_hash"]
            let everything: String = try row["all"]
            #expect(hash == RefreshSecret(ann.refresh).hash)
            #expect(!everything.contains(ann.refresh))
        }
    }

    @Test func loggingOutEndsTheSession() async throws {
        try await World.with { world in
            let ann = try await world.register()
            let out = try await world.client.call(.post, "/api/v1/auth/logout", ["refresh_token": ann.refresh])
            #expect(out.status == 204)
            #expect(try await world.refresh(ann.refresh).status == 401)
            let again = try await world.client.call(.post, "/api/v1/auth/logout", ["refresh_token": ann.refresh])
            #expect(again.status == 204)
        }
    }

    @Test func aHashOfLowerCostIsRenewedAtLogin() async throws {
        try await World.with { world in
            let ann = try await world.register()
            let expensive = UserService(world.runtime, hashingCost: 5)
            _ = try await expensive.sessions.login(ann.email, password: World.password)
            let hash: String = try await world.pool.queryOne("SELECT password_hash FROM users")["password_hash"]
            #expect(hash.hasPrefix("$2b$05$"))
            #expect(try await world.login(ann.email).status == 200)
        }
    }

    @Test func malformedRequestsAreClientErrors() async throws {
        try await World.with { world in
            let wrongType = try await world.client.call(
                .post, "/api/v1/auth/login", ["email": 7, "password": World.password])
            #expect(wrongType.status == 422)
            let missing = try await world.client.call(.post, "/api/v1/auth/login", ["email": "a@b.cc"])
            #expect(missing.status == 422)
            let nul = try await world.login("ann\u{0}@example.com", "some\u{0}password")
            #expect(nul.status == 400)
            let long = try await world.login("ann@example.com", String(repeating: "x", count: 100_000))
            #expect(long.status == 401)
        }
    }
}
