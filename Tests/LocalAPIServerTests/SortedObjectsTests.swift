import KubernetesClient
import Testing

@testable import LocalAPIServer

@Suite struct SortedObjectsTests {
    private static func object(_ namespace: String, _ name: String, revision: Int64 = 1) -> StoredObject {
        StoredObject(["metadata": ["namespace": .string(namespace), "name": .string(name)]], revision: revision)
    }

    private static func key(_ object: StoredObject) -> String { "\(object.namespace)/\(object.name)" }

    @Test func anyChangesLeaveTheObjectsOfEveryNamespaceInOrder() {
        var generator = SystemRandomNumberGenerator()
        var objects = SortedObjects()
        var expected: [String: StoredObject] = [:]
        var held: [(objects: SortedObjects, expected: [String])] = []
        for step in 0..<6000 {
            // Names that begin alike, namespaces that begin alike.
            let namespace = ["", "a", "a-b", "aa", "b"][Int.random(in: 0..<5, using: &generator)]
            let object = Self.object(
                namespace, "o\(Int.random(in: 0..<1500, using: &generator))", revision: Int64(step))
            if step % 3 == 2, let old = expected.randomElement(using: &generator)?.value {
                objects.remove(old)
                expected[Self.key(old)] = nil
            } else {
                objects.put(object)
                expected[Self.key(object)] = object
            }
            if step % 1000 == 999 { held.append((objects, objects.map(Self.key))) }
        }
        let sorted = expected.values.sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
        #expect(objects.map(Self.key) == sorted.map(Self.key))
        #expect(objects.map(\.revision) == sorted.map(\.revision), "the newest of each name")
        #expect(objects.count == sorted.count)
        #expect(objects.distance(from: objects.startIndex, to: objects.endIndex) == sorted.count)
        for namespace in ["", "a", "a-b", "aa", "b", "c"] {
            let slice = objects.slice(namespace)
            let names = sorted.filter { $0.namespace == namespace }.map(\.name)
            #expect(slice.map(\.name) == names)
            #expect(slice.count == names.count)
            #expect(slice.after(namespace, "o5").map(\.name) == names.filter { $0 > "o5" })
            #expect(slice.after("", "").map(\.name) == names)
            #expect(slice.after("z", "z").isEmpty)
        }
        #expect(objects.object("a", "none") == nil)
        for old in held { #expect(old.objects.map(Self.key) == old.expected, "what a reader holds stays as it was") }
    }

    @Test func allObjectsCanGo() {
        let all = (0..<2000).map { Self.object("n", "o\($0)") }
        var objects = SortedObjects(all)
        for object in all.shuffled() { objects.remove(object) }
        #expect(objects.isEmpty && objects.count == 0)
        objects.put(all[7])
        #expect(objects.map(\.name) == ["o7"])
    }
}
