import Contracts
import StorefrontAPI

extension Shop {
    /// The Secrets that the operator generates.
    var generatedSecretNames: [String] {
        [authoritySecret, signingSecret, generatedAdminSecret]
            + ServiceName.allCases.flatMap { [databaseSecret($0), rabbitMQSecret($0), tlsSecret($0)] }
    }

    /// The Secrets that the user brings. One with a generated name would be taken over: overwritten, or read as what it
    /// is not.
    var broughtSecretNames: [String] {
        [spec.postgres.server.adminSecretName, spec.rabbitmq.server.adminSecretName, spec.redis.secretName]
            + [spec.notifications.smtp?.secretName, spec.ingress.tlsSecretName].compactMap(\.self)
    }
}
