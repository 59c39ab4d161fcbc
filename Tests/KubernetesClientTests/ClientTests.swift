import FaultProxy
import Foundation
import KubernetesClient
import Logging
import NIOCore
import Testing

@Suite struct ClientTests {
    /// Runs a test with a server and a client of it, and stops both.
    private func withClient(
        _ answer: @escaping LoopbackServer.Answer, configure: (inout ClientConfiguration) -> Void = { _ in },
        _ body: (KubernetesClient, LoopbackServer) async throws -> Void
    ) async throws {
        let server = try await LoopbackServer.start(answer: answer)
        var configuration = ClientConfiguration(server: server.url, requestTimeout: .seconds(10))
        configure(&configuration)
        let client = KubernetesClient(configuration: configuration)
        let result: Result<Void, any Error>
        do { result = .success(try await body(client, server)) } catch { result = .failure(error) }
        try await client.shutdown()
        try await server.stop()
        try result.get()
    }

    private static func status(_ code: Int, _ reason: String, details: String = "{}") -> String {
        #"{"kind":"Status","apiVersion":"v1","status":"Failure","code":\#(code),"reason":"\#(reason)","message":"m","details":\#(details)}"#
    }

    @Test func getKeepsEveryFieldAndSendsWhoItIs() async throws {
        try await withClient { _ in
            Reply.json(200, #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"future":{"x":[1]}}"#)
        } configure: {
            $0.token = .text("t0ken\n")
            $0.impersonatedUser = "jane"
        } _: { client, server async throws in
            let pod = try await client.get(.pod, "p", namespace: "a b")
            #expect(pod["future", "x"] == [1])
            let request = try #require(server.requests.first)
            #expect(request.method == "GET" && request.uri == "/api/v1/namespaces/a%20b/pods/p")
            #expect(request.headers["authorization"] == "Bearer t0ken")
            #expect(request.headers["impersonate-user"] == "jane")
            #expect(request.headers["accept"] == "application/json")
        }
    }

    @Test func aFailureCarriesTheDecodedStatus() async throws {
        let details = #"{"causes":[{"reason":"FieldValueRequired","message":"Required value","field":"spec.host"}]}"#
        try await withClient { request in
            switch request.uri {
            case "/api/v1/namespaces/a/pods/none": Reply.json(404, Self.status(404, "NotFound"))
            case "/api/v1/namespaces/a/pods/plain": Reply.json(403, "Forbidden by proxy")
            default: Reply.json(422, Self.status(422, "Invalid", details: details))
            }
        } _: { client, _ async throws in
            let invalid = await #expect(throws: KubernetesError.self) {
                try await client.create(.pod, UntypedObject(.pod, name: "p", namespace: "a"))
            }
            #expect(invalid?.isInvalid == true && invalid?.isNotFound == false)
            #expect(
                invalid?.status?.causes == [
                    .init(reason: "FieldValueRequired", message: "Required value", field: "spec.host")
                ])
            #expect(try await client.find(.pod, "none", namespace: "a") == nil)
            let plain = await #expect(throws: KubernetesError.self) {
                try await client.get(.pod, "plain", namespace: "a")
            }
            #expect(plain?.isForbidden == true && plain?.status?.message == "Forbidden by proxy")
        }
    }

    @Test func listsPageByPageAndNamesTheItemsKind() async throws {
        try await withClient { request in
            if request.uri.contains("continue=next%2F2") {
                return Reply.json(
                    200, #"{"kind":"PodList","metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"c"}}]}"#)
            }
            return Reply.json(
                200,
                #"{"kind":"PodList","metadata":{"resourceVersion":"7","continue":"next/2","remainingItemCount":1},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}"#
            )
        } _: { client, server async throws in
            let list = try await client.listAll(.pod, namespace: "x", options: ListOptions(labelSelector: "a in (b,c)"))
            #expect(list.items.map(\.name) == ["a", "b", "c"] && list.resourceVersion == "7")
            #expect(list.items.allSatisfy { $0.kind == "Pod" && $0.apiVersion == "v1" })
            #expect(
                server.requests.map(\.uri) == [
                    "/api/v1/namespaces/x/pods?labelSelector=a%20in%20%28b%2Cc%29&limit=500",
                    "/api/v1/namespaces/x/pods?labelSelector=a%20in%20%28b%2Cc%29&limit=500&continue=next%2F2",
                ])
        }
    }

    @Test func writesSayWhatKindOfPatchTheyAre() async throws {
        try await withClient { _ in
            Reply.json(200, #"{"metadata":{"name":"d"}}"#)
        } _: { client, server async throws in
            var object = UntypedObject(.deployment, name: "d", namespace: "n")
            object["spec", "replicas"] = 1
            try await client.apply(.deployment, object, fieldManager: "me", dryRun: true)
            try await client.patch(.deployment, "d", namespace: "n", .merge(["a": .null]), subresource: "status")
            try await client.patch(.deployment, "d", namespace: "n", .json([["op": "remove", "path": "/a"]]))
            try await client.replaceStatus(.deployment, object, options: WriteOptions(fieldValidation: .strict))
            try await client.delete(
                .deployment, "d", namespace: "n",
                options: DeleteOptions(uid: "u", resourceVersion: "3", propagation: .foreground))
            try await client.deleteCollection(.deployment, namespace: "n", selecting: ListOptions(labelSelector: "a=b"))
            let base = "/apis/apps/v1/namespaces/n/deployments"
            #expect(
                server.requests.map { "\($0.method) \($0.uri)" } == [
                    "PATCH \(base)/d?fieldManager=me&force=true&dryRun=All", "PATCH \(base)/d/status",
                    "PATCH \(base)/d",
                    "PUT \(base)/d/status?fieldValidation=Strict", "DELETE \(base)/d",
                    "DELETE \(base)?labelSelector=a%3Db",
                ])
            #expect(
                server.requests.prefix(3).map { $0.headers["content-type"] } == [
                    "application/apply-patch+yaml", "application/merge-patch+json", "application/json-patch+json",
                ])
            #expect(server.requests[0].body == object.json.text())
            #expect(
                try JSONValue(parsing: server.requests[4].body) == [
                    "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Foreground",
                    "preconditions": ["uid": "u", "resourceVersion": "3"],
                ])
        }
    }

    @Test func deleteTellsWhetherTheObjectIsStillThere() async throws {
        try await withClient { request in
            request.uri.hasSuffix("/gone")
                ? Reply.json(200, #"{"kind":"Status","status":"Success"}"#)
                : Reply.json(200, #"{"kind":"Pod","metadata":{"name":"p","deletionTimestamp":"2026-01-01T00:00:00Z"}}"#)
        } _: { client, _ async throws in
            #expect(try await client.delete(.pod, "gone", namespace: "n") == nil)
            #expect(try await client.delete(.pod, "stays", namespace: "n")?.isBeingDeleted == true)
        }
    }

    @Test func retryAfterIsHonouredAlsoForWrites() async throws {
        let counter = Counter()
        try await withClient { _ in
            counter.next() == 1
                ? Reply.json(429, Self.status(429, "TooManyRequests"), ["Retry-After": "1"])
                : Reply.json(201, #"{"metadata":{"name":"p"}}"#)
        } _: { client, server async throws in
            let begin = ContinuousClock.now
            try await client.create(.pod, UntypedObject(.pod, name: "p", namespace: "n"))
            #expect(ContinuousClock.now - begin >= .seconds(1))
            #expect(server.requests.count == 2)
        }
    }

    @Test func aCutConnectionIsTriedAgainOnlyWhereThatIsSafe() async throws {
        let counter = Counter()
        try await withClient { request in
            if request.method == "POST" { return [.cut] }
            return counter.next() < 3
                ? [.head(200), .text("{\"meta"), .cut] : Reply.json(200, #"{"metadata":{"name":"p"}}"#)
        } _: { client, server async throws in
            #expect(try await client.get(.pod, "p", namespace: "n").name == "p")
            #expect(server.requests.count == 3)
            let error = await #expect(throws: KubernetesError.self) {
                try await client.create(.pod, UntypedObject(.pod, name: "p", namespace: "n"))
            }
            #expect(error?.isTransport == true)
            #expect(server.requests.count == 4)
        }
    }

    @Test func nobodyListeningIsATransportErrorAfterAFewAttempts() async throws {
        let nobody = try await FaultProxy.start(upstream: Upstream(url: "http://127.0.0.1:1"))
        try await nobody.refuse(true)
        let client = KubernetesClient(configuration: ClientConfiguration(server: nobody.url, maximumAttempts: 2))
        let error = await #expect(throws: KubernetesError.self) {
            try await client.create(.pod, UntypedObject(.pod, name: "p", namespace: "n"))
        }
        try await client.shutdown()
        try await nobody.stop()
        guard case .transport(let transport)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!transport.mayHaveBeenSent && transport.request == "POST /api/v1/namespaces/n/pods")
    }

    @Test(arguments: [[Reply](), [.head(200), .text("{")]])
    func aServerThatStopsAnsweringEndsInATimeout(replies: [Reply]) async throws {
        try await withClient { _ in
            replies
        } configure: {
            $0.requestTimeout = .milliseconds(200)
            $0.maximumAttempts = 1
        } _: { client, _ async throws in
            let begin = ContinuousClock.now
            let error = await #expect(throws: KubernetesError.self) { try await client.get(.pod, "p", namespace: "n") }
            #expect(error?.isTransport == true)
            #expect(ContinuousClock.now - begin < .seconds(5))
        }
    }

    @Test func cancellingEndsARequestAtOnce() async throws {
        try await withClient { _ in
            []
        } _: { client, server async throws in
            let error = await withTaskGroup(of: KubernetesError?.self) { group in
                group.addTask {
                    do throws(KubernetesError) {
                        _ = try await client.get(.pod, "p", namespace: "n")
                        return nil
                    } catch { return error }
                }
                await eventually { !server.requests.isEmpty }
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(error?.isCancelled == true)
        }
    }

    @Test func aRotatedTokenIsReadAgainAfterA401AndTheRequestSentOnceMore() async throws {
        let folder = try TemporaryFolder()
        try folder.write("token", "old")
        try await withClient { request in
            switch request.headers["authorization"] {
            case "Bearer old" where request.uri.hasSuffix("/before"), "Bearer new":
                Reply.json(200, #"{"metadata":{"name":"p"}}"#)
            default: Reply.json(401, Self.status(401, "Unauthorized"))
            }
        } configure: {
            $0.token = .file(folder.path + "/token")
        } _: { client, server async throws in
            _ = try await client.get(.pod, "before", namespace: "n")
            try folder.write("token", "new")
            #expect(try await client.get(.pod, "p", namespace: "n").name == "p")
            #expect(server.requests.count == 3)
            try folder.write("token", "wrong")
            let error = await #expect(throws: KubernetesError.self) {
                try await KubernetesClient.once(client.configuration) { try await $0.get(.pod, "p", namespace: "n") }
            }
            #expect(error?.isUnauthorized == true)
            // The same token is not tried again.
            #expect(server.requests.count == 4)
        }
    }

    @Test func metadataOnlyAsksForPartialObjects() async throws {
        try await withClient { _ in
            Reply.json(200, #"{"kind":"PartialObjectMetadataList","metadata":{"resourceVersion":"1"},"items":[]}"#)
        } _: { client, server async throws in
            _ = try await client.list(.secret, namespace: "n", metadataOnly: true)
            #expect(
                server.requests.first?.headers["accept"]
                    == "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json")
        }
    }

    @Test func discoveryFindsKindsNotKnownHere() async throws {
        try await withClient { request in
            switch request.uri {
            case "/apis/example.com/v1":
                Reply.json(
                    200,
                    #"{"resources":[{"name":"widgets/status","kind":"Widget","namespaced":true},{"name":"widgets","kind":"Widget","namespaced":true}]}"#
                )
            case "/version": Reply.json(200, #"{"major":"1","minor":"36","gitVersion":"v1.36.0"}"#)
            default: Reply.json(404, Self.status(404, "NotFound"))
            }
        } _: { client, server async throws in
            #expect(try await client.resourceKind(apiVersion: "example.com/v1", kind: "Widget")?.plural == "widgets")
            #expect(try await client.resourceKind(apiVersion: "example.com/v1", kind: "Gadget") == nil)
            #expect(try await client.resourceKind(apiVersion: "other.com/v1", kind: "X") == nil)
            #expect(try await client.serverVersion().gitVersion == "v1.36.0")
            let count = server.requests.count
            #expect(try await client.resourceKind(apiVersion: "apps/v1", kind: "Deployment") == .deployment)
            #expect(server.requests.count == count)
        }
    }

    @Test func aTokenForAServiceAccountCanBeAskedFor() async throws {
        try await withClient { _ in
            Reply.json(
                201, #"{"kind":"TokenRequest","status":{"token":"abc","expirationTimestamp":"2026-01-01T00:00:00Z"}}"#)
        } _: { client, server async throws in
            let answer = try await client.serviceAccountToken(
                "sa", namespace: "n", audiences: ["x"], expirationSeconds: 600)
            #expect(answer.token == "abc" && answer.expires?.seconds == "2026-01-01T00:00:00Z")
            #expect(server.requests.first?.uri == "/api/v1/namespaces/n/serviceaccounts/sa/token")
            #expect(
                server.requests.first?.body.contains(#""spec":{"audiences":["x"],"expirationSeconds":600}"#) == true)
        }
    }

    @Test func whatTheServerWarnsOfIsLoggedOnce() async throws {
        let log = CapturedLog()
        let server = try await LoopbackServer.start { _ in
            Reply.json(200, #"{"metadata":{"name":"p"}}"#, ["Warning": #"299 - "unknown field \"spec.x\"""#])
        }
        let client = KubernetesClient(
            configuration: ClientConfiguration(server: server.url), logger: Logger(label: "test") { _ in log })
        for _ in 0..<3 { try await client.create(.pod, UntypedObject(.pod, name: "p", namespace: "n")) }
        try await client.shutdown()
        try await server.stop()
        #expect(log.lines == [#"warning: the server warns [unknown field "spec.x"]"#])
    }

    @Test func logsComeAsBytes() async throws {
        try await withClient { _ in
            [.head(200), .text("one\n"), .wait(.milliseconds(20)), .text("two"), .end]
        } _: { client, server async throws in
            var text: [UInt8] = []
            let options = LogOptions(container: "c", follow: true, tailLines: 5)
            for try await chunk in try await client.logs(pod: "p", namespace: "n", options: options) { text += chunk }
            #expect(String(decoding: text, as: UTF8.self) == "one\ntwo")
            #expect(
                server.requests.first?.uri == "/api/v1/namespaces/n/pods/p/log?container=c&follow=true&tailLines=5")
        }
    }
}

extension KubernetesClient {
    /// Makes one request with a client of its own.
    static func once<Answer>(
        _ configuration: ClientConfiguration, _ body: (KubernetesClient) async throws -> Answer
    ) async throws -> Answer {
        let client = KubernetesClient(configuration: configuration)
        let result: Result<Answer, any Error>
        do { result = .success(try await body(client)) } catch { result = .failure(error) }
        try await client.shutdown()
        return try result.get()
    }
}
