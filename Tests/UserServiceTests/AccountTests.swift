import Contracts
import Foundation
import HTTPTypes
import HummingbirdTesting
import Messaging
import PostgreSQL
import ServiceFoundation
import TestServers
import Testing

@testable import UserService

@Suite struct AccountTests {
    @Test func profilesAreReadAndChangedByTheirOwner() async throws {
        try await World.with { world in
            let ann = try await world.register()
            let path = "/api/v1/users/\(ann.id)"
            #expect(try await world.client.call(.get, path, token: ann.access).text("email") == ann.email)
            let changed = try await world.client.call(
                .put, path, ["first_name": "Anna", "last_name": "Lee", "phone": "+4930123456", "locale": "de"],
                token: ann.access)
            #expect(changed.status == 200)
            #expect(changed.text("first_name") == "Anna" && changed.text("locale") == "de")
            let data: UserEventData = try #require(try await world.outbox().last).data()
            #expect(data.firstName == "Anna" && data.version == 2 && data.locale == "de")

            let same = try await world.client.call(
                .put, path, ["first_name": "Anna", "last_name": "Lee", "phone": "+4930123456"], token: ann.access)
            #expect(same.status == 200 && same.text("locale") == "de")
            #expect(try await world.events() == [.userRegistered, .userUpdated])

            let wrong = try await world.client.call(
                .put, path, ["first_name": "A\nB", "last_name": ""], token: ann.access)
            #expect(wrong.status == 422)
            #expect(Set(wrong.texts("errors", "pointer")) == ["/first_name", "/last_name"])
        }
    }

    @Test func othersProfilesAreForbidden() async throws {
        try await World.with { world in
            let ann = try await world.register("ann@example.com")
            let bob = try await world.register("bob@example.com")
            let path = "/api/v1/users/\(bob.id)"
            #expect(try await world.client.call(.get, path).status == 401)
            #expect(try await world.client.call(.get, path, token: ann.access).status == 403)
            #expect(
                try await world.client.call(
                    .put, path, ["first_name": "X", "last_name": "Y"], token: ann.access
                ).status == 403)
            #expect(try await world.client.call(.get, path + "/addresses", token: ann.access).status == 403)
            #expect(try await world.client.call(.get, path + "/orders", token: ann.access).status == 403)
            #expect(try await world.client.call(.post, path + "/suspend", token: ann.access).status == 403)
            #expect(try await world.client.call(.post, path + "/deactivate", token: ann.access).status == 403)
            #expect(
                try await world.client.call(.put, path + "/role", ["role": "admin"], token: ann.access).status == 403)
            #expect(try await world.client.call(.get, "/api/v1/users", token: ann.access).status == 403)
            #expect(try await world.client.call(.get, "/api/v1/users/nonsense", token: ann.access).status == 400)
        }
    }

    @Test func suspendedPeopleCannotSignInUntilReinstated() async throws {
        try await World.with { world in
            let ann = try await world.register("ann@example.com")
            let admin = try await world.admin()
            let path = "/api/v1/users/\(ann.id)"
            let suspended = try await world.client.call(.post, path + "/suspend", token: admin.access)
            #expect(suspended.status == 200 && suspended.text("account_status") == "suspended")
            #expect(try await world.login(ann.email).text("code") == "account_suspended")
            #expect(try await world.login(ann.email, "wrong password").text("code") == "invalid_credentials")
            #expect(try await world.refresh(ann.refresh).status == 401)
            #expect(try await world.client.call(.get, "/api/v1/auth/verify", token: ann.access).status == 401)
            #expect(try await world.client.call(.post, path + "/deactivate", token: ann.access).status == 403)

            #expect(try await world.client.call(.post, path + "/reinstate", token: admin.access).status == 200)
            #expect(try await world.login(ann.email).status == 200)
        }
    }

    @Test func deactivationAnonymisesAndTells() async throws {
        try await World.with { world in
            let ann = try await world.register("ann@example.com")
            let path = "/api/v1/users/\(ann.id)"
            _ = try await world.client.call(.post, path + "/addresses", AddressTests.home, token: ann.access)
            let gone = try await world.client.call(.post, path + "/deactivate", token: ann.access)
            #expect(gone.status == 200 && gone.text("account_status") == "deactivated")

            let event = try #require(try await world.outbox().last)
            let data: UserDeactivatedData = try event.data()
            #expect(event.type == .userDeactivated)
            #expect(data.email == "ann@example.com" && data.firstName == "Ann")

            let left: String = try await world.pool.queryOne("SELECT row_to_json(u)::text AS row FROM users u")["row"]
            #expect(!left.contains("ann@example.com") && !left.contains("Ann") && !left.contains("$2b$"))
            let addresses: Int = try await world.pool.queryOne("SELECT count(*) AS n FROM addresses")["n"]
            #expect(addresses == 0)
            #expect(try await world.login("ann@example.com").status == 401)
            #expect(try await world.refresh(ann.refresh).status == 401)
            // The address is free again, for a new account.
            let again = try await world.register("ann@example.com")
            #expect(again.id != ann.id)
            // The end is the end.
            let admin = try await world.admin()
            let reinstated = try await world.client.call(.post, path + "/reinstate", token: admin.access)
            #expect(reinstated.status == 409 && reinstated.text("code") == "invalid_account_transition")
            #expect(try await world.client.call(.post, path + "/deactivate", token: admin.access).status == 200)
            #expect(try await world.events().filter { $0 == .userDeactivated }.count == 1)
        }
    }

    @Test func adminsChangeRolesButNotTheirOwn() async throws {
        try await World.with { world in
            let ann = try await world.register("ann@example.com")
            let admin = try await world.admin()
            let changed = try await world.client.call(
                .put, "/api/v1/users/\(ann.id)/role", ["role": "seller"], token: admin.access)
            #expect(changed.status == 200 && changed.text("role") == "seller")
            // What the old token says is no longer true.
            #expect(try await world.client.call(.get, "/api/v1/auth/verify", token: ann.access).status == 401)
            let data: UserEventData = try #require(try await world.outbox().last).data()
            #expect(data.role == .seller)
            let wrong = try await world.client.call(
                .put, "/api/v1/users/\(ann.id)/role", ["role": "emperor"], token: admin.access)
            #expect(wrong.status == 422)
            let own = try await world.client.call(
                .put, "/api/v1/users/\(admin.id)/role", ["role": "customer"], token: admin.access)
            #expect(own.status == 409 && own.text("code") == "own_account")
        }
    }

    @Test func adminsSearchPageByPage() async throws {
        try await World.with { world in
            for number in 1...5 { _ = try await world.register("person\(number)@example.com") }
            let odd = try await world.register("100%_sure@example.org")
            let admin = try await world.admin()
            func list(_ query: String) async throws -> Answer {
                try await world.client.call(.get, "/api/v1/users?" + query, token: admin.access)
            }
            let first = try await list("q=person&limit=3")
            #expect(
                first.texts("items", "email") == ["person5@example.com", "person4@example.com", "person3@example.com"])
            let second = try await list("q=person&limit=3&cursor=" + first.text("next_cursor"))
            #expect(second.texts("items", "email") == ["person2@example.com", "person1@example.com"])
            #expect(second.value("next_cursor") == nil)
            #expect(try await list("q=100%25_").texts("items", "id") == [odd.id])
            #expect(try await list("q=%25").count("items") == 1)
            #expect(try await list("role=admin").texts("items", "id") == [admin.id])
            #expect(try await list("status=suspended").count("items") == 0)
            #expect(try await list("role=emperor").status == 400)
            #expect(try await list("cursor=nonsense").status == 400)
        }
    }

    @Test func theAdminsAccountFollowsItsSecret() async throws {
        try await World.with(admin: ("admin@localhost", "first password")) { world in
            let answer = try await world.login("admin@localhost", "first password")
            #expect(answer.status == 200 && answer.text("user.role") == "admin")
            #expect(try await world.events() == [.userRegistered])

            // Again, as another start or replica does it: nothing changes.
            try await world.service.prepare()
            #expect(try await world.refresh(answer.text("refresh_token")).status == 200)

            try World.write(admin: ("admin@localhost", "second password"), world.root)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 { group.addTask { try await world.service.prepare() } }
                try await group.waitForAll()
            }
            #expect(try await world.login("admin@localhost", "second password").status == 200)
            #expect(try await world.login("admin@localhost", "first password").status == 401)
            #expect(try await world.events() == [.userRegistered, .userUpdated])
        }
    }

    @Test func ordersAreTheOrderServicesAnswer() async throws {
        let peers = OrderPeers()
        try await World.with(peers: peers) { world in
            let ann = try await world.register()
            let path = "/api/v1/users/\(ann.id)/orders"
            let answer = try await world.client.call(.get, path + "?status=pending&limit=2", token: ann.access)
            #expect(answer.status == 200)
            #expect(answer.text("items.0.id") == "/internal/v1/users/\(ann.id)/orders?status=pending&limit=2")
            let problem = try await world.client.call(.get, path + "?cursor=bad", token: ann.access)
            #expect(problem.status == 400 && problem.text("code") == "invalid_cursor")
            let down = try await world.client.call(.get, path + "?cursor=down", token: ann.access)
            #expect(down.status == 503)
        }
    }

    @Test func onlyTheOrderServiceAsksInside() async throws {
        try await World.with { world in
            let ann = try await world.register()
            let address = try await world.client.call(
                .post, "/api/v1/users/\(ann.id)/addresses", AddressTests.home, token: ann.access)
            let paths = [
                "/internal/v1/users/\(ann.id)", "/internal/v1/users/\(ann.id)/addresses/\(address.text("id"))",
            ]
            try await ServiceApplications.internalApplication(world.service, world.runtime, caller: .order).test(
                .router
            ) { client in
                let user = try await client.call(.get, paths[0])
                #expect(user.text("email") == ann.email && user.text("account_status") == "active")
                #expect(try await client.call(.get, paths[1]).text("city") == "Berlin")
                #expect(try await client.call(.get, "/internal/v1/users/\(UUID.v7().text)").status == 404)
            }
            try await ServiceApplications.internalApplication(world.service, world.runtime, caller: .product).test(
                .router
            ) { client in
                for path in paths {
                    let answer = try await client.call(.get, path)
                    #expect(answer.status == 403)
                }
            }
        }
    }
}

/// An order service that answers with the path it was asked for.
private struct OrderPeers: PeerCalling {
    func send(_ request: PeerRequest) async throws -> PeerResponse {
        if request.path.hasSuffix("cursor=bad") {
            throw PeerError.problem(.order, .badRequest("invalid_cursor", "The cursor is not one of ours."))
        }
        if request.path.hasSuffix("cursor=down") { throw PeerError.unreachable(.order, "connection refused") }
        let body = #"{"items":[{"id":""# + request.path + #""}],"next_cursor":null}"#
        return PeerResponse(status: 200, body: Array(body.utf8))
    }
}
