import APIMachinery
import KubernetesClient
import Testing

@Suite struct BuiltinKindTests {
    private func stored(_ plural: String, group: String = "", version: String = "v1", _ object: JSONValue) throws
        -> JSONValue
    {
        var kind = OneObject(try Kinds.builtin(plural, group, version))
        try kind.write(object, as: "test")
        return try #require(kind.value)
    }

    private func refusal(
        _ plural: String, group: String = "", version: String = "v1", _ object: JSONValue, old: JSONValue? = nil
    ) throws -> [String] {
        let definition = try Kinds.builtin(plural, group, version)
        func complete(_ value: JSONValue) throws -> JSONValue {
            var value = value
            if value["metadata"] == nil { value["metadata"] = ["name": "x", "namespace": "ns"] }
            return definition.withDefaults(try definition.decode(value).object)
        }
        guard let old else { return definition.validateCreate(try complete(object)).map(\.description).sorted() }
        let before = definition.prepareForCreate(try complete(old))
        let after = definition.prepareForUpdate(try complete(object), old: before)
        return definition.validateUpdate(after, old: before).map(\.description).sorted()
    }

    private let podTemplate: JSONValue = [
        "metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "c", "image": "example.com/c"]]],
    ]

    @Test func everyKindHasASchemaAndItsNames() {
        #expect(Set(BuiltinKinds.all.map { "\($0.apiVersion)/\($0.plural)" }).count == 46)
        for kind in BuiltinKinds.all { #expect(kind.schema.properties["metadata"] != nil, "\(kind.kind)") }
        let pod = BuiltinKinds.types["io.k8s.api.core.v1.PodSpec"]
        #expect(pod?.properties["containers"]?.listType == .map(keys: ["name"]))
        #expect(pod?.properties["volumes"]?.patchStrategy == ["merge", "retainKeys"])
        #expect(pod?.properties["containers"]?.items?.properties["ports"]?.patchMergeKey == "containerPort")
    }

    @Test func aDeploymentIsFilledWithDefaults() throws {
        let spec = try stored(
            "deployments", group: "apps",
            [
                "metadata": ["name": "d", "namespace": "ns"],
                "spec": ["selector": ["matchLabels": ["app": "web"]], "template": podTemplate],
            ])["spec"]
        #expect(spec?["replicas"] == 1)
        #expect(
            spec?["strategy"] == [
                "type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": "25%", "maxSurge": "25%"],
            ])
        #expect(
            spec?[path: ["template", "spec"]] == [
                "containers": [
                    [
                        "name": "c", "image": "example.com/c", "resources": [:], "imagePullPolicy": "Always",
                        "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
                    ]
                ], "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
                "securityContext": [:], "schedulerName": "default-scheduler",
            ])
    }

    @Test func quantitiesTimesAndZeroValuesHaveOneForm() throws {
        let pod = try stored(
            "pods",
            [
                "metadata": ["name": "p", "namespace": "ns", "labels": [:], "creationTimestamp": .null],
                "spec": [
                    "hostNetwork": false, "nodeName": "",
                    "containers": [
                        [
                            "name": "c", "image": "c:1.2", "command": [],
                            "resources": ["requests": ["cpu": "0.5", "memory": "1024Ki"], "limits": ["cpu": 2]],
                        ]
                    ], "tolerations": [["key": "a", "effect": "NoExecute", "tolerationSeconds": 0]],
                ],
            ])
        let spec = try #require(pod["spec"])
        #expect(spec["hostNetwork"] == nil)
        #expect(spec["nodeName"] == nil)
        let container = spec["containers"]?[0]
        #expect(container?["command"] == nil)
        #expect(container?["imagePullPolicy"] == "IfNotPresent")
        #expect(container?["resources"] == ["requests": ["cpu": "500m", "memory": "1Mi"], "limits": ["cpu": "2"]])
        #expect(spec["tolerations"]?[0] == ["key": "a", "effect": "NoExecute", "tolerationSeconds": 0])
        #expect(spec["tolerations"]?.arrayValue?.count == 3)
        #expect(pod["status"] == ["phase": "Pending", "qosClass": "Burstable"])
        let lease = try Kinds.builtin("leases", "coordination.k8s.io")
        let renewed = try lease.decode(["spec": ["renewTime": "2024-01-01T02:00:32.000001+02:00"]]).object
        #expect(renewed[path: ["spec", "renewTime"]] == "2024-01-01T00:00:32.000001Z")
        for bad in ["2024-01-01T00:00:30.5Z", "2024-01-01T00:00:30Z", "soon"] {
            let error = #expect(throws: StatusError.self) { try lease.decode(["spec": ["renewTime": .string(bad)]]) }
            #expect(error?.message.contains("cannot be handled as a Lease: parsing time") == true)
        }
    }

    @Test(arguments: [
        ("0.5", "500m"), ("1024Ki", "1Mi"), ("0.5Gi", "512Mi"), ("1500m", "1500m"), ("2000m", "2"), ("1000M", "1G"),
        ("0", "0"), ("0Ki", "0"), ("1.5Gi", "1536Mi"), ("-250m", "-250m"), ("1e3", "1e3"), ("100Ki", "100Ki"),
        ("1Gb", nil), ("", nil), ("one", nil), ("1.2.3", nil),
    ])
    func quantitiesAreCanonical(_ text: String, _ canonical: String?) throws {
        let pods = try Kinds.builtin("pods")
        let body: JSONValue = ["spec": ["overhead": ["cpu": .string(text)]]]
        guard let canonical else {
            #expect(throws: StatusError.self) { try pods.decode(body) }
            return
        }
        #expect(try pods.decode(body).object[path: ["spec", "overhead", "cpu"]] == .string(canonical))
    }

    @Test func unknownFieldsAreToldWithTheirPaths() throws {
        let deployments = try Kinds.builtin("deployments", "apps")
        let body: JSONValue = [
            "spec": [
                "replicaz": 3, "template": ["spec": ["containers": [["name": "web", "imagePolicy": "Always"]]]],
            ]
        ]
        let error = #expect(throws: StatusError.self) { try deployments.decode(body, validation: .strict) }
        #expect(
            error?.message
                == "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field "
                + "\"spec.template.spec.containers[0].imagePolicy\", unknown field \"spec.replicaz\"")
        let warned = try deployments.decode(body, duplicateKeys: ["spec.x"], validation: .warn)
        #expect(warned.warnings.first == "duplicate field \"spec.x\"")
        #expect(warned.warnings.count == 3)
        let wrong = #expect(throws: StatusError.self) {
            try Kinds.builtin("configmaps").decode(["data": ["k": 1]])
        }
        #expect(
            wrong?.message
                == "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go "
                + "struct field ConfigMap.data of type string")
    }

    @Test func servicesJobsAndSecretsAreCompleted() throws {
        let service = try stored(
            "services", ["metadata": ["name": "s", "namespace": "ns"], "spec": ["ports": [["port": 80]]]])
        #expect(
            service["spec"] == [
                "ports": [["protocol": "TCP", "port": 80, "targetPort": 80]], "type": "ClusterIP",
                "sessionAffinity": "None", "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack",
                "internalTrafficPolicy": "Cluster",
            ])
        var template = podTemplate
        template[path: ["spec", "restartPolicy"]] = "Never"
        let job = try stored(
            "jobs", group: "batch", ["metadata": ["name": "j", "namespace": "ns"], "spec": ["template": template]])
        let uid = try #require(job[path: ["metadata", "uid"]])
        #expect(job[path: ["spec", "selector"]] == ["matchLabels": ["batch.kubernetes.io/controller-uid": uid]])
        #expect(job[path: ["spec", "template", "metadata", "labels", "job-name"]] == "j")
        #expect(job[path: ["spec", "podReplacementPolicy"]] == "TerminatingOrFailed")
        let secret = try stored(
            "secrets",
            ["metadata": ["name": "s", "namespace": "ns"], "stringData": ["user": "ada"], "data": ["raw": "AAE="]])
        #expect(secret["data"] == ["user": "YWRh", "raw": "AAE="])
        #expect(secret["type"] == "Opaque")
    }

    @Test func whatIsWrongIsSaidAsKubernetesSaysIt() throws {
        let meta: JSONValue = ["name": "d", "namespace": "ns"]
        #expect(
            try refusal("deployments", group: "apps", ["metadata": meta, "spec": [:]]) == [
                "spec.selector: Required value",
                "spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`",
                "spec.template.spec.containers: Required value",
            ])
        let selector: JSONValue = [
            "matchExpressions": [["key": "app", "operator": "In"], ["key": "app", "operator": "Like"]]
        ]
        #expect(
            try refusal(
                "deployments", group: "apps",
                ["metadata": meta, "spec": ["selector": selector, "template": podTemplate]]
            )
            .prefix(2) == [
                "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' "
                    + "or 'NotIn'",
                "spec.selector.matchExpressions[1].operator: Invalid value: \"Like\": not a valid selector operator",
            ])
        #expect(
            try refusal("services", ["metadata": meta, "spec": ["ports": [["port": 80], ["port": 81]]]])
                == ["spec.ports[0].name: Required value", "spec.ports[1].name: Required value"])
        #expect(
            try refusal("configmaps", ["metadata": ["name": "a", "labels": ["-app": "x"]]])
                .first?.hasPrefix("metadata.labels: Invalid value: \"-app\": name part must consist of") == true)
        #expect(
            try refusal(
                "horizontalpodautoscalers", group: "autoscaling", version: "v2",
                ["metadata": meta, "spec": ["maxReplicas": 1]]) == [
                    "spec.scaleTargetRef.apiVersion: Invalid value: \"\": apiVersion must specify API group",
                    "spec.scaleTargetRef.kind: Required value", "spec.scaleTargetRef.name: Required value",
                ])
        #expect(
            try refusal(
                "roles", group: "rbac.authorization.k8s.io",
                ["metadata": meta, "rules": [["verbs": ["get"], "apiGroups": [""]]]])
                == ["rules[0].resources: Required value: resource rules must supply at least one resource"])
    }

    @Test func podsAreCheckedInDetail() throws {
        func pod(_ container: JSONValue, _ rest: JSONValue = [:]) throws -> [String] {
            var container = container
            if container["name"] == nil { container["name"] = "c" }
            if container["image"] == nil { container["image"] = "i" }
            var spec = rest
            spec["containers"] = [container]
            return try refusal("pods", ["spec": spec])
        }
        #expect(try pod([:]) == [])
        #expect(
            try pod(["volumeMounts": [["name": "v", "mountPath": "/v"]]])
                == ["spec.containers[0].volumeMounts[0].name: Not found: \"v\""])
        #expect(
            try pod(["ports": [["containerPort": 70000]]])
                == [
                    "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive"
                ])
        #expect(
            try pod(["livenessProbe": [:]]) == [
                "spec.containers[0].livenessProbe: Required value: must specify a handler type"
            ])
        #expect(
            try pod(["resources": ["requests": ["cpu": 2], "limits": ["cpu": "1500m"]]])
                == [
                    "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1500m"
                ])
        #expect(
            try pod([:], ["restartPolicy": "Sometimes"])
                == [
                    "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"OnFailure\", \"Never\""
                ])
    }

    @Test func immutableFieldsStay() throws {
        #expect(
            try refusal("secrets", ["type": "b/c"], old: ["type": "a/b"])
                == ["type: Invalid value: \"b/c\": field is immutable"])
        #expect(
            try refusal(
                "configmaps", ["data": ["k": "2"], "immutable": true], old: ["data": ["k": "1"], "immutable": true])
                == ["data: Forbidden: field is immutable when `immutable` is set"])
        func deployment(_ labels: JSONValue) -> JSONValue {
            var template = podTemplate
            template[path: ["metadata", "labels"]] = ["app": "web", "tier": "a"]
            return ["spec": ["selector": ["matchLabels": labels], "template": template]]
        }
        #expect(
            try refusal("deployments", group: "apps", deployment(["tier": "a"]), old: deployment(["app": "web"]))
                == ["spec.selector: Invalid value: {\"matchLabels\":{\"tier\":\"a\"}}: field is immutable"])
    }

    @Test func generationCountsTheSpecAlone() throws {
        var deployment = OneObject(try Kinds.builtin("deployments", "apps"))
        try deployment.write(
            [
                "metadata": ["name": "d", "namespace": "ns", "generation": 7],
                "spec": ["selector": ["matchLabels": ["app": "web"]], "template": podTemplate],
                "status": ["replicas": 3],
            ],
            as: "a")
        func generation() -> JSONValue? { deployment.value?[path: ["metadata", "generation"]] }
        #expect(generation() == 1)
        #expect(deployment.value?["status"] == [:])
        try deployment.merge(["metadata": ["labels": ["a": "b"]]], as: "a")
        try deployment.merge(["status": ["replicas": 9]], as: "a")
        #expect(generation() == 1)
        #expect(deployment.value?["status"] == [:])
        try deployment.merge(["status": ["replicas": 2], "spec": ["replicas": 5]], as: "c", subresource: "status")
        #expect(deployment.value?["status"] == ["replicas": 2])
        #expect(deployment.value?[path: ["spec", "replicas"]] == 1)
        try deployment.merge(["spec": ["minReadySeconds": 3]], as: "a")
        #expect(generation() == 2)
    }
}
