import FaultProxy
import Foundation
import KubernetesClient
import NIOCore
import Testing

/// What a client does about each thing that goes wrong between it and the server.
@Suite(.timeLimit(.minutes(1))) struct ClientFaultTests {
    private static let pod = #"{"kind":"Pod","metadata":{"name":"p","namespace":"n","resourceVersion":"7"}}"#

    private func withClient(
        _ configure: (inout ClientConfiguration) -> Void = { _ in },
        _ body: (KubernetesClient, FaultProxy, LoopbackServer) async throws -> Void
    ) async throws {
        try await withFaultyClient({ _ in Reply.json(200, Self.pod) }, configure: configure, body)
    }

    private func object(version: String? = nil) -> UntypedObject {
        var object = UntypedObject(.pod, name: "p", namespace: "n")
        object.resourceVersion = version
        return object
    }

    @Test(arguments: [
        Fault.overloaded(429), .overloaded(503), .failure(500, reason: "InternalError"),
        .failure(504, reason: "Timeout"), .resetBeforeSending, .resetAfterUpstreamAnswered, .cutBody(afterBytes: 10),
    ])
    func aReadGoesOnTwiceAfterAnything(fault: Fault) async throws {
        try await withClient { client, proxy, _ async throws in
            proxy.rule(fault, times: 2)
            #expect(try await client.get(.pod, "p", namespace: "n").name == "p")
            #expect(proxy.count("GET") == 3)
        }
    }

    @Test func attemptsEndAndTheLastFailureIsTold() async throws {
        try await withClient { client, proxy, _ async throws in
            proxy.rule { _ in .overloaded(503) }
            let error = await #expect(throws: KubernetesError.self) { try await client.get(.pod, "p", namespace: "n") }
            #expect(error?.isUnavailable == true)
            #expect(proxy.count("GET") == 4)
        }
    }

    @Test func aTimeToComeBackIsKeptAsSecondsAndAsDate() async throws {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        try await withClient { client, proxy, _ async throws in
            proxy.rule(.overloaded(503, retryAfter: "1"))
            proxy.rule(.overloaded(429, retryAfter: formatter.string(from: Date() + 3)))
            let begin = ContinuousClock.now
            try await client.create(.pod, object())
            #expect(proxy.counts == ["POST": 3])
            #expect(ContinuousClock.now - begin >= .seconds(2))
        }
    }

    @Test func aTimeToComeBackThatIsTooFarIsTheCallersToWaitFor() async throws {
        try await withClient { client, proxy, _ async throws in
            proxy.rule(.overloaded(429, retryAfter: "3600"))
            let error = await #expect(throws: KubernetesError.self) { try await client.get(.pod, "p", namespace: "n") }
            #expect(error?.isTooManyRequests == true && error?.status?.retryAfterSeconds == 3600)
            #expect(proxy.count("GET") == 1)
        }
    }

    @Test func aWriteWithoutPreconditionAndAnswerIsUncertainWhetherItLandedOrNot() async throws {
        try await withClient { client, proxy, server async throws in
            for fault in [Fault.resetBeforeSending, .resetAfterUpstreamAnswered, .cutBody(afterBytes: 5)] {
                proxy.rule(fault)
                let error = await #expect(throws: KubernetesError.self) { try await client.create(.pod, object()) }
                #expect(error?.isUncertain == true)
            }
            proxy.rule(.resetAfterUpstreamAnswered)
            let replaced = await #expect(throws: KubernetesError.self) { try await client.replace(.pod, object()) }
            #expect(replaced?.isUncertain == true)
            proxy.rule(.resetAfterUpstreamAnswered)
            let deleted = await #expect(throws: KubernetesError.self) {
                try await client.delete(.pod, "p", namespace: "n")
            }
            #expect(deleted?.isUncertain == true)
            #expect(proxy.counts == ["POST": 3, "PUT": 1, "DELETE": 1] && server.requests.count == 4)
        }
    }

    @Test func aWriteThatAPreconditionMakesSafeIsSentAgain() async throws {
        try await withClient { client, proxy, server async throws in
            proxy.rule { $0.mutation.map { $0 % 2 == 1 } ?? false ? .resetAfterUpstreamAnswered : nil }
            try await client.replace(.pod, object(version: "6"))
            try await client.patch(
                .pod, "p", namespace: "n", .merge(["metadata": ["resourceVersion": "6"], "spec": [:]]))
            try await client.delete(.pod, "p", namespace: "n", options: DeleteOptions(uid: "u"))
            try await client.apply(.pod, object(), fieldManager: "m")
            #expect(
                server.requests.map(\.method) == ["PUT", "PUT", "PATCH", "PATCH", "DELETE", "DELETE", "PATCH", "PATCH"])
        }
    }

    @Test func aRefusedConnectionIsTriedAgainEvenForWrites() async throws {
        try await withClient { client, proxy, server async throws in
            try await proxy.refuse(true)
            async let created = client.create(.pod, object())
            try await Task.sleep(for: .milliseconds(150))
            try await proxy.refuse(false)
            #expect(try await created.name == "p")
            #expect(server.requests.count == 1)
        }
    }

    @Test func aConnectionThatTheServerClosedWhileIdleIsNotUsedAgain() async throws {
        try await withClient { client, proxy, server async throws in
            for _ in 0..<3 {
                try await client.create(.pod, object())
                await proxy.cutAll()
                await eventually { proxy.openConnections == 0 }
                // The client learns of it in its own time; a read may find out the hard way, and goes on.
                _ = try await client.get(.pod, "p", namespace: "n")
            }
            #expect(proxy.count("POST") == 3)
        }
    }

    @Test(arguments: [Fault.stall, .stallBody(afterBytes: 3), .slowBody(bytesPerSecond: 20)])
    func aStalledReadIsGivenUpInTimeAndTriedAgain(fault: Fault) async throws {
        try await withClient {
            $0.requestTimeout = .seconds(4)
            $0.maximumAttempts = 2
        } _: { client, proxy, _ async throws in
            proxy.rule(fault)
            #expect(try await client.get(.pod, "p", namespace: "n").name == "p")
        }
    }

    @Test func anAnswerIsTakenIntoMemoryUpToALimit() async throws {
        try await withClient {
            $0.maximumAnswerBytes = 50
        } _: { client, proxy, _ async throws in
            let error = await #expect(throws: KubernetesError.self) { try await client.get(.pod, "p", namespace: "n") }
            guard case .unexpectedAnswer(let message) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(message == "GET /api/v1/namespaces/n/pods/p: more than 50 bytes")
            #expect(proxy.count("GET") == 1)
            // A complaint of any length keeps its status.
            proxy.rule(.answer(status: 404, body: String(repeating: "x", count: 2 << 20)))
            let missing = await #expect(throws: KubernetesError.self) {
                try await client.get(.pod, "p", namespace: "n")
            }
            #expect(missing?.isNotFound == true)
        }
    }

    @Test func aComplaintThatIsCutKeepsItsStatus() async throws {
        try await withFaultyClient({ _ in Reply.json(409, #"{"kind":"Status","code":409,"reason":"Conflict"}"#) }) {
            client, proxy, _ async throws in
            proxy.rule(.cutBody(afterBytes: 3))
            let error = await #expect(throws: KubernetesError.self) { try await client.create(.pod, object()) }
            #expect(error?.isConflict == true && error?.isUncertain == false)
        }
    }

    @Test func aWatchThatIsSilentForTooLongFails() async throws {
        try await withFaultyClient { _ in
            [.head(200), .text(#"{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"a"}}}"# + "\n")]
        } configure: {
            $0.watchIdleTimeout = .seconds(2)
        } _: { client, _, _ async throws in
            var events = try await client.watch(.pod, namespace: "n").makeAsyncIterator()
            let first = try await events.next()
            #expect(first != nil)
            let error = await #expect(throws: KubernetesError.self) { try await events.next() }
            #expect(error?.isTransport == true)
        }
    }

    @Test func logsMayBeSilentForLong() async throws {
        try await withFaultyClient { _ in
            [.head(200), .text("one\n"), .wait(.milliseconds(4500)), .text("two\n"), .end]
        } configure: {
            $0.watchIdleTimeout = .seconds(1)
            $0.requestTimeout = .seconds(4)
        } _: { client, _, _ async throws in
            var text: [UInt8] = []
            for try await chunk in try await client.logs(pod: "p", namespace: "n") { text += chunk }
            #expect(String(decoding: text, as: UTF8.self) == "one\ntwo\n")
        }
    }

    @Test func aWatchCutAnywhereTellsOnlyWholeObjects() async throws {
        let line = #"{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"ä€😀","resourceVersion":"1"}}}"# + "\n"
        let two = line + line
        try await withFaultyClient({ _ in [.head(200), .text(two), .end] }) { client, proxy, _ async throws in
            for length in 0...two.utf8.count {
                proxy.rule(.cutBody(afterBytes: length))
                var names: [String] = []
                do throws(KubernetesError) {
                    for try await event in try await client.watch(.pod, namespace: "n") {
                        if case .added(let pod) = event { names.append(pod.name) }
                    }
                } catch { #expect(error.isTransport, "\(length): \(error)") }
                let whole = length / line.utf8.count
                #expect(names == Array(repeating: "ä€😀", count: whole), "\(length)")
            }
        }
    }

    @Test func impersonationSendsWhoAndWhatElse() async throws {
        try await withClient {
            $0.impersonatedUser = "jane"
            $0.impersonatedUID = "7"
            $0.impersonatedGroups = ["a", "b"]
            $0.impersonatedExtra = ["example.com/scope": ["x"]]
            $0.basicAuthentication = BasicAuthentication(username: "me", password: .text("pä"))
        } _: { client, _, server async throws in
            _ = try await client.get(.pod, "p", namespace: "n")
            let headers = try #require(server.requests.first).headers
            #expect(headers["impersonate-user"] == "jane" && headers["impersonate-uid"] == "7")
            #expect(headers["impersonate-group"] == "a, b")
            #expect(headers["impersonate-extra-example.com%2fscope"] == "x")
            #expect(headers["authorization"] == "Basic bWU6cMOk")
        }
    }
}
