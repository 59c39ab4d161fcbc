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

/// Any JSON, to lay one document over another.
enum JSONTree: Codable, Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONTree])
    case object([String: JSONTree])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONTree].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONTree].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .number(let value):
            if let integer = Int64(exactly: value) {
                try container.encode(integer)
            } else {
                try container.encode(value)
            }
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// Members of the other document win; objects are merged member by member, and null counts as absent.
    func merging(_ other: JSONTree) -> JSONTree {
        guard case .object(let mine) = self, case .object(let theirs) = other else { return other }
        return .object(mine.merging(theirs.filter { $0.value != .null }) { $0.merging($1) })
    }
}
