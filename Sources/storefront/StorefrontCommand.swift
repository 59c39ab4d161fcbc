import ArgumentParser
import Contracts

/// The command line, also usable as `kubectl storefront` when installed as `kubectl-storefront`.
@main
struct StorefrontCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storefront",
        abstract: "Shops on Kubernetes: run one on this machine, print what the operator installs.",
        version: productVersion,
        subcommands: [LocalCommand.self, CRDCommand.self])
}
