import FaultProxy
import Foundation
import KubernetesClient
import StorefrontAPI
import TestOperator
import TestServers
import Testing

extension InCluster {
    /// What a cluster does to an operator: it never exits, and the shop ends Ready and as its spec says.
    @Suite("A running shop's operator", .serialized, .shop)
    struct FaultTests {
        /// Lets faults happen while the shop's spec changes; then all must be well again by the same process.
        private func survive(
            _ level: String, for time: Duration = .seconds(5),
            _ begin: (RunningShop) async throws -> Void, end: (RunningShop) async throws -> Void
        ) async throws {
            let shop = try currentShop()
            try await shop.waitUntilQuiet()
            let pid = try #require(shop.process.pid)
            try await begin(shop)
            do {
                let before = shop.proxy.count { _ in true }
                try await shop.scene.patch(["logLevel": .string(level)])
                try await Task.sleep(for: time)
                // No busy loop: a handful of tries in a second for each of a dozen watches and a few writes.
                #expect(shop.proxy.count { _ in true } - before < 60 * (Int(time / .seconds(1)) + 5))
            } catch {
                try await end(shop)
                throw error
            }
            try await end(shop)
            try await eventually(within: .seconds(120), "the change") {
                let text = try await shop.scene.object(.configMap, "acme-user")?["data", "config.json"]?.stringValue
                return text?.contains("\"\(level.lowercased())\"") == true
            }
            try await shop.waitUntilQuiet()
            #expect(shop.process.pid == pid)
            #expect(shop.process.isRunning)
        }

        @Test("goes on after 60 seconds without API server")
        func outage() async throws {
            try await survive("Debug", for: .seconds(60)) {
                try await $0.proxy.refuse(true)
            } end: {
                try await $0.proxy.refuse(false)
            }
        }

        @Test("goes on after 60 seconds of connections without a byte")
        func partition() async throws {
            try await survive("Info", for: .seconds(60)) {
                $0.proxy.freeze(true)
            } end: {
                $0.proxy.freeze(false)
            }
        }

        @Test("goes on after a storm of conflicts")
        func conflicts() async throws {
            try await survive("Debug") { shop in
                shop.proxy.rule { $0.isMutating ? .failure(409, reason: "Conflict") : nil }
            } end: {
                $0.proxy.clearRules()
            }
        }

        @Test("goes on after an overloaded API server", arguments: [429, 503, 500])
        func overloaded(_ status: Int) async throws {
            try await survive(status == 503 ? "Debug" : "Info") { shop in
                shop.proxy.rule { request in
                    status == 500 ? .failure(500, reason: "InternalError") : .overloaded(status, retryAfter: "1")
                }
                await shop.proxy.cutAll()
            } end: {
                $0.proxy.clearRules()
            }
        }

        @Test("goes on when every third write lands and its answer does not come")
        func resets() async throws {
            try await survive("Warning") { shop in
                shop.proxy.rule { request in
                    guard let number = request.mutation, number.isMultiple(of: 3) else { return nil }
                    return .resetAfterUpstreamAnswered
                }
            } end: {
                $0.proxy.clearRules()
            }
        }

        @Test("goes on when its credentials have expired and are good again")
        func expired() async throws {
            try await survive("Info", for: .seconds(20)) { shop in
                shop.proxy.rule { _ in .failure(401, reason: "Unauthorized", message: "Unauthorized") }
                await shop.proxy.cutAll()
            } end: {
                $0.proxy.clearRules()
            }
        }

        @Test("goes on when its watches' versions are forgotten")
        func gone() async throws {
            try await survive("Debug") { shop in
                shop.proxy.rule { $0.isWatch ? .failure(410, reason: "Expired") : nil }
                await shop.proxy.cutAll()
            } end: {
                $0.proxy.clearRules()
            }
        }
    }
}
