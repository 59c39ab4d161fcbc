import ArgumentParser
import Foundation
import KubernetesClient
import LocalCluster
import Logging

/// `storefront local up`
struct LocalUpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Start the cluster and bring up a Storefront; Ctrl-C stops everything, a second run resumes.")

    @OptionGroup var options: LocalOptions

    @Option(name: [.short, .customLong("filename")], help: ArgumentHelp("The Storefront to apply.", valueName: "file"))
    var filename: String?

    @Option(help: "The port of the shop's URL.")
    var port = 8080

    @Option(help: "The address of the shop's URL.")
    var address = "127.0.0.1"

    @Option(
        help: ArgumentHelp(
            "The operator's manifests; found beside the working directory or the program when not given.",
            valueName: "dir"))
    var manifests: String?

    @Option(help: ArgumentHelp("Seconds the Storefront may take to become ready.", valueName: "seconds"))
    var timeout = 180

    func validate() throws {
        guard (1...65_535).contains(port) else { throw ValidationError("--port must be from 1 to 65535.") }
        guard timeout > 0 else { throw ValidationError("--timeout must be positive.") }
    }

    func run() async throws {
        let state = StateDirectory(path: options.state)
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let up = Up(
            configuration: LocalClusterConfiguration(
                state: state, edgeAddress: address, edgePort: port,
                binaryDirectories: [program.deletingLastPathComponent().path]),
            manifests: try ManifestFolder.find(named: manifests, program: program.path), storefrontFile: filename,
            timeout: .seconds(timeout))
        do {
            try await up.run()
        } catch let error as LocalClusterError {
            FileHandle.standardError.write(Data("storefront: \(error)\n".utf8))
            throw ExitCode.failure
        }
    }
}
