import AsyncHTTPClient
public import Contracts
public import Foundation
public import Messaging
import NIOCore
import NIOHTTP1
public import PostgreSQL

/// A service's executable in a pod's folder as the node lays it out, on a loopback address of its own.
public final class ServiceProcess: Sendable {
    public let folder: String
    public let address: String
    public let service: ServiceName
    private let executable: String

    public init(
        _ service: ServiceName, in folder: String, database: PostgresCredentials, broker: RabbitMQCredentials,
        authority: TestAuthority, keySet: String, configuration: String = "{}"
    ) throws {
        self.folder = folder
        self.service = service
        self.executable = try Self.find(service.executable)
        address = "127.\(Int.random(in: 100...199)).\(Int.random(in: 0...255)).\(Int.random(in: 1...254))"
        try write(configuration, PodLayout.configFile)
        try write(keySet, PodLayout.jwksFile)
        for (name, value) in [
            "host": database.host, "port": String(database.port), "dbname": database.database, "user": database.user,
            "password": database.password, "sslmode": database.sslMode,
        ] { try write(value, PodLayout.databaseDirectory + "/" + name) }
        for (name, value) in [
            "host": broker.host, "port": String(broker.port), "vhost": broker.virtualHost, "username": broker.username,
            "password": broker.password, "tls": "false",
        ] { try write(value, PodLayout.rabbitMQDirectory + "/" + name) }
        try authority.issue(service, host: "test-\(service.rawValue)", into: folder + PodLayout.tlsDirectory)
    }

    /// Writes a mounted file.
    public func write(_ text: String, _ path: String) throws {
        let url = URL(fileURLWithPath: folder + path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: url, atomically: true, encoding: .utf8)
    }

    /// An executable of this package: the products of the build are beside the test bundle.
    public static func find(_ name: String) throws -> String {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
        for candidate in [ProcessInfo.processInfo.environment["STOREFRONT_BIN"] ?? "", bundle] {
            let path = candidate + "/" + name
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw TestServerError("\(name) has not been built")
    }

    /// Starts a command; its output is appended to `log`.
    public func start(_ command: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = [command]
        process.environment = [
            "CONTAINER_SANDBOX_MOUNT_POINT": folder, "POD_IP": address, "POD_NAME": "test", "POD_NAMESPACE": "default",
            "PATH": "/usr/bin:/bin",
        ]
        // Appending, since two commands may run at once.
        let descriptor = open(folder + "/log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw TestServerError("no log: \(errno)") }
        let log = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = log
        process.standardError = log
        try process.run()
        return process
    }

    public var log: String { (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "" }

    /// Status and body of a GET on one of the plain listeners; throws when there is no answer.
    public func get(_ path: String, port: Int = PodLayout.publicPort) async throws -> (status: Int, body: String) {
        let request = HTTPClientRequest(url: "http://\(address):\(port)\(path)")
        let response = try await Self.client.execute(request, timeout: .seconds(5))
        let body = try await response.body.collect(upTo: 1 << 22)
        return (Int(response.status.code), String(buffer: body))
    }

    private static let client = HTTPClient(eventLoopGroupProvider: .singleton)
}
