import Contracts
import HTTPTypes
import Hummingbird
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `/api/v1/users`: profiles, the states of accounts, and a person's orders, which the order service knows.
struct UserRoutes: Sendable {
    let runtime: ServiceRuntime
    let accounts: Accounts

    private struct RoleInput: Decodable { var role: String }
    private struct Position: Codable { var id: UUID }

    func add(to router: Router<ServiceRequestContext>) {
        let users = router.group("/api/v1/users")
        users.get { request, context in
            try context.requireRole(.admin, .support)
            let query = Query(request)
            let page = try PageRequest(request)
            let filter = UserFilter(
                text: try query.string("q"), role: try query.choice("role", of: Role.self),
                status: try query.choice("status", of: AccountStatus.self))
            let position: Position? = try page.position()
            let found = try await accounts.search(filter, after: position?.id, limit: page.limit + 1)
            return try JSONResponse(
                try Page(fetched: found, limit: page.limit, position: { Position(id: $0.id) }, item: { $0 }))
        }
        users.get(":id") { _, context in
            let id = try context.uuid("id")
            try context.requireOwner(id, or: .admin, .support)
            return try JSONResponse(try await accounts.user(id))
        }
        users.put(":id") { request, context in
            let id = try context.uuid("id")
            let principal = try context.requireOwner(id)
            let profile: Profile = try await request.json()
            var validation = Validation()
            profile.check(&validation)
            try validation.finish()
            if principal.role != .admin { try Sessions.checkActive(try await accounts.user(id)) }
            return try JSONResponse(try await accounts.updateProfile(id, profile))
        }
        users.put(":id/role") { request, context in
            let id = try context.uuid("id")
            let principal = try context.requireRole(.admin)
            let input: RoleInput = try await request.json()
            var validation = Validation()
            let role = Role(rawValue: input.role)
            let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
            validation.check(role != nil, "/role", "must be one of \(roles)")
            try validation.finish()
            try Self.refuseSelf(principal, id)
            return try JSONResponse(try await accounts.changeRole(id, role ?? .customer))
        }
        for (path, command) in [("suspend", AccountCommand.suspend), ("reinstate", .reinstate)] {
            users.post(":id/\(path)") { _, context in
                let id = try context.uuid("id")
                try Self.refuseSelf(try context.requireRole(.admin), id)
                return try JSONResponse(try await accounts.apply(command, to: id, by: .admin))
            }
        }
        users.post(":id/deactivate") { _, context in
            let id = try context.uuid("id")
            let principal = try context.requireOwner(id)
            if principal.role == .admin { try Self.refuseSelf(principal, id) }
            let actor: AccountActor = principal.role == .admin ? .admin : .owner
            return try JSONResponse(try await accounts.apply(.deactivate, to: id, by: actor))
        }
        users.get(":id/orders") { request, context in
            let id = try context.uuid("id")
            try context.requireOwner(id, or: .admin, .support)
            return try await orders(of: id, query: request.uri.query)
        }
    }

    /// The order service's answer, byte for byte.
    private func orders(of id: UUID, query: String?) async throws -> JSONResponse {
        let path = "/internal/v1/users/\(id.text)/orders" + (query.map { "?\($0)" } ?? "")
        do {
            let answer = try await runtime.peers.send(PeerRequest(.order, .get, path))
            return JSONResponse(status: HTTPResponse.Status(code: answer.status), body: answer.body)
        } catch PeerError.problem(_, let problem) {
            throw problem
        }
    }

    /// An admin cannot lock themself out.
    private static func refuseSelf(_ principal: Principal, _ id: UUID) throws {
        guard principal.userID != id else {
            throw Problem.conflict("own_account", "An admin cannot do this to their own account.")
        }
    }
}
