import APIMachinery
import HTTPTypes
import KubernetesClient
import NIOEmbedded
import Testing

@testable import LocalAPIServer

@Suite struct WatchFormTests {
    private static func form(
        _ query: String = "", plural: String = "configmaps", accept: String? = nil
    ) throws -> WatchForm {
        let definition = try #require(BuiltinKinds.all.first { $0.plural == plural && $0.group.isEmpty })
        let path = "/api/v1/namespaces/n/\(plural)"
        let parameters = QueryParameters("watch=1&\(query)")
        let target = RequestTarget(method: .get, path: path, query: parameters)
        guard case .resource(let resource) = target else { throw CancellationError() }
        let request = LocalAPIServer.ObjectRequest(
            request: LocalAPIServer.APIRequest(
                method: .get, path: path, query: parameters, headers: accept.map { [.accept: $0] } ?? [:], body: [],
                target: target, user: .admin, channel: EmbeddedChannel()), target: resource, definition: definition)
        return WatchForm(
            request: request, options: try ListOptions(request, forWatch: true),
            representation: try request.representation())
    }

    private static func object(_ name: String, _ content: JSONValue = [:], revision: Int64 = 1) -> StoredObject {
        var object = content
        object[path: ["metadata", "name"]] = .string(name)
        object[path: ["metadata", "namespace"]] = "n"
        return StoredObject(object, revision: revision)
    }

    private static func events(_ bytes: [UInt8]) throws -> [JSONValue] {
        try bytes.split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: $0) }
    }

    @Test func aBeginningIsToldInPiecesAndLetGo() throws {
        var form = try Self.form("sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true")
        let text = String(repeating: "x", count: 2000)
        var objects: [StoredObject] = (0..<300).map {
            Self.object("o\(1000 + $0)", ["data": ["text": .string(text)]], revision: Int64($0))
        }
        let last = objects.last.map { WeakObject(object: $0) }
        var beginning = ObjectStore.WatchBeginning(existing: SortedObjects(objects)[...], revision: 400)
        objects = []
        var pieces: [[UInt8]] = []
        while let piece = form.piece(of: &beginning) { pieces.append(piece) }
        #expect(pieces.count > 5)
        #expect(pieces.allSatisfy { $0.count < 80_000 }, "no answer is in memory as a whole")
        #expect(last?.object == nil, "what has been told is not held on to")
        let told = try Self.events(Array(pieces.joined()))
        #expect(
            told.dropLast().map { $0[path: ["object", "metadata", "name"]] }
                == (0..<300).map { .string("o\(1000 + $0)") })
        #expect(told.last?["type"] == "BOOKMARK")
        #expect(told.last?[path: ["object", "metadata", "resourceVersion"]] == "400")
    }

    private struct WeakObject { weak var object: StoredObject? }

    @Test func aBeginningOfNothingIsNothing() throws {
        var form = try Self.form()
        var beginning = ObjectStore.WatchBeginning(revision: 1)
        #expect(form.piece(of: &beginning) == nil)
        #expect(form.piece(of: &beginning) == nil)
    }

    @Test(arguments: ["", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"])
    func aSelectorByFieldTellsWhatComesAndGoes(accept: String) throws {
        var form = try Self.form("fieldSelector=spec.nodeName%3Done", plural: "pods", accept: accept)
        let unbound = Self.object("p", revision: 1)
        let bound = Self.object("p", ["spec": ["nodeName": "one"], "kind": "x"], revision: 2)
        let running = Self.object(
            "p", ["spec": ["nodeName": "one"], "status": ["phase": "Running"]], revision: 3)
        let moved = Self.object("p", ["spec": ["nodeName": "two"]], revision: 4)
        var bytes: [UInt8] = []
        for (object, previous) in [(unbound, nil), (bound, unbound), (running, bound), (moved, running)] {
            form.write(.event(StoreEvent(object: object, previous: previous, isDeletion: false)), to: &bytes)
        }
        let told = try Self.events(bytes)
        #expect(told.map { $0["type"] } == ["ADDED", "MODIFIED", "DELETED"])
        #expect(told.map { $0[path: ["object", "metadata", "resourceVersion"]] } == ["2", "3", "4"])
        let kind: JSONValue = accept.isEmpty ? "Pod" : "PartialObjectMetadata"
        #expect(told.allSatisfy { $0[path: ["object", "kind"]] == kind })
        #expect(told.allSatisfy { ($0[path: ["object", "spec"]] == nil) == !accept.isEmpty })
        #expect(
            told.last?[path: ["object", "spec", "nodeName"]] == (accept.isEmpty ? "one" : nil),
            "what leaves the selection is shown as it was in it")
    }
}
