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
            commandName: S.name.executable, version: productVersion,
            subcommands: [ServeCommand<S>.self, MigrateCommand<S>.self], defaultSubcommand: ServeCommand<S>.self)
    }

    public init() {}
}
