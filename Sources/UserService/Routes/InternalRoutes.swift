import Contracts
import Hummingbird
import ServiceFoundation

/// What the order service asks when an order is made.
struct InternalRoutes: Sendable {
    let accounts: Accounts
    let addresses: AddressBook

    func add(to router: Router<ServiceRequestContext>) {
        let users = router.group("/internal/v1/users").add(middleware: AllowedCallers(.order))
        users.get(":id") { _, context in
            try JSONResponse(try await accounts.user(try context.uuid("id")).internalUser)
        }
        users.get(":id/addresses/:address_id") { _, context in
            let address = try await addresses.address(try context.uuid("address_id"), of: try context.uuid("id"))
            return try JSONResponse(address.snapshot)
        }
    }
}
