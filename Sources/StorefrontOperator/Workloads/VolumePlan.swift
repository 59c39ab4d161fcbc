import Contracts
import KubernetesClient
import StorefrontAPI

/// A volume of a pod and where its one container has it.
struct PodVolume: Sendable {
    var name: String
    var path: String
    var source: JSONValue
    var isWritable = false

    var volume: JSONValue {
        var volume = source
        volume["name"] = .string(name)
        return volume
    }

    var mount: JSONValue {
        var mount: JSONValue = ["name": .string(name), "mountPath": .string(path)]
        if !isWritable { mount["readOnly"] = true }
        return mount
    }

    static func secret(_ name: String, at path: String, from secret: String) -> PodVolume {
        PodVolume(
            name: name, path: path, source: ["secret": ["secretName": .string(secret), "defaultMode": 0o440]])
    }

    static func configMap(_ name: String, at path: String, from configMap: String) -> PodVolume {
        PodVolume(
            name: name, path: path, source: ["configMap": ["name": .string(configMap), "defaultMode": 0o444]])
    }
}

extension Shop {
    /// What a service's pods find in their file system.
    func volumes(of service: ServiceName) -> [PodVolume] {
        var volumes: [PodVolume] = [
            .configMap("config", at: PodLayout.configDirectory, from: objectName(service)),
            .configMap("jwks", at: PodLayout.jwksDirectory, from: jwksConfigMap),
            .secret("database", at: PodLayout.databaseDirectory, from: databaseSecret(service)),
            .secret("rabbitmq", at: PodLayout.rabbitMQDirectory, from: rabbitMQSecret(service)),
            .secret("tls", at: PodLayout.tlsDirectory, from: tlsSecret(service)),
            PodVolume(name: "tmp", path: "/tmp", source: ["emptyDir": ["sizeLimit": "64Mi"]], isWritable: true),
        ]
        switch service {
        case .user:
            volumes.append(.secret("signing", at: PodLayout.signingDirectory, from: signingSecret))
            volumes.append(.secret("admin", at: PodLayout.adminDirectory, from: adminSecret))
        case .product, .order:
            volumes.append(.secret("redis", at: PodLayout.redisDirectory, from: spec.redis.secretName))
        case .payment: break
        case .notification:
            if let secret = spec.notifications.smtp?.secretName {
                volumes.append(.secret("smtp", at: PodLayout.smtpDirectory, from: secret))
            }
            if spec.notifications.file != nil {
                volumes.append(
                    PodVolume(
                        name: "mailbox", path: PodLayout.mailboxDirectory,
                        source: ["persistentVolumeClaim": ["claimName": .string(mailboxClaim)]], isWritable: true))
            }
        }
        return volumes
    }
}
