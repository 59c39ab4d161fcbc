import APIMachinery
import KubernetesClient
import Testing

@Suite struct PatchTests {
    @Test func mergePatchSetsRemovesAndReplacesLists() {
        let object: JSONValue = ["one": 1, "list": [1, 2], "deep": ["a": ["b": "c", "d": "e"]], "gone": "x"]
        let patch: JSONValue = [
            "one": 2, "gone": .null, "list": [9], "deep": ["a": ["b": .null, "f": [.null, 1]]],
            "new": ["x": .null, "y": 1],
        ]
        #expect(
            Patch.merge(patch, onto: object)
                == ["one": 2, "list": [9], "deep": ["a": ["d": "e", "f": [.null, 1]]], "new": ["y": 1]])
        #expect(Patch.merge(["deep": "flat"], onto: object)["deep"] == "flat")
    }

    @Test func jsonPatchDoesAllSixOperations() throws {
        let object: JSONValue = ["list": ["a", "b"], "map": ["k": 1], "til~de": 2, "sl/ash": 3]
        let patched = try Patch.json(
            [
                ["op": "test", "path": "/map/k", "value": 1], ["op": "add", "path": "/list/1", "value": "between"],
                ["op": "add", "path": "/list/-", "value": "last"],
                ["op": "replace", "path": "/list/0", "value": "first"],
                ["op": "copy", "from": "/map", "path": "/map2"], ["op": "move", "from": "/map/k", "path": "/moved"],
                ["op": "remove", "path": "/til~0de"], ["op": "replace", "path": "/sl~1ash", "value": "one"],
            ], onto: object)
        #expect(
            patched == [
                "list": ["first", "between", "b", "last"], "map": [:], "map2": ["k": 1], "moved": 1, "sl/ash": "one",
            ])
    }

    @Test(
        arguments: [
            [["op": "test", "path": "/a", "value": 2]], [["op": "remove", "path": "/none"]],
            [["op": "add", "path": "/none/child", "value": 1]], [["op": "add", "path": "/list/99", "value": 1]],
            [["op": "frob", "path": "/a"]], [["op": "move", "from": "/none", "path": "/b"]],
            [["op": "add", "path": "a", "value": 1]],
        ] as [JSONValue])
    func aFailingOperationRefusesTheWholePatch(_ patch: JSONValue) throws {
        let error = #expect(throws: StatusError.self) { try Patch.json(patch, onto: ["a": 1, "list": [1]]) }
        #expect(error?.code == 422)
        #expect(error?.message == "the server rejected our request due to an error in our request")
    }

    // MARK: Strategic merge

    private func patched(_ pod: JSONValue, _ patch: JSONValue) throws -> JSONValue {
        try Patch.strategic(["spec": patch], onto: ["spec": pod], schema: Kinds.builtin("pods").schema)["spec"] ?? .null
    }

    @Test func listsMergeByTheKeysOfTheSchema() throws {
        let pod: JSONValue = [
            "containers": [
                ["name": "web", "args": ["a"], "env": [["name": "A", "value": "1"]]], ["name": "side", "image": "s"],
            ]
        ]
        let result = try patched(
            pod,
            [
                "containers": [
                    [
                        "name": "web", "args": ["c"],
                        "env": [["name": "B", "value": "2"], ["name": "A", "value": "3"]],
                    ]
                ]
            ])
        #expect(
            result["containers"] == [
                [
                    "name": "web", "args": ["c"],
                    "env": [["name": "B", "value": "2"], ["name": "A", "value": "3"]],
                ], ["name": "side", "image": "s"],
            ])
    }

    @Test func aNewElementComesFirstUnlessTheOrderIsSet() throws {
        let pod: JSONValue = ["containers": [["name": "a"], ["name": "b"]]]
        func names(_ patch: JSONValue) throws -> [JSONValue?] {
            try patched(pod, patch)["containers"]?.arrayValue?.map { $0["name"] } ?? []
        }
        #expect(try names(["containers": [["name": "c"]]]) == ["c", "a", "b"])
        #expect(try names(["containers": [["name": "b"], ["name": "c"]]]) == ["a", "b", "c"])
        #expect(
            try names([
                "$setElementOrder/containers": [["name": "b"], ["name": "c"], ["name": "a"]],
                "containers": [["name": "c"]],
            ])
                == ["b", "c", "a"])
        #expect(try names(["$setElementOrder/containers": [["name": "b"], ["name": "a"]]]) == ["b", "a"])
    }

    @Test func directivesDeleteReplaceAndRetain() throws {
        let pod: JSONValue = [
            "containers": [["name": "a"], ["name": "b", "env": [["name": "X"]]]], "nodeSelector": ["disk": "ssd"],
            "volumes": [["name": "v", "emptyDir": ["medium": "Memory"]]],
        ]
        #expect(
            try patched(pod, ["containers": [["name": "a", "$patch": "delete"]]])["containers"]?.arrayValue?.count == 1)
        #expect(
            try patched(pod, ["containers": [["$patch": "replace"], ["name": "n"]]])["containers"] == [["name": "n"]])
        #expect(
            try patched(pod, ["nodeSelector": ["$patch": "replace", "zone": "a"]])["nodeSelector"] == ["zone": "a"])
        #expect(
            try patched(
                pod, ["volumes": [["name": "v", "$retainKeys": ["name", "secret"], "secret": ["secretName": "s"]]]])[
                    "volumes"]
                == [["name": "v", "secret": ["secretName": "s"]]])
        let meta = try Patch.strategic(
            ["metadata": ["finalizers": ["x/b"], "$deleteFromPrimitiveList/finalizers": ["x/a"]]],
            onto: ["metadata": ["finalizers": ["x/a", "x/c"]]], schema: Kinds.builtin("pods").schema)
        #expect(meta[path: ["metadata", "finalizers"]] == ["x/b", "x/c"])
    }

    @Test(
        arguments: [
            (["containers": [["image": "x"]]], "map: map[image:x] does not contain declared merge key: name"),
            (
                ["containers": [["name": "a", "$patch": "frob"]]],
                "unknown patch type: frob in map: map[$patch:frob name:a]"
            ),
            (["containers": [["name": "a", "$patch": "merge"]]], "merging lists cannot yet be specified in the patch"),
            (
                ["nodeSelector": ["$patch": "merge", "zone": "a"]],
                "unknown patch type: merge in map: map[$patch:merge zone:a]"
            ),
            (["containers": [5]], "list element types are not identical: [[map[name:a]] [5]]"),
        ] as [(JSONValue, String)])
    func whatNoStrategicMergeCanBeIsRefused(_ patch: JSONValue, _ message: String) throws {
        let error = #expect(throws: StatusError.self) {
            try patched(["containers": [["name": "a"]], "nodeSelector": ["disk": "ssd"]], patch)
        }
        #expect(error?.code == 500 && error?.message == message)
    }

    @Test func aListThatWasNotThereIsTakenAsItStands() throws {
        let twice: JSONValue = [["name": "A", "value": "1"], ["name": "A", "value": "2"]]
        let result = try patched(["containers": [["name": "a"]]], ["containers": [["name": "a", "env": twice]]])
        #expect(result["containers"] == [["name": "a", "env": twice]])
    }

    @Test func aPatchHasAtMostTenThousandOperations() throws {
        func operations(_ count: Int) -> JSONValue {
            .array(Array(repeating: ["op": "test", "path": "/a", "value": 1], count: count))
        }
        #expect(try Patch.json(operations(10_000), onto: ["a": 1]) == ["a": 1])
        let error = #expect(throws: StatusError.self) { try Patch.json(operations(10_001), onto: ["a": 1]) }
        #expect(error?.code == 413)
        #expect(error?.message.hasSuffix("The allowed maximum operations in a JSON patch is 10000, got 10001") == true)
    }
}
