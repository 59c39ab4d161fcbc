import Contracts
import HTTPTypes
import Hummingbird
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `/api/v1/users/{id}/addresses`.
struct AddressRoutes: Sendable {
    let addresses: AddressBook

    func add(to router: Router<ServiceRequestContext>) {
        let group = router.group("/api/v1/users/:id/addresses")
        group.get { _, context in
            let user = try context.uuid("id")
            try context.requireOwner(user, or: .admin, .support)
            return try JSONResponse(Page(items: try await addresses.addresses(of: user), nextCursor: nil))
        }
        group.post { request, context in
            let user = try context.uuid("id")
            try context.requireOwner(user)
            let address = try await addresses.add(try await request.json(), of: user)
            return try JSONResponse(
                address, status: .created,
                headers: [.location: "/api/v1/users/\(user.text)/addresses/\(address.id.text)"])
        }
        group.get(":address_id") { _, context in
            let user = try context.uuid("id")
            try context.requireOwner(user, or: .admin, .support)
            return try JSONResponse(try await addresses.address(try context.uuid("address_id"), of: user))
        }
        group.put(":address_id") { request, context in
            let user = try context.uuid("id")
            try context.requireOwner(user)
            let id = try context.uuid("address_id")
            return try JSONResponse(try await addresses.replace(id, of: user, by: try await request.json()))
        }
        group.delete(":address_id") { _, context in
            let user = try context.uuid("id")
            try context.requireOwner(user)
            try await addresses.remove(try context.uuid("address_id"), of: user)
            return JSONResponse.noContent
        }
    }
}
