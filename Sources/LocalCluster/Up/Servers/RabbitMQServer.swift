import Foundation

/// The cluster's private RabbitMQ with its management plugin, and the Erlang port mapper it needs.
struct RabbitMQServer: Sendable {
    static let administrator = "storefront-admin"
    static let port = 5672
    static let managementPort = 15672

    let state: StateDirectory
    let programs: ServerPrograms
    let settings: ClusterSettings

    private var folder: String { state.server("rabbitmq") }

    /// Writes the settings; the data is made by the server itself.
    func prepare() throws -> (portMapper: ServerProcess, broker: ServerProcess) {
        let account = try Account.whenRoot("rabbitmq")
        for path in [folder, "\(folder)/mnesia", "\(folder)/log", "\(folder)/home"] {
            try state.makeFolder(path, owner: account)
        }
        let address = settings.addresses.rabbitMQ
        try state.write(
            """
            listeners.tcp.1 = \(address):\(Self.port)
            management.tcp.ip = \(address)
            management.tcp.port = \(Self.managementPort)
            loopback_users = none
            default_user = \(Self.administrator)
            default_pass = \(settings.rabbitMQPassword)
            log.file = false
            log.console = true
            log.console.level = warning
            disk_free_limit.absolute = 64MB
            collect_statistics_interval = 5000
            """, to: "\(folder)/rabbitmq.conf", owner: account)
        try state.write("[rabbitmq_management].", to: "\(folder)/enabled_plugins", owner: account)
        // Nobody may write to it, we neither.
        let cookie = "\(folder)/home/.erlang.cookie"
        try? FileManager.default.removeItem(atPath: cookie)
        try state.write(settings.erlangCookie, to: cookie, owner: account, permissions: 0o400)

        var environment = [
            "PATH": "/usr/sbin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "\(folder)/home",
            "ERL_EPMD_PORT": String(settings.epmdPort), "ERL_EPMD_ADDRESS": "127.0.0.1",
        ]
        let portMapper = ServerProcess(
            name: "epmd", executable: programs.epmd,
            arguments: ["-port", String(settings.epmdPort), "-address", "127.0.0.1"], environment: environment,
            workingDirectory: folder, account: account)
        environment.merge([
            "RABBITMQ_NODENAME": "storefront@localhost",
            "RABBITMQ_MNESIA_BASE": "\(folder)/mnesia",
            "RABBITMQ_LOG_BASE": "\(folder)/log",
            "RABBITMQ_CONFIG_FILE": "\(folder)/rabbitmq",
            "RABBITMQ_ENABLED_PLUGINS_FILE": "\(folder)/enabled_plugins",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            // Makes the start script become the server instead of waiting for it, so that signals arrive.
            "RUNNING_UNDER_SYSTEMD": "true",
            "RABBITMQ_DIST_PORT": String(settings.distributionPort),
            // Schedulers that do not spin while idle: a laptop has better things to do.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
                "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none",
        ]) { $1 }
        let broker = ServerProcess(
            name: "rabbitmq", executable: programs.rabbitMQServer, environment: environment, workingDirectory: folder,
            account: account)
        return (portMapper, broker)
    }
}
