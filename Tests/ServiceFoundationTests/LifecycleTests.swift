import Contracts
import Foundation
import Messaging
import PostgreSQL
import ServiceFoundation
import TestServers
import Testing

/// The lifecycle of a whole service process; the payment service needs no other service to run.
@Suite struct LifecycleTests {
    func with(_ body: (ServiceProcess) async throws -> Void) async throws {
        let broker = try await TestServers.rabbitMQ().broker()
        let database = try await TestServers.database()
        try await withTemporaryFolder { folder async throws in
            try await body(
                try ServiceProcess(
                    .payment, in: folder, database: database, broker: broker.credentials(of: .payment),
                    authority: try TestAuthority(), keySet: TestSigner().keySet))
        }
    }

    func exitCode(_ process: Process, within limit: Duration = .seconds(20)) async throws -> Int32 {
        try await eventually(within: limit, "the end of the process") {
            process.isRunning ? nil : process.terminationStatus
        }
    }

    @Test func aServiceMigratesBecomesReadyServesAndDrains() async throws {
        try await with { pod async throws in
            let early = try pod.start("serve")
            defer { if early.isRunning { early.terminate() } }
            // Alive, but not ready before the migrations have been applied.
            try await eventually("life") {
                (try? await pod.get("/health", port: PodLayout.managementPort).status) == 200
            }
            #expect(try await pod.get("/ready", port: PodLayout.managementPort).status == 503)
            #expect(try await exitCode(try pod.start("migrate")) == 0)
            #expect(try await exitCode(try pod.start("migrate")) == 0)
            try await eventually("readiness") {
                (try? await pod.get("/ready", port: PodLayout.managementPort).status) == 200
            }

            let refused = try await pod.get("/api/v1/payments/\(UUID.v7().text)")
            #expect(refused.status == 401)
            #expect(refused.body.contains("authentication_required"))
            let metrics = try await pod.get("/metrics", port: PodLayout.managementPort).body
            #expect(metrics.contains("http_requests_total{listener=\"public\""))
            #expect(metrics.contains("status=\"401\"} 1\n"))
            #expect(metrics.contains("postgres_pool_connections"))

            early.terminate()
            // Out of rotation first, and still answering.
            try await eventually("the drain") {
                try await pod.get("/ready", port: PodLayout.managementPort).status == 503
            }
            #expect(try await pod.get("/api/v1/payments/\(UUID.v7().text)").status == 401)
            #expect(try await exitCode(early, within: .seconds(8)) == 0)
            for line in pod.log.split(separator: "\n") {
                #expect(throws: Never.self, "\(line)") { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
            }
            #expect(!pod.log.replacing("secrets", with: "").contains("secret"))
        }
    }

    @Test func aPreparedServiceIsReadySoonAfterItsStart() async throws {
        try await with { pod async throws in
            #expect(try await exitCode(try pod.start("migrate")) == 0)
            let start = ContinuousClock.now
            let process = try pod.start("serve")
            defer { process.terminate() }
            try await eventually("readiness") {
                (try? await pod.get("/ready", port: PodLayout.managementPort).status) == 200
            }
            let elapsed = ContinuousClock.now - start
            print("ready after \(elapsed)")
            #expect(elapsed < .seconds(3))
            let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
            let kilobytes = try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) })
            print("resident \(kilobytes / 1024) MiB")
            #expect(kilobytes < 64 * 1024)
            process.terminate()
            #expect(try await exitCode(process) == 0)
        }
    }

    @Test func aServiceWithoutItsConfigurationSaysSoAndEnds() async throws {
        try await with { pod async throws in
            try FileManager.default.removeItem(atPath: pod.folder + PodLayout.configFile)
            #expect(try await exitCode(try pod.start("serve")) != 0)
            #expect(pod.log.contains("config.json"))
        }
    }
}
