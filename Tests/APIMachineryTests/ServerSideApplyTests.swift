import APIMachinery
import KubernetesClient
import Testing

@Suite struct ServerSideApplyTests {
    private func configMap(_ members: JSONValue) -> JSONValue {
        var object: JSONValue = ["metadata": ["name": "a", "namespace": "ns"]]
        for (key, value) in members.objectValue ?? [:] { object[key] = value }
        return object
    }

    @Test func fieldsAnApplierLeavesOutGoAndTheRestStays() throws {
        var map = OneObject(try Kinds.builtin("configmaps"))
        try map.apply(["metadata": ["name": "a", "labels": ["app": "x"]], "data": ["k": "1", "l": "2"]], as: "one")
        #expect(
            map.managers["one"] == ["f:data": ["f:k": [:], "f:l": [:]], "f:metadata": ["f:labels": ["f:app": [:]]]])
        try map.apply(["metadata": ["name": "a"], "data": ["k": "9"]], as: "one")
        #expect(map.value?["data"] == ["k": "9"])
        #expect(map.value?[path: ["metadata", "labels"]] == nil)
        #expect(map.value?[path: ["metadata", "uid"]] != nil)
        #expect(map.managers["one"] == ["f:data": ["f:k": [:]]])
        try map.merge(["data": ["m": "3"], "metadata": ["annotations": ["note": "x"]]], as: "two")
        try map.apply(["metadata": ["name": "a"]], as: "one")
        #expect(map.value?["data"] == ["m": "3"])
        #expect(
            map.managers == [
                "two/update": ["f:data": ["f:m": [:]], "f:metadata": ["f:annotations": [".": [:], "f:note": [:]]]]
            ])
    }

    @Test func aRepeatedApplyChangesNothing() throws {
        var map = OneObject(try Kinds.builtin("configmaps"))
        let wish: JSONValue = ["metadata": ["name": "a"], "data": ["k": "1"]]
        try map.apply(wish, as: "one")
        let before = try #require(map.value)
        map.now = "2024-01-01T00:00:09Z"
        try map.apply(wish, as: "one")
        #expect(map.value == before)
    }

    @Test func conflictsNameEveryOwnerAndForceTakesTheField() throws {
        var map = OneObject(try Kinds.builtin("configmaps"))
        try map.apply(["metadata": ["name": "a", "labels": ["x": "1"]], "data": ["l": "1"]], as: "one")
        try map.merge(["data": ["k": "3"]], as: "tool")
        let error = #expect(throws: StatusError.self) {
            try map.apply(
                ["metadata": ["name": "a", "labels": ["x": "x"]], "data": ["k": "x", "l": "x"]], as: "three")
        }
        #expect(error?.code == 409)
        #expect(
            error?.message
                == "Apply failed with 3 conflicts: conflicts with \"one\":\n- .data.l\n- .metadata.labels.x\n"
                + "conflicts with \"tool\" using v1:\n- .data.k")
        let single = #expect(throws: StatusError.self) {
            try map.apply(["metadata": ["name": "a"], "data": ["l": "x"]], as: "three")
        }
        #expect(single?.message == "Apply failed with 1 conflict: conflict with \"one\": .data.l")
        try map.apply(["metadata": ["name": "a"], "data": ["l": "x"]], as: "three", force: true)
        #expect(map.value?[path: ["data", "l"]] == "x")
        #expect(map.managers["one"] == ["f:metadata": ["f:labels": ["f:x": [:]]]])
    }

    @Test func elementsAreOwnedByTheirKeys() throws {
        var deployment = OneObject(try Kinds.builtin("deployments", "apps"))
        func configuration(_ containers: JSONValue, replicas: JSONValue? = nil) -> JSONValue {
            var spec: JSONValue = [
                "selector": ["matchLabels": ["app": "web"]],
                "template": ["metadata": ["labels": ["app": "web"]], "spec": ["containers": containers]],
            ]
            spec["replicas"] = replicas
            return ["metadata": ["name": "d"], "spec": spec]
        }
        let web: JSONValue = [
            "name": "web", "image": "x:1", "ports": [["containerPort": 80]], "resources": ["limits": ["cpu": 1]],
        ]
        try deployment.apply(configuration([web], replicas: 0), as: "operator")
        try deployment.apply(
            [
                "metadata": ["name": "d"],
                "spec": [
                    "template": [
                        "spec": [
                            "containers": [
                                ["name": "side", "image": "y:1"],
                                ["name": "web", "env": [["name": "A", "value": "1"]]],
                            ]
                        ]
                    ]
                ],
            ], as: "injector")
        let containers = try #require(deployment.value?[path: ["spec", "template", "spec", "containers"]]?.arrayValue)
        #expect(containers.map { $0["name"] } == ["side", "web"])
        #expect(containers[1]["ports"] == [["containerPort": 80, "protocol": "TCP"]])
        #expect(containers[1][path: ["resources", "limits", "cpu"]] == "1")
        let owned = try #require(deployment.managers["operator"])
        let inner = owned[path: ["f:spec", "f:template", "f:spec", "f:containers", "k:{\"name\":\"web\"}"]]
        #expect(
            inner?["f:ports"] == ["k:{\"containerPort\":80,\"protocol\":\"TCP\"}": [".": [:], "f:containerPort": [:]]])

        // An autoscaler takes the replicas; the operator leaves them out from then on, and they stay.
        try deployment.merge(["spec": ["replicas": 3]], as: "autoscaler", subresource: "scale")
        let error = #expect(throws: StatusError.self) {
            try deployment.apply(configuration([web], replicas: 0), as: "operator")
        }
        #expect(
            error?.message
                == "Apply failed with 1 conflict: conflict with \"autoscaler\" with subresource \"scale\" using "
                + "apps/v1: .spec.replicas")
        try deployment.apply(configuration([["name": "web", "image": "x:2"]]), as: "operator")
        #expect(deployment.value?[path: ["spec", "replicas"]] == 3)
        let web2 = deployment.value?[path: ["spec", "template", "spec", "containers"]]?.arrayValue?.last
        #expect(web2?["resources"] == [:])
        #expect(web2?["env"] == [["name": "A", "value": "1"]])
        #expect(web2?["ports"] == nil)
    }

    @Test func setsKeyedListsAndAtomicListsOfCustomKinds() throws {
        let definition = try Kinds.custom(
            spec: [
                "type": "object",
                "properties": [
                    "args": ["type": "array", "items": ["type": "string"]],
                    "regions": ["type": "array", "items": ["type": "string"], "x-kubernetes-list-type": "set"],
                    "routes": [
                        "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["path"],
                        "items": [
                            "type": "object", "required": ["path"],
                            "properties": ["path": ["type": "string"], "weight": ["type": "integer"]],
                        ],
                    ],
                ],
            ])
        var shop = OneObject(definition)
        try shop.apply(
            [
                "metadata": ["name": "a"],
                "spec": [
                    "args": ["a"], "regions": ["eu", "us"], "routes": [["path": "/", "weight": 1], ["path": "/a"]],
                ],
            ], as: "one")
        try shop.apply(
            [
                "metadata": ["name": "a"],
                "spec": ["regions": ["asia", "eu"], "routes": [["path": "/b"], ["path": "/"]]],
            ],
            as: "two")
        #expect(shop.value?[path: ["spec", "regions"]] == ["asia", "eu", "us"])
        #expect(
            shop.value?[path: ["spec", "routes"]]
                == [["path": "/b"], ["path": "/", "weight": 1], ["path": "/a"]])
        #expect(shop.value?[path: ["metadata", "generation"]] == 2)
        let atomic = #expect(throws: StatusError.self) {
            try shop.apply(["metadata": ["name": "a"], "spec": ["args": ["c"]]], as: "two")
        }
        #expect(atomic?.message == "Apply failed with 1 conflict: conflict with \"one\": .spec.args")
        let twice = #expect(throws: StatusError.self) {
            try shop.apply(["metadata": ["name": "a"], "spec": ["regions": ["us", "us"]]], as: "one")
        }
        #expect(twice?.code == 500)
        #expect(
            twice?.message
                == "failed to create typed patch object (/a; example.dev/v1, Kind=Shop): .spec.regions: duplicate "
                + "entries for key [=\"us\"]")
        try shop.apply(["metadata": ["name": "a"], "spec": ["regions": ["us"]]], as: "one")
        #expect(shop.value?[path: ["spec", "regions"]] == ["asia", "eu", "us"])
        try shop.apply(["metadata": ["name": "a"]], as: "two")
        #expect(shop.value?["spec"] == ["regions": ["us"]])
    }

    @Test func updatesOwnWhatTheyAddAndLoseWhatOthersChange() throws {
        var service = OneObject(try Kinds.builtin("services"))
        try service.write(
            [
                "metadata": ["name": "s"],
                "spec": ["ports": [["port": 80, "name": "http"]], "selector": ["app": "web"]],
            ],
            as: "kubectl")
        #expect(
            service.managers["kubectl/update"] == [
                "f:spec": [
                    "f:internalTrafficPolicy": [:],
                    "f:ports": [
                        ".": [:],
                        "k:{\"port\":80,\"protocol\":\"TCP\"}": [
                            ".": [:], "f:name": [:], "f:port": [:], "f:protocol": [:], "f:targetPort": [:],
                        ],
                    ], "f:selector": [:], "f:sessionAffinity": [:], "f:type": [:],
                ]
            ])
        try service.merge(["spec": ["sessionAffinity": "ClientIP"]], as: "other")
        #expect(service.managers["kubectl/update"]?[path: ["f:spec", "f:sessionAffinity"]] == nil)
        #expect(service.managers["other/update"]?[path: ["f:spec", "f:sessionAffinity"]] == [:])
    }

    @Test func ownershipCanBeClearedAndHandedOver() throws {
        var map = OneObject(try Kinds.builtin("configmaps"))
        try map.write(["metadata": ["name": "a"], "data": ["k": "1"]], as: "client-side")
        var entries = try #require(map.value?[path: ["metadata", "managedFields"]]?.arrayValue)
        entries[0]["manager"] = "kubectl"
        entries[0]["operation"] = "Apply"
        try map.merge(["metadata": ["managedFields": .array(entries)]], as: "migration")
        #expect(Array(map.managers.keys) == ["kubectl"])
        try map.apply(["metadata": ["name": "a"], "data": ["l": "1"]], as: "kubectl")
        #expect(map.value?["data"] == ["l": "1"])
        try map.merge(["metadata": ["managedFields": [[:]]]], as: "anybody")
        #expect(map.managers.isEmpty)
    }

    @Test func fieldsOfOthersAreRefusedBeforeAnythingIsMerged() throws {
        var map = OneObject(try Kinds.builtin("configmaps"))
        for (wish, code) in [
            (["metadata": ["name": "a", "managedFields": []]], 400),
            (["metadata": ["name": "a"], "colour": "red"], 500),
            (["metadata": ["name": "a"], "data": ["k": 1]], 500),
        ] as [(JSONValue, Int)] {
            let error = #expect(throws: StatusError.self) { try map.apply(wish, as: "one") }
            #expect(error?.code == code)
        }
        #expect(map.value == nil)
    }

    @Test func theMetadataOfAnObjectWithinTheObjectIsOwnedAsAnyMetadata() throws {
        let kind = try Kinds.custom(
            spec: [
                "type": "object",
                "properties": [
                    "pod": [
                        "type": "object", "x-kubernetes-embedded-resource": true,
                        "x-kubernetes-preserve-unknown-fields": true,
                    ]
                ],
            ])
        var shop = OneObject(kind)
        let pod: JSONValue = [
            "apiVersion": "v1", "kind": "Pod", "metadata": ["labels": ["a": "b"]], "spec": ["x": 1],
        ]
        try shop.apply(["metadata": ["name": "a", "namespace": "ns"], "spec": ["pod": pod]], as: "one")
        #expect(
            shop.managers["one"]?[path: ["f:spec", "f:pod"]] == [
                "f:apiVersion": [:], "f:kind": [:], "f:metadata": ["f:labels": ["f:a": [:]]],
                "f:spec": [".": [:], "f:x": [:]],
            ])
    }

    @Test(
        arguments: [
            (["kind": "ConfigMap"], "/, Kind=ConfigMap"), (["apiVersion": "v1"], "/v1, Kind="),
            (["apiVersion": "apps/v1", "kind": "Deployment"], "apps/v1, Kind=Deployment"),
        ] as [(JSONValue, String)])
    func anotherKindIsNotApplied(_ configuration: JSONValue, _ told: String) throws {
        let error = #expect(throws: StatusError.self) {
            try ServerSideApply.apply(
                configuration, to: nil, definition: Kinds.builtin("configmaps"), manager: "one",
                now: "2024-01-01T00:00:00Z")
        }
        #expect(error?.code == 400)
        #expect(error?.message == "invalid object type: \(told)")
    }
}
