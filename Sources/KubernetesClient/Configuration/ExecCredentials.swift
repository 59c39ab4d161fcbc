import NIOPosix
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The credential of an exec plugin, kept until it expires or is refused. Those who ask at the same time share one run.
actor ExecCredentials {
    private let plugin: ExecPlugin
    private var credential: ExecCredential?
    private var isRunning = false
    private var waiting: [CheckedContinuation<Result<ExecCredential, KubernetesError>, Never>] = []
    private let now: @Sendable () -> Timestamp

    init(_ plugin: ExecPlugin, now: @escaping @Sendable () -> Timestamp = { .now }) {
        self.plugin = plugin
        self.now = now
    }

    /// The credential to use now.
    ///
    /// - Throws: ``KubernetesError/configuration(_:)`` when the program cannot be run or prints none.
    func current() async throws(KubernetesError) -> ExecCredential {
        if let credential, credential.expires.map({ now() < $0 }) ?? true { return credential }
        return try await run()
    }

    /// A credential other than one that was refused: a new one, unless somebody has made one since.
    func current(afterRefusalOf refused: ExecCredential) async throws(KubernetesError) -> ExecCredential {
        if credential == refused { credential = nil }
        return try await current()
    }

    private func run() async throws(KubernetesError) -> ExecCredential {
        while isRunning {
            let result = await withCheckedContinuation { self.waiting.append($0) }
            // That the other caller was cancelled is nothing to this one.
            if case .failure(let error) = result, error.isCancelled, !Task.isCancelled { continue }
            return try result.get()
        }
        isRunning = true
        let result: Result<ExecCredential, KubernetesError>
        do throws(KubernetesError) {
            let new = try await Self.run(plugin)
            credential = new
            result = .success(new)
        } catch {
            result = .failure(error)
        }
        isRunning = false
        let waiting = waiting
        self.waiting = []
        for continuation in waiting { continuation.resume(returning: result) }
        return try result.get()
    }

    private static func run(_ plugin: ExecPlugin) async throws(KubernetesError) -> ExecCredential {
        func failure(_ message: String) -> KubernetesError { .configuration("\(plugin): \(message)") }
        let hasTerminal = ChildProcess.standardInputIsTerminal
        if plugin.interactiveMode == .always, !hasTerminal {
            throw failure("it needs a terminal, and standard input is none")
        }
        let isInteractive = plugin.interactiveMode != .never && hasTerminal
        var spec: JSONValue = ["interactive": .bool(isInteractive)]
        spec["cluster"] = plugin.clusterInfo
        let info: JSONValue = [
            "kind": "ExecCredential", "apiVersion": .string(plugin.apiVersion), "spec": spec,
        ]
        let child = ChildProcess(
            command: plugin.command, arguments: plugin.arguments,
            environment: ProcessInfo.processInfo.environment.merging(plugin.environment) { $1 }
                .merging(["KUBERNETES_EXEC_INFO": info.text()]) { $1 },
            inheritsStandardInput: isInteractive, timeout: plugin.timeout)
        let output: ChildProcess.Output
        do {
            output = try await child.run()
        } catch let error as ChildProcess.Failure {
            switch error {
            case .cancelled: throw .cancelled
            case .notFound:
                throw failure("the program was not found" + (plugin.installHint.map { "\n\n\($0)" } ?? ""))
            case .timedOut(let stderr):
                throw failure("it did not end within \(plugin.timeout)" + quote(stderr, plugin, []))
            case .other(let message): throw failure(message)
            }
        } catch {
            throw failure("\(error)")
        }
        guard output.exitStatus == 0 else {
            throw failure(
                "it failed with exit status \(output.exitStatus)"
                    + quote(output.standardError, plugin, output.standardOutput))
        }
        do throws(ExecCredential.Malformed) {
            return try ExecCredential(output: output.standardOutput, apiVersion: plugin.apiVersion)
        } catch {
            throw failure(error.message + quote(output.standardError, plugin, output.standardOutput))
        }
    }

    /// The end of what the program complained, without any secret that is known here: what it was given in its
    /// environment and what it printed as its credential.
    private static func quote(_ stderr: [UInt8], _ plugin: ExecPlugin, _ stdout: [UInt8]) -> String {
        var text = String(decoding: stderr.suffix(1024), as: UTF8.self)
        var secrets = plugin.environment.values.filter { $0.utf8.count >= 8 }
        let status = (try? JSONValue(parsing: stdout))?["status"]
        secrets += ["token", "clientKeyData"].compactMap { status?[$0]?.stringValue }
        for secret in secrets where !secret.isEmpty { text = text.replacing(secret, with: "<redacted>") }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text.isEmpty ? "" : ": \"\(text)\""
    }
}
