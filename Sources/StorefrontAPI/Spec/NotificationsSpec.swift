import KubernetesClient

/// How customers are written to.
public struct NotificationsSpec: Described {
    public var from = "shop@storefront.example"
    public var file: FileChannel?
    public var smtp: SMTPServer?

    public init() {}

    public static let schema = Schema.object(
        Self.self, "How customers are written to.",
        rules: [
            .init("has(self.file) || has(self.smtp)", message: "set file, smtp or both") { value, _ in
                value["file"] != nil || value["smtp"] != nil
            }
        ],
        [
            "from": .string("Sender of mails.", pattern: #"^[^@\s]+@[^@\s]+$"#, minimumLength: 3, maximumLength: 254),
            "file": FileChannel.schema,
            "smtp": SMTPServer.schema,
        ])
}

/// Mails as files on a volume.
public struct FileChannel: Described {
    public var storage: Quantity = "1Gi"
    public var storageClassName: String?

    public init() {}

    public static let schema = Schema.object(
        Self.self, "Write mails as files on a volume, for trying things out.",
        [
            "storage": .quantity("Size of the volume."),
            "storageClassName": .string("StorageClass of the volume; the cluster's default when absent."),
        ])
}

/// A mail server.
public struct SMTPServer: Described {
    public enum Security: String, Codable, Sendable, CaseIterable {
        case none = "None", startTLS = "StartTLS", tls = "TLS"
    }

    public var host = ""
    public var port = 587
    public var security: Security = .startTLS
    public var secretName: String?

    public init() {}

    public static let schema = Schema.object(
        Self.self, "Send mails through a mail server.", required: ["host"],
        [
            "host": .host("mail"),
            "port": .integer("Port of the server.", 1...65_535),
            "security": .choice(Security.self, "How connections are encrypted."),
            "secretName": .secretName("Secret with the keys username and password, where the server asks for them."),
        ])
}
