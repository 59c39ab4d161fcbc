import APIMachinery
import KubernetesClient
import Testing

/// Who owns what where appliers meet those who wrote before them or in other ways.
@Suite struct OwnershipTests {
    private let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

    private func map(_ data: JSONValue, _ metadata: JSONValue = [:]) -> JSONValue {
        var metadata = metadata
        metadata["name"] = "a"
        metadata["namespace"] = "ns"
        return ["metadata": metadata, "data": data]
    }

    @Test func kubectlTakesOverWhatItAppliedFromTheClient() throws {
        var object = OneObject(try Kinds.builtin("configmaps"))
        let text = #"{"apiVersion":"v1","data":{"k":"1","l":"1"},"kind":"ConfigMap","metadata":{"name":"a"}}"#
        try object.write(
            map(["k": "1", "l": "1"], ["annotations": [lastApplied: .string(text)]]), as: "kubectl-client-side-apply")
        #expect(throws: StatusError.self) { try object.apply(map(["k": "2"]), as: "other") }
        try object.apply(map(["k": "2"]), as: "kubectl")
        #expect(object.value?["data"] == ["k": "2", "l": "1"])
        let renewed = object.value?[path: ["metadata", "annotations", lastApplied]]?.stringValue ?? ""
        #expect(try Kinds.json(renewed)["data"] == ["k": "2"])
        try object.merge(["data": ["k": "3"]], as: "somebody")
        #expect(throws: StatusError.self) { try object.apply(map(["k": "4"]), as: "kubectl") }
    }

    @Test func emptiedManagedFieldsBelongToNobodyKnown() throws {
        var object = OneObject(try Kinds.builtin("configmaps"))
        try object.apply(map(["k": "1"]), as: "one")
        try object.merge(["metadata": ["managedFields": [[:]]]], as: "two")
        #expect(object.managers == [:])
        try object.merge(["data": ["k": "2"]], as: "two")
        #expect(object.managers == [:])
        let error = #expect(throws: StatusError.self) { try object.apply(map(["k": "3"]), as: "one") }
        #expect(
            error?.message
                == "Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .data.k")
    }

    @Test func managedFieldsThatCannotBeReadAreNotTaken() throws {
        var object = OneObject(try Kinds.builtin("configmaps"))
        try object.apply(map(["k": "1"]), as: "one")
        let entry: JSONValue = [
            "manager": "x", "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1",
            "fieldsV1": ["f:data": ["f:k": [:]]],
        ]
        for broken in ["operation", "apiVersion", "fieldsType"] {
            var bad = entry
            bad[broken] = nil
            try object.merge(["metadata": ["managedFields": [bad]]], as: "two")
            #expect(object.managers == ["one": ["f:data": ["f:k": [:]]]], "\(broken)")
        }
        try object.merge(["metadata": ["managedFields": [entry]]], as: "two")
        #expect(object.managers == ["x": ["f:data": ["f:k": [:]]]])
    }

    @Test func whatIsAppliedIsComparedAsItIsWritten() throws {
        var quota = OneObject(try Kinds.builtin("resourcequotas"))
        try quota.write(
            ["metadata": ["name": "q", "namespace": "ns"], "spec": ["hard": ["requests.cpu": "0.5"]]], as: "one")
        #expect(quota.value?[path: ["spec", "hard", "requests.cpu"]] == "500m")
        let error = #expect(throws: StatusError.self) {
            try quota.apply(["metadata": ["name": "q"], "spec": ["hard": ["requests.cpu": "0.5"]]], as: "two")
        }
        #expect(error?.code == 409)
        try quota.apply(["metadata": ["name": "q"], "spec": ["hard": ["requests.cpu": "500m"]]], as: "two")
        #expect(quota.managers.count == 2)
    }

    @Test func anAppliedNullTakesNothingFromAMap() throws {
        var object = OneObject(try Kinds.builtin("configmaps"))
        try object.apply(map(["k": "1"]), as: "one")
        try object.apply(["metadata": ["name": "a"], "data": .null], as: "two")
        #expect(object.value?["data"] == ["k": "1"])
        try object.apply(["metadata": ["name": "a"], "immutable": .null], as: "two")
        #expect(object.value?["immutable"] == nil)
    }

    @Test func replicasAreOwnedThroughTheScale() throws {
        let kind = try #require(ScaleOwnership.kind)
        var deployment = OneObject(try Kinds.builtin("deployments", "apps"))
        try deployment.apply(
            [
                "metadata": ["name": "d", "namespace": "ns"],
                "spec": [
                    "replicas": 2, "selector": ["matchLabels": ["app": "web"]],
                    "template": [
                        "metadata": ["labels": ["app": "web"]],
                        "spec": ["containers": [["name": "c", "image": "i"]]],
                    ],
                ],
            ], as: "owner")
        let ownership = ScaleOwnership(deployment.definition, path: ["spec", "replicas"])
        let object = try #require(deployment.value)
        let scale = ownership.scale(
            ["apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": ["name": "d"], "spec": ["replicas": 2]],
            of: object)
        #expect(scale[path: ["metadata", "managedFields"]]?[0]?["fieldsV1"] == ["f:spec": ["f:replicas": [:]]])
        func scaled(_ replicas: Int, force: Bool) throws -> JSONValue {
            try ServerSideApply.apply(
                [
                    "apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": ["name": "d"],
                    "spec": ["replicas": JSONValue(replicas)],
                ], to: scale, definition: kind, manager: "scaler", force: force, subresource: "scale", now: "now")
        }
        let error = #expect(throws: StatusError.self) { try scaled(5, force: false) }
        #expect(error?.message == "Apply failed with 1 conflict: conflict with \"owner\": .spec.replicas")
        let after = ownership.object(object, from: try scaled(5, force: true))
        let entries = after[path: ["metadata", "managedFields"]]?.arrayValue ?? []
        let scaler = try #require(entries.first { $0["manager"] == "scaler" })
        #expect(scaler["apiVersion"] == "apps/v1")
        #expect(scaler["subresource"] == "scale")
        #expect(scaler["time"] == nil)
        let owner = try #require(entries.first { $0["manager"] == "owner" })
        #expect(owner[path: ["fieldsV1", "f:spec", "f:replicas"]] == nil)
        #expect(owner[path: ["fieldsV1", "f:spec", "f:selector"]] != nil)
    }

    @Test(arguments: [
        (#"{"spec":{"replicas":"1"}}"#, ".spec.replicas: expected numeric (int or float), got string"),
        (#"{"spec":{"paused":1}}"#, ".spec.paused: expected boolean, got &{1}"),
        (
            #"{"spec":{"template":{"spec":{"containers":{"a":"b"}}}}}"#,
            ".spec.template.spec.containers: expected list, got &{map[a:b]}"
        ),
        (
            #"{"spec":{"template":{"spec":{"containers":["x"]}}}}"#,
            ".spec.template.spec.containers: element 0: associative list with keys may not have non-map elements"
        ),
        (
            #"{"metadata":{"labels":{"a":{"b":[1]}}}}"#,
            ".metadata.labels.a: expected string, got &value.valueUnstructured{Value:map[string]interface "
                + "{}{\"b\":[]interface {}{1}}}"
        ),
    ])
    func configurationsOfWrongTypesAreRefused(_ text: String, _ fault: String) throws {
        let definition = try Kinds.builtin("deployments", "apps")
        var configuration = try Kinds.json(text)
        configuration["apiVersion"] = "apps/v1"
        configuration["kind"] = "Deployment"
        let error = #expect(throws: StatusError.self) {
            try ServerSideApply.apply(configuration, to: nil, definition: definition, manager: "a", now: "now")
        }
        #expect(error?.code == 500)
        #expect(error?.message == "failed to create typed patch object (/; apps/v1, Kind=Deployment): \(fault)")
    }
}
