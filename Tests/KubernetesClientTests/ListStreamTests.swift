import FaultProxy
import KubernetesClient
import Testing

@Suite(.timeLimit(.minutes(1))) struct ListStreamTests {
    private static func event(_ type: String, _ name: String, end: Bool = false) -> String {
        let annotations = end ? #","annotations":{"k8s.io/initial-events-end":"true"}"# : ""
        return
            #"{"type":"\#(type)","object":{"kind":"Pod","metadata":{"name":"\#(name)","resourceVersion":"9"\#(annotations)},"spec":{"a":[{"b":"}"}]}}}"#
            + "\n"
    }

    private static func page(_ names: [String], next: String = "") -> [Reply] {
        let items = names.map { #"{"metadata":{"name":"\#($0)","managedFields":[{"manager":"m"}]}}"# }
        return Reply.json(
            200,
            #"{"kind":"PodList","metadata":{"resourceVersion":"5","continue":"\#(next)"},"items":[\#(items.joined(separator: ","))]}"#
        )
    }

    private static func status(_ code: Int, _ reason: String, _ message: String) -> [Reply] {
        Reply.json(code, #"{"kind":"Status","code":\#(code),"reason":"\#(reason)","message":"\#(message)"}"#)
    }

    private func read(_ client: KubernetesClient, metadataOnly: Bool = false) async throws -> [String] {
        var told: [String] = []
        let options = ListOptions(labelSelector: "a=b", limit: 2, omitsManagedFields: true)
        for try await event in client.streamList(.pod, options: options, metadataOnly: metadataOnly) {
            switch event {
            case .object(let pod):
                #expect(pod["metadata", "managedFields"] == nil && (pod["spec"] == nil || !metadataOnly))
                told.append(pod.name)
            case .removed(let pod): told.append("-\(pod.name)")
            case .end(let version): told.append("=\(version)")
            }
        }
        return told
    }

    @Test func aServerThatStreamsIsReadInOneRequestUpToTheEndOfTheList() async throws {
        try await withFaultyClient { _ in
            [.head(200)]
                + [
                    Self.event("ADDED", "a"), Self.event("ADDED", "b"), Self.event("MODIFIED", "a"),
                    Self.event("DELETED", "b"), Self.event("BOOKMARK", ""), Self.event("BOOKMARK", "", end: true),
                    Self.event("ADDED", "later"),
                ].map { .text($0) }
        } _: { client, proxy, server async throws in
            #expect(try await read(client) == ["a", "b", "a", "-b", "=9"])
            #expect(try await read(client, metadataOnly: true) == ["a", "b", "a", "-b", "=9"])
            let query = try #require(proxy.log.first?.query)
            #expect(
                query == "watch=true&labelSelector=a%3Db&allowWatchBookmarks=true&sendInitialEvents=true"
                    + "&resourceVersionMatch=NotOlderThan&timeoutSeconds=300")
            #expect(
                server.requests.last?.headers["accept"]
                    == "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json")
            // The connection of the stream is closed with it.
            await eventually { proxy.openConnections == 0 }
        }
    }

    @Test(arguments: [
        (
            422,
            "ListOptions.meta.k8s.io \\\"\\\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden"
        ),
        (422, "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch"),
        (400, "sendInitialEvents: unknown"),
    ])
    func aServerThatRefusesIsReadInPagesAndNotAskedAgain(code: Int, message: String) async throws {
        try await withFaultyClient { request in
            if request.uri.contains("watch=true") { return Self.status(code, "Invalid", message) }
            return request.uri.contains("continue=next") ? Self.page(["c"]) : Self.page(["a", "b"], next: "next")
        } _: { client, proxy, _ async throws in
            for _ in 0..<2 { #expect(try await read(client) == ["a", "b", "c", "=5"]) }
            #expect(proxy.log.map(\.isWatch) == [true, false, false, false, false])
            #expect(proxy.log[1].query == "labelSelector=a%3Db&limit=2")
        }
    }

    @Test func whoMayListButNotWatchReadsPages() async throws {
        try await withFaultyClient { request in
            request.uri.contains("watch=true") ? Self.status(403, "Forbidden", "no") : Self.page(["a"])
        } _: { client, _, _ async throws in
            let told = try await read(client)
            #expect(told == ["a", "=5"])
        }
    }

    @Test func anotherRefusalIsTold() async throws {
        try await withFaultyClient({ _ in Self.status(403, "Forbidden", "no") }) { client, _, _ async throws in
            let error = await #expect(throws: KubernetesError.self) { try await read(client) }
            #expect(error?.isForbidden == true)
        }
    }

    @Test func aStreamThatEndsBeforeItIsCompleteIsAnErrorAndThenPagesAreRead() async throws {
        try await withFaultyClient { request in
            request.uri.contains("watch=true")
                ? [.head(200), .text(Self.event("ADDED", "a")), .end] : Self.page(["a"])
        } _: { client, _, _ async throws in
            await #expect(throws: KubernetesError.self) { try await read(client) }
            #expect(try await read(client) == ["a", "=5"])
        }
    }

    @Test func aListWhosePagesExpireIsReadWhole() async throws {
        try await withFaultyClient { request in
            if request.uri.contains("continue=") { return Self.status(410, "Expired", "too old") }
            return request.uri.contains("limit=") ? Self.page(["a"], next: "next") : Self.page(["b", "c"])
        } _: { client, proxy, _ async throws in
            let all = try await client.listAll(.pod, options: ListOptions(omitsManagedFields: true))
            #expect(all.items.map(\.name) == ["b", "c"] && all.resourceVersion == "5")
            #expect(all.items[0]["metadata", "managedFields"] == nil)
            #expect(proxy.count("GET") == 3)
        }
    }

    @Test func metadataIsReadWithoutTheRestWhateverTheServerSends() async throws {
        let pod =
            #"{"kind":"Pod","spec":{"a":"\\\"}]","n":[1,-2.5e3,null,true,{}]},"metadata":{"name":"a","managedFields":[{"x":1}],"labels":{"l":"1"}},"status":{}}"#
        try await withFaultyClient { request in
            request.uri.contains("watch=")
                ? [
                    .head(200), .text(#"{"object":\#(pod),"type":"ADDED"}"# + "\n"),
                    .text(#"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"m"}}"#),
                    .end,
                ] : Reply.json(200, pod)
        } _: { client, _, _ async throws in
            let expected: JSONValue = ["kind": "Pod", "metadata": ["name": "a", "labels": ["l": "1"]]]
            #expect(try await client.get(.pod, "a", namespace: "n", metadataOnly: true).json == expected)
            var events: [WatchEvent] = []
            for try await event in try await client.watch(.pod, metadataOnly: true) { events.append(event) }
            #expect(
                events == [
                    .added(UntypedObject(expected)), .error(Status(code: 410, reason: "Expired", message: "m")),
                ])
        }
    }
}
