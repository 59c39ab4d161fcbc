import Contracts
import Hummingbird
import PostgreSQL
import ServiceFoundation
import ServiceLifecycle

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// People: registering, signing in, profiles, addresses, the states of accounts.
struct UserService: StorefrontService {
    static let name = ServiceName.user
    static let migrations = UserMigrations.all

    let runtime: ServiceRuntime
    let sessions: Sessions
    let accounts: Accounts
    let addresses: AddressBook
    let bootstrap: AdminBootstrap

    init(_ runtime: ServiceRuntime) throws {
        self.init(runtime, hashingCost: HashingCost.configured())
    }

    init(_ runtime: ServiceRuntime, hashingCost: Int) {
        let hasher = PasswordHasher(cost: hashingCost, workers: ProcessInfo.processInfo.activeProcessorCount)
        let issuer = TokenIssuer(environment: runtime.environment, configuration: runtime.configuration)
        self.runtime = runtime
        self.sessions = Sessions(runtime: runtime, hasher: hasher, issuer: issuer)
        self.accounts = Accounts(runtime: runtime, hasher: hasher, sessions: sessions)
        self.addresses = AddressBook(runtime: runtime)
        self.bootstrap = AdminBootstrap(runtime: runtime, hasher: hasher)
    }

    func prepare() async throws { try await bootstrap.run() }

    func addPublicRoutes(to router: Router<ServiceRequestContext>) {
        AuthenticationRoutes(runtime: runtime, sessions: sessions, accounts: accounts).add(to: router)
        UserRoutes(runtime: runtime, accounts: accounts).add(to: router)
        AddressRoutes(addresses: addresses).add(to: router)
    }

    func addInternalRoutes(to router: Router<ServiceRequestContext>) {
        InternalRoutes(accounts: accounts, addresses: addresses).add(to: router)
    }

    var backgroundServices: [any Service] { [Housekeeping(runtime: runtime, bootstrap: bootstrap)] }
}
