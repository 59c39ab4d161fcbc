import KubernetesClient
import KubernetesRuntime
import Testing

@testable import StorefrontOperator

@Suite("An object in a cache")
struct PackedObjectTests {
    static let object = UntypedObject([
        "apiVersion": "v1", "kind": "Service",
        "metadata": [
            "name": "acme-user", "namespace": "shops", "uid": "u", "resourceVersion": "7", "generation": 2,
            "labels": ["app.kubernetes.io/instance": "acme", "storefront.dev/service": "user", "a": "b"],
            "annotations": ["storefront.dev/applied-hash": "x"], "finalizers": ["f"],
        ],
        "spec": ["ports": [["port": 80]]], "status": ["loadBalancer": [:]],
    ])

    static func packed(_ change: (inout UntypedObject) -> Void = { _ in }) -> UntypedObject {
        var object = object
        change(&object)
        PackedObject.pack(&object)
        return object
    }

    @Test("is whole again when it is asked for")
    func whole() {
        #expect(PackedObject.unpack(Self.packed()) == Self.object)
        #expect(PackedObject.unpack(Self.object) == Self.object)
        var bare = Self.object
        bare.status = nil
        bare["metadata", "generation"] = nil
        #expect(PackedObject.unpack(Self.packed { $0 = bare }) == bare)
    }

    @Test("shows at once what is asked of every object")
    func shown() {
        let packed = Self.packed()
        #expect(packed.key == Self.object.key)
        #expect(packed.resourceVersion == "7")
        #expect(packed.generation == 2)
        #expect(ClusterView.shop(of: packed) == ["shops/acme"])
    }

    @Test("is news by whatever changes but the status and the version")
    func fingerprint() {
        func isNews(_ change: (inout UntypedObject) -> Void) -> Bool {
            PackedObject.isNews(.updated(old: Self.packed(), new: Self.packed(change)))
        }
        #expect(!isNews { $0["status", "loadBalancer", "ingress"] = [["ip": "1.2.3.4"]] })
        #expect(!isNews { $0.resourceVersion = "8" })
        #expect(isNews { $0["spec", "ports"] = [["port": 81]] })
        #expect(isNews { $0.labels["a"] = "c" })
        #expect(isNews { $0.annotations = [:] })
        #expect(isNews { $0.finalizers = [] })
        #expect(isNews { $0["metadata", "uid"] = "v" })
        #expect(isNews { $0["metadata", "deletionTimestamp"] = "2026-01-01T00:00:00Z" })
    }

    @Test("has no status where nobody asks for it")
    func withoutStatus() {
        var object = Self.object
        PackedObject.packWithoutStatus(&object)
        var bare = Self.object
        bare.status = nil
        #expect(PackedObject.unpack(object) == bare)
    }
}
