import FaultProxy
import Foundation
import KubernetesClient
import Synchronization
import Testing

@testable import KubernetesRuntime

extension FaultMatrix {
    /// What befalls lists and watches. Each ends in the one right state, without a child written twice or with an old
    /// value, with a bounded number of requests, and with the controller still running.
    @Suite struct ReadingFaultTests {
        /// - Parameter streams: whether the server streams lists; each fault is tried with and without.
        private func withMirror(
            streams: Bool = false, idleTimeout: Duration = .seconds(30), pageSize: Int = 500,
            requestTimeout: Duration = .seconds(5),
            requests most: Int, before: (FaultProxy) -> Void = { _ in }, _ body: (Mirror) async throws -> Void
        ) async throws {
            try await TestCluster.with { cluster in
                let proxy = try await cluster.proxy()
                if !streams {
                    proxy.rule { request in
                        request.parameter("sendInitialEvents").map { _ in
                            .failure(422, reason: "Invalid", message: "sendInitialEvents is forbidden for watch")
                        }
                    }
                }
                before(proxy)
                let mirror = Mirror(
                    cluster, proxy, idleTimeout: idleTimeout, pageSize: pageSize, requestTimeout: requestTimeout)
                try await mirror.following {
                    try await mirror.run {
                        try await body(mirror)
                        await mirror.settle()
                    }
                }
                let count = proxy.log.count
                #expect(count <= most, "\(count) requests: \(proxy.counts)")
            }
        }

        private static func line(_ object: String, type: String = "ERROR") -> String {
            #"{"type":"\#(type)","object":\#(object)}"#
        }

        private static let expired = line(
            #"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","message":"too old","code":410}"#
        )

        /// Replaces the first line of each watch, as often as said.
        private static func firstLine(of times: Int, _ line: String) -> @Sendable (ProxiedRequest) -> Fault? {
            let left = Mutex(times)
            return { request in
                guard request.isWatch else { return nil }
                let isFirst = Mutex(true)
                return .rewriteLines { original in
                    guard
                        isFirst.withLock({ first in
                            defer { first = false }
                            return first
                        })
                    else { return original }
                    let replaces = left.withLock { left in
                        left -= 1
                        return left >= 0
                    }
                    return replaces ? line : original
                }
            }
        }

        @Test(arguments: [false, true]) func a410WhileWatching(streams: Bool) async throws {
            try await withMirror(streams: streams, requests: 60) { proxy in
                proxy.rule(Self.firstLine(of: 3, Self.expired))
            } _: { mirror in
                for name in ["a", "b", "c", "f"] {
                    try await mirror.set(name)
                    await mirror.settle()
                }
            }
        }

        @Test(arguments: [false, true]) func a410InAnswerToTheWatch(streams: Bool) async throws {
            try await withMirror(streams: streams, requests: 60) { proxy in
                proxy.rule(.failure(410, reason: "Expired"), times: 6) { $0.isWatch }
            } _: { mirror in
                try await mirror.set("a")
            }
        }

        @Test func a410BetweenThePagesOfAList() async throws {
            try await withMirror(pageSize: 2, requests: 70) { proxy in
                // Twice after the first page, then also after the page of the list begun anew.
                proxy.rule(.failure(410, reason: "Expired"), times: 4) { $0.parameter("continue") != nil }
            } _: { mirror in
                try await mirror.set("f")
            }
        }

        @Test(arguments: [false, true]) func watchesCutAnywhereAlsoWithinALineOrACharacter(streams: Bool) async throws {
            let cuts = Mutex(Array(stride(from: 0, through: 1300, by: 61)))
            try await withMirror(streams: streams, requests: 140) { proxy in
                proxy.rule { request in
                    guard request.isWatch else { return nil }
                    return cuts.withLock { $0.popLast() }.map { .cutBody(afterBytes: $0) }
                }
            } _: { mirror in
                // Values come as long as there are cuts to make.
                for _ in 0..<100 where cuts.withLock({ !$0.isEmpty }) {
                    for name in ["a", "b"] { try await mirror.set(name) }
                    await mirror.settle()
                }
                #expect(cuts.withLock { $0.isEmpty })
            }
        }

        @Test(arguments: [Fault.stall, .stallBody(afterBytes: 0), .stallBody(afterBytes: 50)], [false, true])
        func connectionsHalfOpenWithoutAByte(fault: Fault, streams: Bool) async throws {
            try await withMirror(
                streams: streams, idleTimeout: .milliseconds(300), requestTimeout: .milliseconds(700), requests: 150
            ) {
                proxy in
                proxy.rule(fault, times: 4) { $0.isWatch }
            } _: { mirror in
                for name in ["a", "b", "c"] { try await mirror.set(name) }
            }
        }

        @Test func listsHalfOpenWithoutAByte() async throws {
            try await withMirror(requestTimeout: .milliseconds(300), requests: 60) { proxy in
                proxy.rule(.stall, times: 2) { $0.isRead }
                proxy.rule(.stallBody(afterBytes: 100), times: 2) { $0.isRead }
            } _: { mirror in
                try await mirror.set("a")
            }
        }

        @Test(arguments: [false, true]) func bookmarksThatNeverCome(streams: Bool) async throws {
            try await withMirror(streams: streams, idleTimeout: .milliseconds(400), requests: 100) { proxy in
                proxy.rule { $0.isWatch ? .withoutBookmarks : nil }
            } _: { mirror in
                for name in ["a", "b", "c"] {
                    try await mirror.set(name)
                    await mirror.settle()
                    await mirror.proxy.cutAll()
                }
            }
        }

        @Test(arguments: [false, true]) func eventsRepeatedAndOutOfOrder(streams: Bool) async throws {
            try await withMirror(streams: streams, requests: 60) { proxy in
                let seen = Mutex<[String]>([])
                proxy.rule(Self.firstLine(of: 1, Self.expired))
                proxy.rule { request in
                    guard request.isWatch else { return nil }
                    return .rewriteLines { line in
                        // After each event some of those before it come again, oldest last.
                        let before = seen.withLock { seen in
                            seen.append(line)
                            return seen.dropLast().suffix(8).reversed()
                        }
                        return ([line] + before).joined(separator: "\n")
                    }
                }
            } _: { mirror in
                for _ in 0..<4 {
                    for name in ["a", "b", "c"] { try await mirror.set(name) }
                    try await mirror.remove("b")
                    await mirror.settle()
                }
                try await mirror.set("b")
            }
        }

        @Test(
            arguments: [
                Fault.overloaded(429), .overloaded(503), .failure(500, reason: "InternalError"),
                .answer(status: 502, body: "<html>bad gateway</html>"), .failure(504, reason: "Timeout"),
                .answer(status: 200, body: "not JSON"),
            ], [false, true])
        func answersOfAServerInTrouble(fault: Fault, streams: Bool) async throws {
            try await withMirror(streams: streams, requests: 90) { proxy in
                proxy.rule(fault, times: 5) { $0.isRead }
                proxy.rule(fault, times: 8) { $0.isWatch }
            } _: { mirror in
                for name in ["a", "b"] {
                    try await mirror.set(name)
                    await mirror.settle()
                    await mirror.proxy.cutAll()
                }
            }
        }

        @Test(arguments: [429, 503]) func aServerThatSaysWhenToComeBackIsLeftAloneUntilThen(status: Int) async throws {
            try await withMirror(requests: 40) { proxy in
                proxy.rule(.overloaded(status, retryAfter: "1"), times: 2) { $0.isRead }
                proxy.rule(.overloaded(status, retryAfter: "1"), times: 2) { $0.isWatch }
            } _: { mirror in
                let begin = ContinuousClock.now
                try await mirror.informer.waitUntilSynced()
                #expect(.now - begin >= .seconds(1))
            }
        }

        @Test(arguments: [false, true]) func bodiesThatTrickle(streams: Bool) async throws {
            try await withMirror(streams: streams, requestTimeout: .milliseconds(500), requests: 60) { proxy in
                proxy.rule(.slowBody(bytesPerSecond: 300), times: 3) { $0.isRead }
                proxy.rule(.slowBody(bytesPerSecond: 3000), times: 2) { $0.isWatch }
            } _: { mirror in
                for name in ["a", "b", "c"] { try await mirror.set(name) }
            }
        }

        @Test(arguments: [false, true]) func aWatchThatItsServerEndsInOrderEverySecondOrAtOnce(streams: Bool)
            async throws
        {
            try await withMirror(streams: streams, requests: 110) { proxy in
                proxy.rule(.answer(status: 200), times: 8) { $0.isWatch }
                proxy.rule { $0.isWatch ? .endBody(after: .seconds(1)) : nil }
            } _: { mirror in
                for _ in 0..<3 {
                    try await mirror.set("a")
                    await mirror.settle()
                    let count = mirror.proxy.count { $0.isWatch }
                    await eventually { mirror.proxy.count { $0.isWatch } >= count + 2 }
                }
            }
        }

        @Test func credentialsThatExpireAndAreRenewedInTheirFile() async throws {
            let file = NSTemporaryDirectory() + "token-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: file) }
            try await TestCluster.with { cluster in
                let proxy = try await cluster.proxy()
                let tokens = try await Self.tokens(cluster.admin)
                let valid = Mutex(tokens[0])
                proxy.rule { request in
                    request.headers["authorization"] == "Bearer \(valid.withLock { $0 })"
                        ? nil : .failure(401, reason: "Unauthorized", message: "Unauthorized")
                }
                try tokens[0].write(toFile: file, atomically: true, encoding: .utf8)
                let mirror = Mirror(cluster, proxy, token: .file(file))
                try await mirror.following {
                    try await mirror.run {
                        for token in tokens.dropFirst() {
                            await mirror.settle()
                            valid.withLock { $0 = token }
                            await proxy.cutAll()
                            try await mirror.set("a")
                            // Refused until the file has what the server wants.
                            let refused = proxy.count { $0.status == 401 }
                            await eventually { proxy.count { $0.status == 401 } > refused + 3 }
                            try token.write(toFile: file, atomically: true, encoding: .utf8)
                        }
                    }
                }
                #expect(proxy.log.count < 150)
            }
        }

        /// Tokens of three administrators.
        private static func tokens(_ client: KubernetesClient) async throws -> [String] {
            var tokens: [String] = []
            var subjects: [JSONValue] = []
            for name in ["one", "two", "three"] {
                try await client.create(
                    .serviceAccount, UntypedObject(.serviceAccount, name: name, namespace: "default"))
                subjects.append(["kind": "ServiceAccount", "name": .string(name), "namespace": "default"])
                tokens.append(try await client.serviceAccountToken(name, namespace: "default").token)
            }
            var binding = UntypedObject(.clusterRoleBinding, name: "test")
            binding["roleRef"] = [
                "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin",
            ]
            binding["subjects"] = .array(subjects)
            try await client.create(.clusterRoleBinding, binding)
            return tokens
        }
    }
}
