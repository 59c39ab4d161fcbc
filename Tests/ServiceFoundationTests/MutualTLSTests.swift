import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Messaging
import PodEnvironment
import ServiceLifecycle
import TestServers
import Testing

@testable import ServiceFoundation

@Suite struct MutualTLSTests {
    /// The demo service's internal listener on a loopback address of its own, and a client's pod that knows its name.
    func with(
        _ body:
            @escaping @Sendable (_ folder: String, _ authority: TestAuthority, _ server: MutualTLS) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder async throws in
            let authority = try TestAuthority()
            try authority.issue(.order, host: "test-order", into: folder + "/server")
            let address = "127.\(Int.random(in: 100...199)).\(Int.random(in: 0...255)).\(Int.random(in: 1...254))"
            try FileManager.default.createDirectory(atPath: folder + "/etc", withIntermediateDirectories: true)
            try "\(address) test-order other-name\n".write(
                toFile: folder + "/etc/hosts", atomically: true, encoding: .utf8)
            let tls = try MutualTLS(directory: folder + "/server")
            try await TestService<DemoService>.with { shop async throws in
                let runtime = ServiceRuntime(
                    name: .order, environment: PodEnvironment(root: folder, address: address),
                    configuration: shop.runtime.configuration, pool: shop.pool, peers: UnreachablePeers(),
                    tokens: shop.runtime.tokens, logger: Logger(label: "test"))
                let application = ServiceApplications.internalApplication(shop.service, runtime, tls: tls)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await application.run() }
                    try await body(folder, authority, tls)
                    group.cancelAll()
                }
            }
        }
    }

    func client(_ folder: String, _ certificates: String, host: String = "test-order") throws -> PeerClient {
        PeerClient(
            tls: try MutualTLS(directory: folder + "/" + certificates),
            environment: PodEnvironment(root: folder, address: nil), logger: Logger(label: "test")
        ) { ["order": "https://\(host):8443"] }
    }

    struct Who: Decodable {
        var caller: String
        var correlationID: String
        enum CodingKeys: String, CodingKey {
            case caller
            case correlationID = "correlation_id"
        }
    }

    @Test func theCertificateSaysWhoIsCallingAndTheCorrelationIDComesAlong() async throws {
        try await with { folder, authority, _ async throws in
            try authority.issue(.payment, host: "test-payment", into: folder + "/payment")
            let client = try client(folder, "payment")
            let who: Who = try await Correlation.$id.withValue("corr-1") {
                try await client.get(.order, "/internal/v1/whoami")
            }
            #expect(who.caller == "payment")
            #expect(who.correlationID == "corr-1")
            await client.shutdown()
        }
    }

    @Test func aServiceThatIsNotAllowedIsRefusedByName() async throws {
        try await with { folder, authority, _ async throws in
            try authority.issue(.notification, host: "test-notification", into: folder + "/notification")
            let client = try client(folder, "notification")
            let error = await #expect(throws: PeerError.self) {
                _ = try await client.send(PeerRequest(.order, .get, "/internal/v1/whoami"))
            }
            guard case .problem(.order, let problem)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(problem.status == 403 && problem.code == "caller_not_allowed")
            await client.shutdown()
        }
    }

    @Test func aPeersProblemArrivesWhole() async throws {
        try await with { folder, authority, _ async throws in
            try authority.issue(.payment, host: "test-payment", into: folder + "/payment")
            let client = try client(folder, "payment")
            let error = await #expect(throws: PeerError.self) {
                _ = try await client.send(PeerRequest(.order, .get, "/internal/v1/conflict"))
            }
            guard case .problem(.order, let problem)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(problem.status == 422 && problem.code == "insufficient_stock")
            #expect(problem.errors == [FieldError(pointer: "/items/0", detail: "short")])
            await client.shutdown()
        }
    }

    @Test func strangersAndNamelessCertificatesAreRefused() async throws {
        try await with { folder, authority, _ async throws in
            // Signed by somebody else, though it trusts our authority and claims to be payment.
            try TestAuthority("stranger").issue(
                .payment, host: "test-payment", trusting: authority, into: folder + "/stranger")
            try authority.issue(.payment, host: "test-payment", validFor: -30, into: folder + "/expired")
            try authority.issue(
                .payment, host: "test-payment", identity: "spiffe://default/test/burglar", into: folder + "/nameless")
            for name in ["stranger", "expired"] {
                let client = try client(folder, name)
                let request = PeerRequest(.order, .get, "/internal/v1/whoami", idempotent: false)
                let error = await #expect(throws: PeerError.self) { _ = try await client.send(request) }
                if case .problem? = error { Issue.record("\(name) got an answer") }
                await client.shutdown()
            }
            let client = try client(folder, "nameless")
            let error = await #expect(throws: PeerError.self) {
                _ = try await client.send(PeerRequest(.order, .get, "/internal/v1/conflict"))
            }
            if case .problem(_, let problem)? = error {
                #expect(problem.status == 403)
            } else {
                Issue.record("no problem")
            }
            await client.shutdown()
        }
    }

    @Test func aServerOfAnotherNameOrAuthorityIsNotTrusted() async throws {
        try await with { folder, authority, _ async throws in
            try authority.issue(.payment, host: "test-payment", into: folder + "/payment")
            try authority.issue(
                .payment, host: "test-payment", trusting: try TestAuthority("other"), into: folder + "/distrusting")
            for client in [try client(folder, "payment", host: "other-name"), try client(folder, "distrusting")] {
                let request = PeerRequest(.order, .get, "/internal/v1/whoami", idempotent: false)
                let error = await #expect(throws: PeerError.self) { _ = try await client.send(request) }
                if case .problem? = error { Issue.record("the server was trusted") }
                await client.shutdown()
            }
        }
    }

    @Test func newCertificatesAreUsedWithoutARestart() async throws {
        try await with { folder, authority, server async throws in
            try authority.issue(.payment, host: "test-payment", into: folder + "/payment")
            let before = try client(folder, "payment")
            _ = try await before.send(PeerRequest(.order, .get, "/internal/v1/whoami"))
            await before.shutdown()
            let next = try TestAuthority("next")
            try next.issue(.order, host: "test-order", into: folder + "/server")
            // Half an update is not taken over.
            let half = try String(contentsOfFile: folder + "/payment/tls.key", encoding: .utf8)
            let whole = try String(contentsOfFile: folder + "/server/tls.key", encoding: .utf8)
            try half.write(toFile: folder + "/server/tls.key", atomically: true, encoding: .utf8)
            server.reload(Logger(label: "test"))
            let still = try client(folder, "payment")
            _ = try await still.send(PeerRequest(.order, .get, "/internal/v1/whoami"))
            await still.shutdown()
            try whole.write(toFile: folder + "/server/tls.key", atomically: true, encoding: .utf8)
            server.reload(Logger(label: "test"))
            try next.issue(.payment, host: "test-payment", into: folder + "/payment")
            let after = try client(folder, "payment")
            let who: Who = try await after.get(.order, "/internal/v1/whoami")
            #expect(who.caller == "payment")
            await after.shutdown()
        }
    }

    @Test func anUnreachablePeerIsTriedUntilTheTimeout() async throws {
        try await withTemporaryFolder { folder async throws in
            try TestAuthority().issue(.payment, host: "test-payment", into: folder + "/payment")
            let client = PeerClient(
                tls: try MutualTLS(directory: folder + "/payment"),
                environment: PodEnvironment(root: folder, address: nil), logger: Logger(label: "test")
            ) { ["order": "https://127.255.255.254:1"] }
            let start = ContinuousClock.now
            let error = await #expect(throws: PeerError.self) {
                _ = try await client.send(PeerRequest(.order, .get, "/", timeout: .seconds(1)))
            }
            if case .problem? = error { Issue.record("an answer") }
            #expect(ContinuousClock.now - start < .seconds(3))
            await client.shutdown()
        }
    }
}
