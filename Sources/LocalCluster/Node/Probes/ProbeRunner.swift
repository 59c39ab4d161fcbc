import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Subprocess
import SystemPackage

#if canImport(Glibc)
    import Glibc
#endif

/// Carries out probes and hooks.
struct ProbeRunner: Sendable {
    let http: HTTPClient

    /// What a probe found.
    enum Outcome: Sendable, Equatable {
        case success
        /// Why not, in the kubelet's words.
        case failure(String)
    }

    static func makeHTTPClient() -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        // Probes do not verify certificates, as in Kubernetes.
        tls.certificateVerification = .none
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// - Parameters:
    ///   - address: the pod's own.
    ///   - process: the container's program and surroundings, for `exec`.
    func run(_ action: ProbeAction, address: String, timeout: Duration, in process: ContainerProcess?) async -> Outcome
    {
        switch action {
        case .http(let scheme, let host, let port, let path, let headers):
            return await get(scheme, "\(host ?? address):\(port)", path, headers, timeout)
        case .tcp(let host, let port): return await connect(host ?? address, port, timeout)
        case .exec(let command): return await execute(command, timeout, process)
        case .grpc: return .failure("gRPC probes are not run by this node; use httpGet, tcpSocket or exec")
        case .sleep(let pause):
            try? await Task.sleep(for: min(pause, timeout))
            return .success
        }
    }

    private func get(
        _ scheme: String, _ place: String, _ path: String, _ headers: [ProbeAction.Header], _ timeout: Duration
    ) async -> Outcome {
        let url = "\(scheme)://\(place)\(path)"
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "User-Agent", value: "kube-probe/1.36")
        request.headers.add(name: "Accept", value: "*/*")
        request.headers.add(name: "Connection", value: "close")
        for header in headers { request.headers.replaceOrAdd(name: header.name, value: header.value) }
        do {
            let response = try await http.execute(request, timeout: TimeAmount(timeout))
            // What a body says does not matter; it is read so that the server can finish.
            for try await _ in response.body.prefix(64) {}
            if (200..<400).contains(response.status.code) { return .success }
            return .failure("HTTP probe failed with statuscode: \(response.status.code)")
        } catch {
            return .failure("Get \"\(url)\": \(Self.words(error, place))")
        }
    }

    private func connect(_ host: String, _ port: Int, _ timeout: Duration) async -> Outcome {
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(TimeAmount(timeout)).connect(host: host, port: port).get()
            try await channel.close()
            return .success
        } catch {
            return .failure(Self.words(error, "\(host):\(port)"))
        }
    }

    /// Why nobody answered, in the words of Go's network library where they are known.
    private static func words(_ error: any Error, _ place: String) -> String {
        let cause: any Error = (error as? NIOConnectionError)?.connectionErrors.first?.error ?? error
        switch cause {
        case let error as IOError where error.errnoCode == ECONNREFUSED:
            return "dial tcp \(place): connect: connection refused"
        case let error as IOError where error.errnoCode == ECONNRESET: return "read: connection reset by peer"
        case ChannelError.connectTimeout: return "dial tcp \(place): i/o timeout"
        case let error as HTTPClientError where [.deadlineExceeded, .readTimeout, .connectTimeout].contains(error):
            return "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
        case let error as HTTPClientError where error == .remoteConnectionClosed: return "EOF"
        default: return "\(cause)"
        }
    }

    private func execute(_ command: [String], _ timeout: Duration, _ process: ContainerProcess?) async -> Outcome {
        guard let name = command.first, let process else { return .failure("command is empty") }
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [.send(signal: .kill, allowedDurationToNextStep: .zero)]
        let environment = Dictionary(
            process.environment.compactMap { key, value in
                Subprocess.Environment.Key(rawValue: key).map { ($0, value) }
            }, uniquingKeysWith: { $1 })
        let changed = process.asItsUser(name, Array(command.dropFirst()))
        let executable: Executable =
            changed.program.hasPrefix("/") ? .path(FilePath(changed.program)) : .name(changed.program)
        let arguments = Arguments(changed.arguments)
        let (folder, options2) = (FilePath(process.workingDirectory), options)
        return await withTaskGroup(of: Outcome.self) { group in
            group.addTask {
                do {
                    let result = try await Subprocess.run(
                        executable, arguments: arguments, environment: .custom(environment), workingDirectory: folder,
                        platformOptions: options2, input: .none, output: .string(limit: 64 << 10),
                        error: .combinedWithOutput)
                    if result.terminationStatus.isSuccess { return .success }
                    return .failure(String(result.standardOutput.prefix(10 << 10)))
                } catch {
                    return .failure("\(error)")
                }
            }
            group.addTask {
                try? await Task.sleep(for: timeout)
                return .failure("command timed out: \"\(command.joined(separator: " "))\" timed out after \(timeout)")
            }
            let first = await group.next() ?? .failure("\(name) was not run")
            group.cancelAll()
            return first
        }
    }
}
