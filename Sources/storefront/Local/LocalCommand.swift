import ArgumentParser

/// `storefront local`
struct LocalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "local", abstract: "A Kubernetes control plane and node on this machine, with a shop in it.",
        subcommands: [
            LocalUpCommand.self, LocalControlPlaneCommand.self, LocalNodeCommand.self, LocalResetCommand.self,
        ])
}

/// What the local commands have in common.
struct LocalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder that holds everything the cluster keeps.", valueName: "dir"))
    var state = ".storefront"
}
