import Contracts
import Foundation
import HTTPTypes
import PostgreSQL
import TestServers
import Testing

@testable import UserService

@Suite struct AddressTests {
    static var home: [String: Any] {
        [
            "label": "home", "street_line_1": "Lindenstr. 1", "city": "Berlin", "state": "Berlin",
            "postal_code": "10969", "country_code": "de",
        ]
    }

    @Test func theFirstAddressIsTheDefaultUntilAnotherIsMadeIt() async throws {
        try await World.with { world in
            let ann = try await world.register()
            let path = "/api/v1/users/\(ann.id)/addresses"
            let first = try await world.client.call(.post, path, Self.home, token: ann.access)
            #expect(first.status == 201)
            #expect(first.flag("is_default") == true)
            #expect(first.text("country_code") == "DE")
            #expect(first.headers[.location] == path + "/" + first.text("id"))
            let second = try await world.client.call(.post, path, Self.home, token: ann.access)
            #expect(second.flag("is_default") == false)

            var work = Self.home
            work["label"] = "work"
            work["is_default"] = true
            let changed = try await world.client.call(
                .put, path + "/" + second.text("id"), work, token: ann.access)
            #expect(changed.status == 200 && changed.flag("is_default") == true && changed.text("label") == "work")
            #expect(try await Self.defaults(world, ann) == [second.text("id")])

            // Taking the mark off without giving it to another leaves it where it is.
            work["is_default"] = false
            _ = try await world.client.call(.put, path + "/" + second.text("id"), work, token: ann.access)
            #expect(try await Self.defaults(world, ann) == [second.text("id")])

            let deleted = try await world.client.call(.delete, path + "/" + second.text("id"), token: ann.access)
            #expect(deleted.status == 204)
            #expect(try await Self.defaults(world, ann) == [first.text("id")])
            #expect(
                try await world.client.call(.delete, path + "/" + second.text("id"), token: ann.access).status == 404)
        }
    }

    @Test func manyChangesAtOnceLeaveOneDefault() async throws {
        try await World.with { world in
            let ann = try await world.register()
            let path = "/api/v1/users/\(ann.id)/addresses"
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        var address = Self.home
                        address["is_default"] = true
                        return try await world.client.call(.post, path, address, token: ann.access).status
                    }
                }
                for try await status in group { #expect(status == 201) }
            }
            #expect(try await Self.defaults(world, ann).count == 1)
        }
    }

    @Test func everyWrongFieldIsNamed() async throws {
        try await World.with { world in
            let ann = try await world.register()
            var wrong = Self.home
            wrong["label"] = "castle"
            wrong["country_code"] = "XX"
            wrong["city"] = " "
            wrong["postal_code"] = String(repeating: "1", count: 21)
            let answer = try await world.client.call(
                .post, "/api/v1/users/\(ann.id)/addresses", wrong, token: ann.access)
            #expect(answer.status == 422)
            #expect(
                Set(answer.texts("errors", "pointer")) == ["/label", "/country_code", "/city", "/postal_code"])
        }
    }

    @Test func anotherPersonsAddressIsNotFoundUnderOnesOwnPath() async throws {
        try await World.with { world in
            let ann = try await world.register("ann@example.com")
            let bob = try await world.register("bob@example.com")
            let address = try await world.client.call(
                .post, "/api/v1/users/\(bob.id)/addresses", Self.home, token: bob.access)
            let path = "/api/v1/users/\(ann.id)/addresses/\(address.text("id"))"
            #expect(try await world.client.call(.get, path, token: ann.access).status == 404)
            #expect(try await world.client.call(.put, path, Self.home, token: ann.access).status == 404)
            #expect(try await world.client.call(.delete, path, token: ann.access).status == 404)
            #expect(try await Self.defaults(world, bob) == [address.text("id")])
        }
    }

    private static func defaults(_ world: World, _ person: World.Person) async throws -> [String] {
        let answer = try await world.client.call(
            .get, "/api/v1/users/\(person.id)/addresses", token: person.access)
        let items = answer.value("items") as? [[String: Any]] ?? []
        return items.filter { $0["is_default"] as? Bool == true }.compactMap { $0["id"] as? String }
    }
}
