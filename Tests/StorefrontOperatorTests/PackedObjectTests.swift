import KubernetesClient
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
        #expect(packed.uid == "u")
        #expect(packed.resourceVersion == "7")
        #expect(packed.finalizers == ["f"])
        #expect(ClusterView.shop(of: packed) == ["shops/acme"])
    }

    @Test("differs by whatever changes but the status and the version")
    func fingerprint() {
        let before = Self.packed().annotations
        #expect(Self.packed { $0["status", "loadBalancer", "ingress"] = [["ip": "1.2.3.4"]] }.annotations == before)
        #expect(Self.packed { $0.resourceVersion = "8" }.annotations == before)
        #expect(Self.packed { $0["spec", "ports"] = [["port": 81]] }.annotations != before)
        #expect(Self.packed { $0.labels["a"] = "c" }.annotations != before)
        #expect(Self.packed { $0.annotations = [:] }.annotations != before)
    }
}
