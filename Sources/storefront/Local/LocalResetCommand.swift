import ArgumentParser
import LocalCluster

/// `storefront local reset`
struct LocalResetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Remove a stopped cluster with all its data.")

    @OptionGroup var options: LocalOptions

    func run() async throws {
        let state = StateDirectory(path: options.state)
        if try await state.remove() {
            print("Removed \(state.path)")
        } else {
            print("There is no local cluster in \(state.path)")
        }
    }
}
