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
        try state.write(configuration, to: file, owner: account)
        return ServerProcess(
            name: "redis", executable: programs.redisServer, arguments: [file],
            environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"], workingDirectory: folder, account: account)
    }
}
