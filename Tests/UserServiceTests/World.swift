import Contracts
import Crypto
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import Messaging
import PodEnvironment
import PostgreSQL
import ServiceFoundation
import TestServers
import Testing

@testable import UserService

/// The user service on a fresh database, with a signing key in its pod, and bcrypt at its cheapest.
struct World {
    let service: UserService
    let runtime: ServiceRuntime
    let client: any TestClientProtocol
    let root: URL

    var pool: PostgresPool { runtime.pool }

    static func with(
        admin: (email: String, password: String)? = nil, peers: any PeerCalling = UnreachablePeers(),
        _ body: @Sendable (World) async throws -> Void
    ) async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "user-pod-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        let keySet = try writeKeys(root)
        if let admin { try write(admin: admin, root) }
        try await TestServers.withPool(migrations: UserService.allMigrations, maximumConnections: 16) { pool in
            let configuration = ServiceConfiguration(
                storefront: "acme", namespace: "default", service: .user,
                currency: try #require(Currency(rawValue: "USD")))
            let runtime = ServiceRuntime(
                name: .user, environment: PodEnvironment(root: root.path, address: "127.0.0.1"),
                configuration: ConfigurationStore(configuration), pool: pool, peers: peers,
                tokens: TokenVerifier(issuer: "storefront", audience: "storefront") { keySet },
                logger: Logger(label: "test"))
            let service = UserService(runtime, hashingCost: 4)
            try await service.prepare()
            try await ServiceApplications.publicApplication(service, runtime).test(.router) { client in
                try await body(World(service: service, runtime: runtime, client: client, root: root))
            }
        }
    }

    /// Writes the private JWK and the key set of a new key; returns the key set.
    private static func writeKeys(_ root: URL) throws -> String {
        let key = P256.Signing.PrivateKey()
        func url(_ bytes: some DataProtocol) -> String {
            Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
                "=", with: "")
        }
        let point = key.publicKey.rawRepresentation
        let shared = """
            "kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"key-1",\
            "x":"\(url(point.prefix(32)))","y":"\(url(point.suffix(32)))"
            """
        let keySet = "{\"keys\":[{\(shared)}]}"
        try write(keySet, root, PodLayout.jwksFile)
        try write("{\(shared),\"d\":\"\(url(key.rawRepresentation))\"}", root, PodLayout.signingKeyFile)
        return keySet
    }

    static func write(admin: (email: String, password: String), _ root: URL) throws {
        try write(admin.email, root, PodLayout.adminDirectory + "/email")
        try write(admin.password + "\n", root, PodLayout.adminDirectory + "/password")
    }

    private static func write(_ text: String, _ root: URL, _ path: String) throws {
        let file = root.appending(path: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    // MARK: - What people do

    /// A registered person.
    struct Person {
        let id: String
        let email: String
        let access: String
        let refresh: String
    }

    static let password = "correct horse battery"

    func register(_ email: String = "ann@example.com", password: String = World.password) async throws -> Person {
        let answer = try await client.call(
            .post, "/api/v1/auth/register",
            ["email": email, "password": password, "first_name": "Ann", "last_name": "Lee"])
        try #require(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
        return Person(
            id: answer.text("user.id"), email: answer.text("user.email"), access: answer.text("access_token"),
            refresh: answer.text("refresh_token"))
    }

    func login(_ email: String, _ password: String = World.password) async throws -> Answer {
        try await client.call(.post, "/api/v1/auth/login", ["email": email, "password": password])
    }

    func refresh(_ token: String) async throws -> Answer {
        try await client.call(.post, "/api/v1/auth/refresh", ["refresh_token": token])
    }

    /// A signed-in admin.
    func admin() async throws -> Person {
        let person = try await register("root-\(UUID().uuidString.lowercased())@example.com")
        try await pool.execute(
            "UPDATE users SET role = 'admin' WHERE id = \(try #require(UUID(uuidString: person.id)))")
        let answer = try await login(person.email)
        return Person(
            id: person.id, email: person.email, access: answer.text("access_token"),
            refresh: answer.text("refresh_token"))
    }

    /// The types of the events in the outbox, oldest first.
    func events() async throws -> [EventType] { try await outbox().map(\.type) }

    func outbox() async throws -> [ReceivedEvent] {
        try await pool.query("SELECT body FROM outbox ORDER BY id").map { row in
            let body: String = try row["body"]
            return try ReceivedEvent(body: Array(body.utf8))
        }
    }
}
