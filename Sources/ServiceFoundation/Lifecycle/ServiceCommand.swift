public import ArgumentParser
import Contracts

/// The command line of a service: `serve` (the default) and `migrate`.
///
/// ```swift
/// @main struct Main { static func main() async { await ServiceCommand<OrderService>.main() } }
/// ```
public struct ServiceCommand<S: StorefrontService>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: S.name.executable,
            subcommands: [ServeCommand<S>.self, MigrateCommand<S>.self], defaultSubcommand: ServeCommand<S>.self)
    }

    public init() {}
}

/// Serves until SIGTERM or SIGINT.
public struct ServeCommand<S: StorefrontService>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "serve", abstract: "Serve requests and events until told to stop.")
    }

    public init() {}

    public func run() async throws { fatalError("soon") }
}

/// Brings the schema up to date and does the service's idempotent preparations.
public struct MigrateCommand<S: StorefrontService>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "migrate", abstract: "Bring the database schema up to date, then exit.")
    }

    public init() {}

    public func run() async throws { fatalError("soon") }
}
