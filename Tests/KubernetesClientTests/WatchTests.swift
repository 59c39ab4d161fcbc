import KubernetesClient
import NIOCore
import Testing

@Suite struct WatchTests {
    private func watching(
        _ replies: [Reply], options: WatchOptions = WatchOptions(),
        _ body: (WatchEvents, LoopbackServer) async throws -> Void
    ) async throws {
        let server = try await LoopbackServer.start { _ in replies }
        let client = KubernetesClient(configuration: ClientConfiguration(server: server.url, maximumAttempts: 1))
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await body(try await client.watch(.pod, namespace: "n", options: options), server))
        } catch { result = .failure(error) }
        try await client.shutdown()
        try await server.stop()
        try result.get()
    }

    private static func line(_ type: String, _ name: String, version: Int) -> String {
        #"{"type":"\#(type)","object":{"kind":"Pod","metadata":{"name":"\#(name)","resourceVersion":"\#(version)"}}}"#
            + "\n"
    }

    @Test func eventsArriveWholeWhereverTheChunksAreCut() async throws {
        let text =
            Self.line("ADDED", "ä€😀", version: 1) + Self.line("MODIFIED", "b", version: 2)
            + Self.line("DELETED", "c", version: 3) + Self.line("BOOKMARK", "", version: 9)
        // One byte at a time: every character of several bytes is split.
        let chunks = text.utf8.map { Reply.chunk([$0]) }
        try await watching([.head(200)] + chunks + [.end], options: WatchOptions(resourceVersion: "0")) {
            events, server in
            var seen: [String] = []
            for try await event in events {
                switch event {
                case .added(let pod): seen.append("added \(pod.name)")
                case .modified(let pod): seen.append("modified \(pod.name)")
                case .deleted(let pod): seen.append("deleted \(pod.name)")
                case .bookmark(let version, _): seen.append("bookmark \(version)")
                case .error(let status): seen.append("error \(status.code)")
                }
            }
            #expect(seen == ["added ä€😀", "modified b", "deleted c", "bookmark 9"])
            #expect(
                server.requests.first?.uri
                    == "/api/v1/namespaces/n/pods?watch=true&resourceVersion=0&allowWatchBookmarks=true")
        }
    }

    @Test func anErrorEventCarriesItsStatus() async throws {
        let line = #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}"#
        try await watching([.head(200), .text(line + "\n"), .end]) { events, _ async throws in
            var iterator = events.makeAsyncIterator()
            let event = try await iterator.next()
            #expect(event == .error(Status(code: 410, reason: "Expired", message: "too old")))
            let afterwards = try await iterator.next()
            #expect(afterwards == nil)
        }
    }

    @Test func anExpiredVersionIsToldBeforeTheFirstEvent() async throws {
        let error = await #expect(throws: KubernetesError.self) {
            try await watching(Reply.json(410, #"{"kind":"Status","code":410,"reason":"Expired","message":"old"}"#)) {
                _, _ in
            }
        }
        #expect(error?.isGone == true)
    }

    @Test func aCutConnectionIsAnErrorAfterTheWholeEventsBeforeIt() async throws {
        let cut = [
            Reply.head(200), .text(Self.line("ADDED", "a", version: 1) + "{\"type\":\"ADD"), .wait(.milliseconds(50)),
            .cut,
        ]
        try await watching(cut) { events, _ async throws in
            var iterator = events.makeAsyncIterator()
            let first = try await iterator.next()
            #expect(first?.resourceVersion == "1")
            let error = await #expect(throws: KubernetesError.self) { try await iterator.next() }
            #expect(error?.isTransport == true)
            let afterwards = try await iterator.next()
            #expect(afterwards == nil)
        }
    }

    @Test func aLineThatIsNotJSONIsAnError() async throws {
        try await watching([.head(200), .text("<html>\n"), .end]) { events, _ async throws in
            var iterator = events.makeAsyncIterator()
            await #expect(throws: KubernetesError.self) { try await iterator.next() }
        }
    }

    @Test func cancellingEndsASilentWatch() async throws {
        try await watching([.head(200), .text(Self.line("ADDED", "a", version: 1))]) { events, _ async throws in
            let (begun, begin) = AsyncStream<Void>.makeStream()
            let error = await withTaskGroup(of: (any Error)?.self) { group in
                group.addTask {
                    do {
                        for try await _ in events { begin.yield() }
                        return nil
                    } catch { return error }
                }
                for await _ in begun { break }
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect((error as? KubernetesError)?.isCancelled == true)
        }
    }
}
