import Foundation

/// The cluster's private Redis, which keeps carts across restarts in an append-only file.
struct RedisServer: Sendable {
    static let port = 6379

    let state: StateDirectory
    let programs: ServerPrograms
    let settings: ClusterSettings

    func prepare() throws -> ServerProcess {
        let account = try Account.whenRoot("redis")
        let folder = state.server("redis")
        try state.makeFolder(folder, owner: account)
        let file = "\(folder)/redis.conf"
        let configuration = """
            bind \(settings.addresses.redis)
            port \(Self.port)
            requirepass \(settings.redisPassword)
            dir \(folder)
            appendonly yes
            save ""
            daemonize no
            loglevel warning
            """
        guard FileManager.default.createFile(atPath: file, contents: Data(configuration.utf8)) else {
            throw LocalClusterError(.stateUnusable, "\(file) cannot be written.")
        }
        var attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        if let account {
            attributes[.ownerAccountID] = Int(account.userID)
            attributes[.groupOwnerAccountID] = Int(account.groupID)
        }
        try FileManager.default.setAttributes(attributes, ofItemAtPath: file)
        return ServerProcess(
            name: "redis", executable: programs.redisServer, arguments: [file],
            environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"], workingDirectory: folder, account: account)
    }
}
