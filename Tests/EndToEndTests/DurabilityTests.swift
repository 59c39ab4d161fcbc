import Foundation
import KubernetesClient
import Testing

extension EndToEnd {
    @Suite struct DurabilityTests {
        private static let writers = 4
        private static let rounds = 4

        /// Writers write as fast as they can while the whole process is killed again and again. What was acknowledged
        /// must be there afterwards as it was acknowledged, and no revision may be given twice.
        @Test func noAcknowledgedWriteIsLostByAKill() async throws {
            let plane = RunningControlPlane(port: 6461)
            do {
                try await Self.killRepeatedly(plane)
            } catch {
                await plane.down()
                throw error
            }
            await plane.down()
        }

        private static func killRepeatedly(_ plane: RunningControlPlane) async throws {
            let ledger = Ledger()
            try await plane.up()
            for _ in 0..<rounds {
                let target = await ledger.acknowledged + 120
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for writer in 0..<writers { group.addTask { try await write(plane, ledger, writer) } }
                    group.addTask { try await follow(plane, ledger) }
                    try await poll(limit: .seconds(60), "writes") { await ledger.acknowledged >= target ? true : nil }
                    try await plane.kill()
                    try await group.waitForAll()
                }
                try await plane.up()
                let client = try plane.client()
                let list = try await client.listAll(.configMap, namespace: "default")
                await ledger.compare(list.items, listed: list.resourceVersion)
                // From where it had got the watcher goes on, or is told that it cannot.
                try await resume(client, from: await ledger.seen)
                try await client.shutdown()
            }
            #expect(await ledger.acknowledged >= 120 * rounds)
        }

        /// Creates, changes and deletes its own objects until the server is gone.
        private static func write(_ plane: RunningControlPlane, _ ledger: Ledger, _ writer: Int) async throws {
            let client = try plane.client()
            for turn in 0... {
                let name = "w\(writer)-\(turn % 5)"
                let value = UUID().uuidString
                let exists = await ledger.begin(name)
                do {
                    if exists, turn % 7 == 6 {
                        try await client.delete(.configMap, name, namespace: "default")
                        await ledger.finish(name, nil, revision: nil)
                        continue
                    }
                    let written =
                        exists
                        ? try await client.patch(
                            .configMap, name, namespace: "default", .merge(["data": ["value": .string(value)]]))
                        : try await client.create(.configMap, configMap(name, value))
                    await ledger.finish(name, value, revision: written.resourceVersion)
                } catch {
                    guard error.isTransport else { throw error }
                    break
                }
            }
            try await client.shutdown()
        }

        private static func configMap(_ name: String, _ value: String) -> UntypedObject {
            var object = UntypedObject(.configMap, name: name, namespace: "default")
            object["data"] = ["value": .string(value)]
            return object
        }

        /// Watches until the server is gone.
        private static func follow(_ plane: RunningControlPlane, _ ledger: Ledger) async throws {
            let client = try plane.client()
            do {
                let list = try await client.list(.configMap, namespace: "default")
                let watch = try await client.watch(
                    .configMap, namespace: "default", options: WatchOptions(resourceVersion: list.resourceVersion))
                for try await event in watch {
                    switch event {
                    case .added(let object), .modified(let object), .deleted(let object): await ledger.saw(object)
                    case .bookmark, .error: break
                    }
                }
            } catch {
                // Killed.
                guard error.isTransport else { throw error }
            }
            try await client.shutdown()
        }

        /// What a watch from that revision tells within a second; nothing where the history did not outlive the process
        /// and the client is told so.
        private static func events(_ client: KubernetesClient, from revision: Int) async throws -> [WatchEvent] {
            let options = WatchOptions(resourceVersion: String(revision), timeoutSeconds: 1)
            var events: [WatchEvent] = []
            do {
                let watch = try await client.watch(.configMap, namespace: "default", options: options)
                for try await event in watch { events.append(event) }
            } catch {
                guard error.isGone else { throw error }
            }
            return events
        }

        private static func resume(_ client: KubernetesClient, from revision: Int) async throws {
            for event in try await events(client, from: revision) {
                switch event {
                case .error(let status): #expect(status.code == 410)
                case .added(let object), .modified(let object), .deleted(let object):
                    #expect(Int(object.resourceVersion ?? "") ?? 0 > revision)
                case .bookmark: break
                }
            }
        }
    }
}

/// What the server has said about every object.
private actor Ledger {
    private struct Entry {
        /// `nil` for an object that was deleted.
        var value: String?
        var revision: Int?
        /// Asked for and not answered yet, or never.
        var isOpen = false
    }

    private var entries: [String: Entry] = [:]
    private(set) var acknowledged = 0
    /// The newest revision that the watcher was told.
    private(set) var seen = 0
    private var newest = 0

    /// - Returns: whether the object exists, as far as is known.
    func begin(_ name: String) -> Bool {
        entries[name, default: Entry()].isOpen = true
        return entries[name]?.value != nil
    }

    func finish(_ name: String, _ value: String?, revision: String?) {
        let number = revision.flatMap { Int($0) }
        entries[name] = Entry(value: value, revision: number)
        acknowledged += 1
        if let number { newest = max(newest, number) }
    }

    func saw(_ object: UntypedObject) {
        let revision = Int(object.resourceVersion ?? "") ?? 0
        #expect(revision > seen, "a watch goes forward")
        seen = revision
        newest = max(newest, revision)
    }

    /// Compares what is there now with what was said; a write that was not answered may have happened or not.
    func compare(_ objects: [UntypedObject], listed: String?) {
        #expect(Int(listed ?? "") ?? 0 >= newest, "no revision is given twice")
        let current = Dictionary(objects.map { ($0.name, $0) }) { first, _ in first }
        for (name, entry) in entries {
            let value = current[name]?["data", "value"]?.stringValue
            let revision = current[name]?.resourceVersion.flatMap { Int($0) }
            if !entry.isOpen {
                #expect(value == entry.value, "\(name) is not what was acknowledged")
                if entry.value != nil { #expect(revision == entry.revision, "\(name) has another revision") }
            } else if value == entry.value, value != nil {
                #expect(revision == entry.revision, "\(name) changed its revision without a write")
            }
            entries[name] = Entry(value: value, revision: revision)
        }
    }
}
