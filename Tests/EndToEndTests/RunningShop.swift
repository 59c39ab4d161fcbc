import AsyncHTTPClient
import Foundation
import KubernetesClient
import NIOCore
import NIOHTTP1
import Testing

/// A shop brought up by `storefront local up` in a temporary state folder, as a stranger would start it.
actor RunningShop {
    let state: String
    let port: Int
    private var process: Process?
    private var cachedClient: KubernetesClient?
    private var output: URL { URL(fileURLWithPath: "\(state).log") }

    nonisolated var url: String { "http://127.0.0.1:\(port)" }
    nonisolated var kubeconfig: String { "\(state)/kubeconfig" }

    init(port: Int) {
        self.port = port
        state = "\(NSTemporaryDirectory())storefront-e2e-\(UUID().uuidString.prefix(8))"
    }

    /// The built programs: beside the test bundle.
    static var programs: String {
        ProcessInfo.processInfo.environment["STOREFRONT_BIN"]
            ?? URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
    }

    static var package: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    /// Runs `storefront local up` and waits until it says the shop is open.
    ///
    /// - Returns: seconds from start to Ready.
    @discardableResult
    func up(limit: Duration = .seconds(150)) async throws -> Double {
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let log = try FileHandle(forWritingTo: output)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(Self.programs)/storefront")
        process.arguments = [
            "local", "up", "-f", "manifests/samples/storefront.yaml", "--state", state, "--port", String(port),
        ]
        process.currentDirectoryURL = Self.package
        process.standardOutput = log
        process.standardError = log
        let start = ContinuousClock.now
        try process.run()
        self.process = process
        try await poll(limit: limit, "the shop to open") {
            let text = (try? String(contentsOf: self.output, encoding: .utf8)) ?? ""
            if !process.isRunning { throw Failure("storefront local up ended:\n\(text)") }
            return text.contains("The shop is open") ? true : nil
        }
        let elapsed = start.duration(to: .now)
        return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    }

    func log() -> String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

    /// Ctrl-C.
    ///
    /// - Returns: how long it took to end.
    func interrupt() async throws -> Duration {
        guard let process else { return .zero }
        let start = ContinuousClock.now
        process.interrupt()
        try await poll(limit: .seconds(30), "storefront local up to end") { process.isRunning ? nil : true }
        self.process = nil
        return start.duration(to: .now)
    }

    /// `kill -9` of the whole thing.
    func kill() async throws {
        guard let process else { return }
        Glibc.kill(process.processIdentifier, SIGKILL)
        try await poll(limit: .seconds(5), "the killed process to end") { process.isRunning ? nil : true }
        self.process = nil
    }

    /// An administrator's client of the shop's cluster.
    func client() throws -> KubernetesClient {
        if let cachedClient { return cachedClient }
        let client = KubernetesClient(configuration: try .automatic(kubeconfig: kubeconfig))
        cachedClient = client
        return client
    }

    func down() async {
        try? await cachedClient?.shutdown()
        cachedClient = nil
        _ = try? await interrupt()
        if let process, process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(atPath: state)
        try? FileManager.default.removeItem(at: output)
    }

    /// The processes of this shop whose program has the given name; all of them for `nil`.
    nonisolated func processes(named name: String?) -> [Int32] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { Int32($0) }.filter { pid in
            guard let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ"),
                let commandLine = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline")
            else { return false }
            let arguments = commandLine.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            guard let program = arguments.first else { return false }
            let ours =
                String(decoding: environment, as: UTF8.self).contains(state)
                || arguments.contains { $0.contains(state) }
            return ours && (name == nil || program.hasSuffix("/\(name ?? "")") || program == name)
        }
    }
}

/// What a test waited for did not happen, or an answer is not what it must be.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Asks again and again until there is an answer.
@discardableResult
func poll<Value>(
    limit: Duration = .seconds(30), _ what: String, isolation: isolated (any Actor)? = #isolation,
    _ ask: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try await ask() { return value }
        guard ContinuousClock.now < deadline else { throw Failure("waited \(limit) for \(what)") }
        try await Task.sleep(for: .milliseconds(100))
    }
}
