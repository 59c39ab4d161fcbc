import Configuration
import Contracts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads `config.json` over the defaults and the environment over both.
///
/// `STOREFRONT_` and the member's path name its environment variable: `STOREFRONT_LOG_LEVEL`,
/// `STOREFRONT_DATABASE_MAXIMUM_CONNECTIONS`.
struct ConfigurationLoader: Sendable {
    let path: String
    let service: ServiceName
    let environment: ConfigReader

    init(path: String, service: ServiceName, environment: any ConfigProvider = EnvironmentVariablesProvider()) {
        self.path = path
        self.service = service
        self.environment = ConfigReader(provider: environment).scoped(to: "storefront")
    }

    func load() throws -> ServiceConfiguration {
        let file = try JSONDecoder().decode(JSONTree.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        let merged = overriding(try defaults().merging(file), [])
        return try ContractsJSON.decoder().decode(ServiceConfiguration.self, from: JSONEncoder().encode(merged))
    }

    private func defaults() throws -> JSONTree {
        guard let currency = Currency(rawValue: "USD") else { throw CancellationError() }
        var configuration = ServiceConfiguration(
            storefront: "", namespace: "default", service: service, currency: currency)
        switch service {
        case .user: break
        case .product: configuration.product = ProductConfiguration()
        case .order: configuration.order = OrderConfiguration()
        case .payment: configuration.payment = PaymentConfiguration()
        case .notification: configuration.notification = NotificationConfiguration()
        }
        return try JSONDecoder().decode(JSONTree.self, from: ContractsJSON.encoder().encode(configuration))
    }

    private func overriding(_ tree: JSONTree, _ path: [String]) -> JSONTree {
        let key = ConfigKey(path)
        switch tree {
        case .object(let members):
            var result = members
            for (name, member) in members { result[name] = overriding(member, path + [name]) }
            return .object(result)
        case .string: return environment.string(forKey: key).map { .string($0) } ?? tree
        case .number: return environment.int(forKey: key).map { .number(Double($0)) } ?? tree
        case .bool: return environment.bool(forKey: key).map { .bool($0) } ?? tree
        case .null, .array: return tree
        }
    }
}
