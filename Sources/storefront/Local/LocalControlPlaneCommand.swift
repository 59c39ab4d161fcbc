import ArgumentParser
import Foundation
import LocalCluster

/// `storefront local control-plane`
struct LocalControlPlaneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "control-plane",
        abstract: "Start a Kubernetes API server with its controllers, without a node or databases, until Ctrl-C.")

    @OptionGroup var options: LocalOptions

    @Option(help: "The API server's port, on the loopback address of the state folder.")
    var port = 6443

    func validate() throws {
        guard (1...65_535).contains(port) else { throw ValidationError("--port must be from 1 to 65535.") }
    }

    func run() async throws {
        try await LocalControlPlane(state: StateDirectory(path: options.state), port: port).run { kubeconfig in
            FileHandle.standardOutput.write(Data("\(kubeconfig)\n".utf8))
        }
    }
}
