import APIMachinery
import KubernetesClient
import Testing

/// What a real Kubernetes 1.36 says of changes it does not take.
@Suite struct UpdateRefusalTests {
    private func refusals(
        _ plural: String, _ before: JSONValue, _ patch: JSONValue, subresource: String? = nil
    ) throws -> [String] {
        var object = OneObject(try Kinds.builtin(plural))
        var named = before
        named["metadata"] = ["name": "x", "namespace": object.definition.namespaced ? "ns" : .null]
        try object.write(named, as: "test")
        do {
            try object.merge(patch, as: "test", subresource: subresource)
            return []
        } catch let error as StatusError {
            return error.details?.causes.map { "\($0.field ?? ""): \($0.message)" } ?? []
        }
    }

    private func podRefusals(_ spec: JSONValue, _ patch: JSONValue) throws -> [String] {
        try refusals("pods", ["spec": Patch.merge(spec, onto: Self.spec)], ["spec": patch])
    }

    private static let spec: JSONValue = ["containers": [["name": "c", "image": "i"]]]
    private static let onlySome =
        "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
        + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing "
        + "tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"

    @Test(
        arguments: [
            ["nodeName": "n1"], ["restartPolicy": "Never"], ["nodeSelector": ["a": "b"]], ["hostname": "h"],
            ["priority": 5], ["terminationGracePeriodSeconds": 1],
            ["ephemeralContainers": [["name": "e", "image": "e"]]],
        ] as [JSONValue])
    func mostOfAPodIsFixed(_ patch: JSONValue) throws {
        #expect(try podRefusals([:], patch) == [Self.onlySome])
    }

    @Test func imagesDeadlinesAndFurtherTolerationsMayChange() throws {
        #expect(try podRefusals([:], ["containers": [["name": "c", "image": "j"]]]) == [])
        #expect(try podRefusals([:], ["activeDeadlineSeconds": 9]) == [])
        #expect(try podRefusals(["activeDeadlineSeconds": 9], ["activeDeadlineSeconds": 8]) == [])
        #expect(
            try podRefusals(["activeDeadlineSeconds": 9], ["activeDeadlineSeconds": 10])
                == ["spec.activeDeadlineSeconds: Invalid value: 10: must be less than or equal to previous value"])
        let known: JSONValue = ["tolerations": [["key": "a", "operator": "Exists"]]]
        #expect(
            try podRefusals(known, ["tolerations": [["key": "a", "operator": "Exists"], ["key": "b"]]]) == [])
        #expect(
            try podRefusals(known, ["tolerations": [["key": "b"]]])
                == [
                    "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds"
                ])
        #expect(
            try podRefusals([:], ["containers": [["name": "c", "image": "i"], ["name": "d", "image": "d"]]])
                == ["spec.containers: Forbidden: pod updates may not add or remove containers"])
    }

    @Test func aPodThatWaitsMayBeNarrowedAndLetGo() throws {
        let gated: JSONValue = ["schedulingGates": [["name": "a.b/c"]], "nodeSelector": ["x": "y"]]
        #expect(try podRefusals(gated, ["nodeSelector": ["z": "y"]]) == [])
        #expect(try podRefusals(gated, ["schedulingGates": []]) == [])
        #expect(
            try podRefusals(gated, ["nodeSelector": ["x": "1"]])
                == [
                    "spec.nodeSelector: Invalid value: {\"x\":\"1\"}: only additions to spec.nodeSelector are allowed "
                        + "(no mutations or deletions)"
                ])
        #expect(
            try podRefusals(gated, ["schedulingGates": [["name": "q.b/d"]]])
                == [
                    "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate "
                        + "'q.b/d'"
                ])
    }

    @Test(
        arguments: [
            (
                ["podIPs": [["ip": "nope"]]], "podIPs[0]",
                "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
            ),
            (["podIP": "01.2.3.4"], "podIPs[0]", "must not have leading 0s"),
            (
                ["podIPs": [["ip": "1.2.3.4"], ["ip": "1.2.3.5"]]], "podIPs",
                "may specify no more than one IP for each IP family"
            ),
            (["hostIP": "1.1.1.1", "hostIPs": [["ip": "1.1.1.2"]]], "hostIPs[0].ip", "must be equal to `hostIP`"),
            (["qosClass": "Guaranteed"], "qosClass", "field is immutable"),
            (["observedGeneration": -1], "observedGeneration", "must be a non-negative integer"),
        ] as [(JSONValue, String, String)])
    func statusesOfPods(_ status: JSONValue, _ field: String, _ why: String) throws {
        let told = try refusals("pods", ["spec": Self.spec], ["status": status], subresource: "status")
        #expect(told.count == 1)
        #expect(told.first?.hasPrefix("status.\(field): Invalid value: ") == true, "\(told)")
        #expect(told.first?.hasSuffix(": \(why)") == true, "\(told)")
    }

    @Test func aPodsFirstAddressIsItsAddress() throws {
        var pod = OneObject(try Kinds.builtin("pods"))
        try pod.write(["metadata": ["name": "x", "namespace": "ns"], "spec": Self.spec], as: "test")
        try pod.merge(["status": ["podIP": "1.2.3.4"]], as: "node", subresource: "status")
        #expect(pod.value?[path: ["status", "podIPs"]] == [["ip": "1.2.3.4"]])
        try pod.merge(["status": ["podIP": "1.2.3.5"]], as: "node", subresource: "status")
        #expect(pod.value?[path: ["status", "podIPs"]] == [["ip": "1.2.3.5"]])
    }

    @Test(
        arguments: [
            (
                ["podCIDR": "10.1.0.0/24"], ["podCIDR": "10.2.0.0/24"],
                "spec.podCIDRs: Forbidden: node updates may not change podCIDR except from \"\" to valid"
            ),
            (
                ["providerID": "a"], ["providerID": .null],
                "spec.providerID: Forbidden: node updates may not change providerID except from \"\" to valid"
            ),
            ([:], ["externalID": "x"], "spec.externalID: Forbidden: may not be updated"),
            ([:], ["taints": [["key": "a"]]], "metadata.taints[0].effect: Required value"),
            (
                [:],
                [
                    "taints": [
                        ["key": "a", "effect": "NoSchedule"], ["key": "a", "effect": "NoSchedule", "value": "x"],
                    ]
                ],
                "metadata.taints[1]: Duplicate value: {\"Key\":\"a\",\"Value\":\"x\",\"Effect\":\"NoSchedule\",\"TimeAdded\":null}: taints must be unique by key and effect pair"
            ),
        ] as [(JSONValue, JSONValue, String)])
    func nodes(_ before: JSONValue, _ patch: JSONValue, _ refusal: String) throws {
        #expect(Set(try refusals("nodes", ["spec": before], ["spec": patch])) == [refusal])
    }

    @Test func theTemplatesOfClaimsAreReadAsTheyAreShown() throws {
        let definition = try Kinds.builtin("statefulsets", "apps")
        let text = """
            {"spec":{"serviceName":"x","selector":{"matchLabels":{"a":"b"}},"template":{"spec":{"containers":[]}},
            "volumeClaimTemplates":[{"metadata":{"name":"v"},"spec":{"accessModes":["ReadWriteOnce"]}}]}}
            """
        let shown = definition.withDefaults(try definition.decode(Kinds.json(text)).object)
        #expect(shown[path: ["spec", "volumeClaimTemplates"]]?[0]?["kind"] == "PersistentVolumeClaim")
        #expect(try definition.decode(shown, validation: .strict).object == shown)
    }

    @Test func aSuspendedJobsPodsMayRunElsewhereButAreTheSame() throws {
        func refusals(_ patch: JSONValue) throws -> [String] {
            var job = OneObject(try Kinds.builtin("jobs", "batch"))
            try job.write(
                [
                    "metadata": ["name": "x", "namespace": "ns"],
                    "spec": [
                        "suspend": true,
                        "template": ["spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "i"]]]],
                    ],
                ], as: "test")
            do {
                try job.merge(["spec": ["template": ["spec": patch]]], as: "test")
                return []
            } catch let error as StatusError { return error.details?.causes.compactMap(\.field) ?? [] }
        }
        #expect(try refusals(["nodeSelector": ["a": "b"], "tolerations": [["key": "k"]]]) == [])
        #expect(try refusals(["restartPolicy": "OnFailure"]) == ["spec.template.spec"])
    }

    @Test func aLiveNamespaceIsActive() throws {
        #expect(
            try refusals("namespaces", [:], ["status": ["phase": "Terminating"]], subresource: "status")
                == [
                    "status.Phase: Invalid value: \"Terminating\": may only be 'Active' if `deletionTimestamp` is empty"
                ])
    }

    @Test func wholeFloatsAreIntegersOnlyInDocumentsReadBefore() throws {
        let definition = try Kinds.builtin("pods")
        let pod = try Kinds.json(#"{"spec":{"priority":2.0,"containers":[]}}"#)
        #expect(throws: StatusError.self) { try definition.decode(pod) }
        #expect(try definition.decode(pod, isConverted: true).object[path: ["spec", "priority"]] == 2)
    }
}
