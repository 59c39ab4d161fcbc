import KubernetesClient
import PostgreSQL
import StorefrontAPI

/// How to reach a shop's servers as administrator, from the Secrets that its spec names.
struct ServerAccess: Sendable {
    var shop: Shop
    var context: OperatorContext

    var postgresName: String {
        "PostgreSQL at \(shop.host(shop.spec.postgres.server.host)):\(shop.spec.postgres.server.port)"
    }

    var rabbitMQName: String {
        "RabbitMQ at \(shop.host(shop.spec.rabbitmq.server.host)):\(shop.spec.rabbitmq.server.managementPort)"
    }

    /// - Throws: ``UnusableSecret``, `KubernetesError`.
    func databases() async throws -> DatabaseApplier {
        let server = shop.spec.postgres.server
        let secret = try await context.secrets(in: shop.namespace)
            .required(server.adminSecretName, keys: ["username", "password"]).get()
        let dbname = secret["dbname", default: ""]
        return DatabaseApplier(
            administrator: PostgresCredentials(
                host: shop.host(server.host), port: server.port, database: dbname.isEmpty ? "postgres" : dbname,
                user: secret["username"] ?? "", password: secret["password"] ?? "", sslMode: server.sslMode.parameter),
            logger: context.logger)
    }

    /// - Throws: ``UnusableSecret``, `KubernetesError`.
    func broker() async throws -> BrokerApplier {
        let server = shop.spec.rabbitmq.server
        let secret = try await context.secrets(in: shop.namespace)
            .required(server.adminSecretName, keys: ["username", "password"]).get()
        return BrokerApplier(
            api: ManagementAPI(
                host: shop.host(server.host), port: server.managementPort, tls: server.tls,
                username: secret["username"] ?? "", password: secret["password"] ?? "", client: context.http),
            logger: context.logger)
    }

    /// What a condition says of an error, and what a person can do about it.
    func explain(_ error: any Error) -> (reason: String, message: String) {
        switch error {
        case let error as UnusableSecret:
            return ("SecretUnusable", "Secret \(shop.namespace)/\(error.name) \(error.problem).")
        case let error as DatabaseFailure:
            let secret = "Secret \(shop.namespace)/\(shop.spec.postgres.server.adminSecretName)"
            switch error.kind {
            case .unreachable:
                return (
                    error.kind.rawValue,
                    "\(postgresName) cannot be reached (\(error.detail)); start it, or correct spec.postgres.server."
                )
            case .unauthorized:
                return (
                    error.kind.rawValue,
                    "\(postgresName) refuses the administrator (\(error.detail)); correct \(secret)."
                )
            case .forbidden:
                return (
                    error.kind.rawValue,
                    "\(postgresName): \(error.detail); the role in \(secret) needs CREATEROLE and CREATEDB."
                )
            case .failed: return (error.kind.rawValue, "\(postgresName): \(error.detail).")
            }
        case let error as BrokerFailure:
            let secret = "Secret \(shop.namespace)/\(shop.spec.rabbitmq.server.adminSecretName)"
            switch error.kind {
            case .unreachable:
                return (
                    error.kind.rawValue,
                    "\(rabbitMQName) cannot be reached (\(error.detail)); start it with its management plugin, "
                        + "or correct spec.rabbitmq.server."
                )
            case .unauthorized:
                return (
                    error.kind.rawValue,
                    "\(rabbitMQName) refuses the administrator (\(error.detail)); correct \(secret), "
                        + "whose user needs the tag administrator."
                )
            case .failed, .mismatch: return (error.kind.rawValue, "\(rabbitMQName): \(error.detail).")
            }
        case let error as KubernetesError:
            return ("KubernetesAPIError", "The Kubernetes API does not let the operator go on: \(error).")
        default: return ("UnexpectedError", "\(error)")
        }
    }
}
