import Foundation
import KubernetesClient
import Testing

/// A control plane brought up by `storefront local control-plane` in a temporary state folder, to be killed and started
/// again on the same state.
actor RunningControlPlane {
    let state = "\(NSTemporaryDirectory())control-plane-\(UUID().uuidString.prefix(8))"
    private let port: Int
    private var process: Process?

    init(port: Int) { self.port = port }

    /// Starts it and waits until its API answers.
    func up() async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(RunningShop.programs)/storefront")
        process.arguments = ["local", "control-plane", "--state", state, "--port", String(port)]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.process = process
        let kubeconfig = "\(state)/kubeconfig"
        try await poll(limit: .seconds(60), "the kubeconfig") {
            if !process.isRunning { throw Failure("storefront local control-plane ended") }
            return FileManager.default.fileExists(atPath: kubeconfig) ? true : nil
        }
        let client = try client()
        try await poll(limit: .seconds(60), "the API to answer") { try? await client.serverVersion() }
        try await client.shutdown()
    }

    /// A new administrator's client.
    nonisolated func client() throws -> KubernetesClient {
        KubernetesClient(configuration: try .automatic(kubeconfig: "\(state)/kubeconfig"))
    }

    /// `kill -9`.
    func kill() async throws {
        guard let process else { return }
        Glibc.kill(process.processIdentifier, SIGKILL)
        try await poll(limit: .seconds(5), "the killed process to end") { process.isRunning ? nil : true }
        self.process = nil
    }

    func down() async {
        try? await kill()
        try? FileManager.default.removeItem(atPath: state)
    }
}
