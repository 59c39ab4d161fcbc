/// Where a service's pod has its ports and files: written by the operator's plan, read by the services.
public enum PodLayout {
    public static let publicPort = 8080
    public static let internalPort = 8443
    public static let managementPort = 9090

    public static let configFile = "/etc/storefront/config/config.json"
    public static let configDirectory = "/etc/storefront/config"
    public static let databaseDirectory = "/etc/storefront/secrets/database"
    public static let rabbitMQDirectory = "/etc/storefront/secrets/rabbitmq"
    public static let redisDirectory = "/etc/storefront/secrets/redis"
    public static let adminDirectory = "/etc/storefront/secrets/admin"
    public static let smtpDirectory = "/etc/storefront/secrets/smtp"
    public static let tlsDirectory = "/etc/storefront/tls"
    public static let jwksDirectory = "/etc/storefront/jwt"
    public static let jwksFile = "/etc/storefront/jwt/jwks.json"
    public static let signingDirectory = "/etc/storefront/signing"
    public static let signingKeyFile = "/etc/storefront/signing/signing-key.json"
    public static let mailboxDirectory = "/var/mail/storefront"

    /// The certificate's URI name that tells who is calling, `spiffe://<namespace>/<storefront>/<service>`.
    public static func identity(namespace: String, storefront: String, service: ServiceName) -> String {
        "spiffe://\(namespace)/\(storefront)/\(service.rawValue)"
    }
}
