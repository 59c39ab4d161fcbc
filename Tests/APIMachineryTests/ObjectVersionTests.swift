import APIMachinery
import KubernetesClient
import Testing

/// A custom kind of two versions that differ, as a Kubernetes 1.36 answers about its objects.
@Suite struct ObjectVersionTests {
    let old: ResourceDefinition
    /// The version that is stored.
    let new: ResourceDefinition

    init() throws {
        func version(_ name: String, _ properties: JSONValue) -> JSONValue {
            [
                "name": .string(name), "served": true, "storage": .bool(name == "v1"),
                "schema": [
                    "openAPIV3Schema": [
                        "type": "object", "properties": ["spec": ["type": "object", "properties": properties]],
                    ]
                ],
            ]
        }
        var crd = Kinds.definition(spec: [:])
        crd[path: ["spec", "versions"]] = [
            version("v1alpha1", ["shared": ["type": "string"], "a": ["type": "string", "default": "A"]]),
            version("v1", ["shared": ["type": "string"], "b": ["type": "string", "default": "B"]]),
        ]
        let definitions = CustomResourceDefinitions.definitions(of: crd)
        old = try #require(definitions.first)
        new = try #require(definitions.last)
    }

    private func shop(_ definition: ResourceDefinition, _ spec: JSONValue) -> JSONValue {
        [
            "apiVersion": .string(definition.apiVersion), "kind": "Shop", "metadata": ["name": "a", "namespace": "ns"],
            "spec": spec,
        ]
    }

    @Test func whatTheStoredVersionDoesNotHaveIsLost() {
        let stored = old.toStorage(shop(old, ["shared": "x", "a": "y"]))
        #expect(stored["spec"] == ["shared": "x"])
        #expect(new.toStorage(shop(new, ["shared": "x", "b": "y"]))["spec"] == ["shared": "x", "b": "y"])
    }

    @Test func eachVersionShowsWhatItHasWithTheDefaultsOfTheStoredOne() {
        let stored = shop(new, ["shared": "x"])
        #expect(new.fromStorage(stored)["spec"] == ["shared": "x", "b": "B"])
        #expect(old.fromStorage(stored)["spec"] == ["shared": "x"])
    }

    @Test func nobodyOwnsFieldsOfAnObjectThatAnOwnersVersionCannotShow() throws {
        var first = OneObject(old)
        try first.write(shop(old, ["shared": "x"]), as: "before")
        let live = try #require(first.value)
        #expect(live[path: ["metadata", "managedFields"]] != nil)
        func written(_ spec: JSONValue) -> JSONValue {
            ManagedFields.updated(
                shop(new, spec), old: new.fromStorage(old.toStorage(live)), definition: new, manager: "after",
                now: "2024-01-01T00:00:00Z")
        }
        #expect(written(["shared": "y", "b": "B"])[path: ["metadata", "managedFields"]] == nil)
    }

    @Test func anApplyThatMeetsSuchAnOwnerFails() throws {
        var first = OneObject(old)
        try first.apply(["metadata": ["name": "a"], "spec": ["shared": "x"]], as: "one")
        let live = new.fromStorage(old.toStorage(try #require(first.value)))
        let error = #expect(throws: StatusError.self) {
            try ServerSideApply.apply(
                shop(new, ["shared": "x"]), to: live, definition: new, manager: "two", now: "2024-01-01T00:00:00Z")
        }
        #expect(error?.code == 500)
        #expect(error?.message == ".spec.b: field not declared in schema")
    }
}
