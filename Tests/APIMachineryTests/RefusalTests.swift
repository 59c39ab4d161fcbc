import APIMachinery
import KubernetesClient
import Testing

/// What a real Kubernetes 1.36 says of objects it does not take.
@Suite struct RefusalTests {
    private func refusals(_ plural: String, _ group: String, _ version: String, _ text: String) throws -> [String] {
        let definition = try Kinds.builtin(plural, group, version)
        var object = try Kinds.json(text)
        object[path: ["metadata", "name"]] = object[path: ["metadata", "name"]] ?? "x"
        object[path: ["metadata", "namespace"]] = definition.namespaced ? "ns" : nil
        object[path: ["metadata", "uid"]] = "u"
        let decoded = definition.withDefaults(try definition.decode(object).object)
        return definition.validateCreate(definition.prepareForCreate(decoded)).map(\.description)
    }

    @Test(
        arguments: [
            (
                "", "v1", #"{"eventTime":"2020-01-01T00:00:00.000000Z","reportingComponent":"a"}"#,
                ["action: Required value"]
            ),
            ("", "v1", #"{"message":"as long as it likes"}"#, []),
            (
                "events.k8s.io", "v1", #"{"series":{"count":1}}"#,
                ["series.count: Invalid value: \"\": should be at least 2", "series.lastObservedTime: Required value"]
            ),
            ("events.k8s.io", "v1", #"{"deprecatedCount":3}"#, ["count: Invalid value: \"\": needs to be unset"]),
        ] as [(String, String, String, [String])])
    func events(_ group: String, _ version: String, _ text: String, _ refusals: [String]) throws {
        let isCore = group.isEmpty
        let about: JSONValue = ["kind": "Pod", "name": "p", "namespace": "ns"]
        let plain: JSONValue =
            isCore
            ? ["involvedObject": about, "reason": "R", "reportingInstance": "i", "type": "Normal"]
            : [
                "regarding": about, "reason": "R", "reportingInstance": "i", "type": "Normal", "action": "A",
                "reportingController": "a", "eventTime": "2020-01-01T00:00:00.000000Z",
            ]
        let event = Patch.merge(try Kinds.json(text), onto: plain)
        #expect(try self.refusals("events", group, version, event.text()) == refusals)
    }

    private static let percent =
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used "
        + "for validation is '[0-9]+%')"

    @Test(arguments: [
        (
            #""type":"Foo""#,
            #"spec.strategy: Unsupported value: {"Type":"Foo","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate""#
        ),
        (
            #""type":"Recreate","rollingUpdate":{"maxSurge":1}"#,
            "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"
        ),
        (
            #""rollingUpdate":{"maxSurge":0,"maxUnavailable":"0%"}"#,
            #"spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0"#
        ),
        (
            #""rollingUpdate":{"maxUnavailable":"150%"}"#,
            #"spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "150%": must not be greater than 100%"#
        ),
        (
            #""rollingUpdate":{"maxSurge":"x"}"#,
            #"spec.strategy.rollingUpdate.maxSurge: Invalid value: "x": "# + percent
        ),
    ])
    func strategiesOfDeployments(_ strategy: String, _ refusal: String) throws {
        let text = """
            {"spec":{"selector":{"matchLabels":{"a":"b"}},"strategy":{\(strategy)},
            "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
            """
        #expect(try refusals("deployments", "apps", "v1", text) == [refusal])
    }

    @Test(arguments: [
        (
            #""env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"metadata.foo"}}}]"#,
            #"env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.foo": error converting fieldPath: field label not supported: metadata.foo"#
        ),
        (#""envFrom":[{}]"#, #"envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`"#),
        (
            #""resources":{"requests":{"example.com/x":"1"}}"#,
            "resources.limits: Required value: Limit must be set for non overcommitable resources"
        ),
        (
            #""resources":{"limits":{"cpu":"-1"},"requests":{"cpu":"-1"}}"#,
            #"resources.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0"#
        ),
        (
            #""livenessProbe":{"httpGet":{"port":0}}"#,
            "livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive"
        ),
        (
            #""readinessProbe":{"exec":{"command":["x"]},"terminationGracePeriodSeconds":1}"#,
            "readinessProbe.terminationGracePeriodSeconds: Invalid value: 1: must not be set for readinessProbes"
        ),
        (
            #""lifecycle":{"preStop":{"sleep":{"seconds":31}}}"#,
            "lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)"
        ),
        (
            #""ports":[{"containerPort":1,"hostPort":5},{"containerPort":2,"hostPort":5}]"#,
            #"ports[1].hostPort: Duplicate value: "TCP//5""#
        ),
        (
            #""terminationMessagePolicy":"X""#,
            #"terminationMessagePolicy: Unsupported value: "X": supported values: "File", "FallbackToLogsOnError""#
        ),
    ])
    func containers(_ fields: String, _ refusal: String) throws {
        let text = #"{"spec":{"containers":[{"name":"c","image":"i",\#(fields)}]}}"#
        #expect(try refusals("pods", "", "v1", text).first == "spec.containers[0].\(refusal)")
    }

    @Test(arguments: [
        (#"{"configMap":{}}"#, "configMap.name: Required value"),
        (#"{"emptyDir":{},"secret":{"secretName":"s"}}"#, "secret: Forbidden: may not specify more than 1 volume type"),
        (
            #"{"configMap":{"name":"x","defaultMode":512}}"#,
            "configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive"
        ),
        (#"{"hostPath":{"path":"/a/../b"}}"#, #"hostPath.path: Invalid value: "/a/../b": must not contain '..'"#),
        (
            #"{"downwardAPI":{"items":[{"path":"p"}]}}"#,
            "downwardAPI: Required value: one of fieldRef and resourceFieldRef is required"
        ),
    ])
    func volumes(_ volume: String, _ refusal: String) throws {
        let text = #"{"spec":{"containers":[{"name":"c","image":"i"}],"volumes":[\#(volume)]}}"#
        let named = text.replacing(#""volumes":[{"#, with: #""volumes":[{"name":"v","#)
        #expect(try refusals("pods", "", "v1", named) == ["spec.volumes[0].\(refusal)"])
    }

    @Test(arguments: [
        ("* * *", "expected exactly 5 fields, found 3: [* * *]"),
        ("99 * * * *", "end of range (99) above maximum (59): 99"),
        ("a * * * *", "failed to parse int from a: strconv.Atoi: parsing \"a\": invalid syntax"),
        ("*/0 * * * *", "step of range should be a positive number: */0"),
        ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
        ("@foo", "unrecognized descriptor: @foo"),
        ("TZ=UTC * * * * *", "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"),
        ("*/5 0-23/2 1,15 JAN-mar MON", nil), ("@daily", nil), ("0 0 31 2 *", nil),
    ])
    func schedules(_ schedule: String, _ fault: String?) throws {
        let text = """
            {"spec":{"schedule":"\(schedule)","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never",
            "containers":[{"name":"c","image":"i"}]}}}}}}
            """
        let shown = JSONValue.string(schedule).text()
        #expect(
            try refusals("cronjobs", "batch", "v1", text)
                == (fault.map { ["spec.schedule: Invalid value: \(shown): \($0)"] } ?? []))
    }

    @Test(arguments: [
        (
            #""metrics":[{"type":"Resource"}]"#,
            "spec.metrics[0].resource: Required value: must populate information for the given metric source"
        ),
        (#""minReplicas":9"#, "spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`"),
        (
            #""behavior":{"scaleUp":{"stabilizationWindowSeconds":5000}}"#,
            "spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 5000: must be less than or equal to 3600"
        ),
    ])
    func autoscalers(_ fields: String, _ refusal: String) throws {
        let text = """
            {"spec":{"maxReplicas":3,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"},\(fields)}}
            """
        #expect(try refusals("horizontalpodautoscalers", "autoscaling", "v2", text) == [refusal])
    }

    @Test(arguments: [
        (
            #""type":"ExternalName","externalName":"a.b","clusterIPs":["10.0.0.1"]"#,
            "spec.clusterIPs: Forbidden: may not be set for ExternalName services"
        ),
        (
            #""externalTrafficPolicy":"Local""#,
            #"spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services"#
        ),
        (#""ipFamilies":["IPv4","IPv4"]"#, #"spec.ipFamilies[1]: Duplicate value: "IPv4""#),
        (
            #""externalIPs":["127.0.0.1"]"#,
            #"spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)"#
        ),
        (
            #""loadBalancerClass":"a/b""#,
            "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"
        ),
    ])
    func services(_ fields: String, _ refusal: String) throws {
        #expect(try refusals("services", "", "v1", #"{"spec":{"ports":[{"port":80}],\#(fields)}}"#) == [refusal])
    }

    /// Each fault where Kubernetes tells it, one after the other.
    @Test(arguments: [
        (
            "horizontalpodautoscalers", "autoscaling", "v2",
            #"{"spec":{"minReplicas":0,"maxReplicas":-1,"scaleTargetRef":{"name":"a/b"}}}"#,
            [
                "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1",
                "spec.maxReplicas: Invalid value: -1: must be greater than or equal to 1",
                "spec.maxReplicas: Invalid value: -1: must be greater than or equal to `minReplicas`",
                "spec.scaleTargetRef.kind: Required value",
                #"spec.scaleTargetRef.name: Invalid value: "a/b": may not contain '/'"#,
                #"spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group"#,
                "spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero "
                    + "replicas",
            ]
        ),
        (
            "poddisruptionbudgets", "policy", "v1", #"{"spec":{"unhealthyPodEvictionPolicy":""}}"#,
            [
                #"spec.unhealthyPodEvictionPolicy: Unsupported value: "": supported values: "AlwaysAllow", "#
                    + #""IfHealthyBudget""#
            ]
        ),
        (
            "ingresses", "networking.k8s.io", "v1", #"{"spec":{"rules":[{"http":{"paths":[{}]}}]}}"#,
            ["spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified"]
        ),
        (
            "ingresses", "networking.k8s.io", "v1", #"{"spec":{"rules":[{"http":{"paths":[{"pathType":""}]}}]}}"#,
            [
                #"spec.rules[0].http.paths[0].pathType: Unsupported value: "": supported values: "Exact", "#
                    + #""ImplementationSpecific", "Prefix""#,
                #"spec.rules[0].http.paths[0].backend: Invalid value: "": resource or service backend is required"#,
            ]
        ),
        (
            "networkpolicies", "networking.k8s.io", "v1",
            #"{"spec":{"podSelector":{},"ingress":[{"ports":[{"port":80,"endPort":-1}]}]}}"#,
            [
                "spec.ingress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`",
                "spec.ingress[0].ports[0].endPort: Invalid value: -1: must be between 1 and 65535, inclusive",
            ]
        ),
        (
            "pods", "", "v1",
            #"{"spec":{"containers":[{"name":"c","image":"i","volumeMounts":[{}]}],"volumes":[{"name":"v","secret":{"#
                + #""secretName":"s","items":[{}]}},{"name":"d","downwardAPI":{"items":[{"path":"x","fieldRef":{}}]}}]}}"#,
            [
                "spec.volumes[0].secret.items[0].key: Required value",
                "spec.volumes[0].secret.items[0].path: Required value",
                "spec.volumes[1].downwardAPI.fieldRef.fieldPath: Required value",
                "spec.containers[0].volumeMounts[0].name: Required value",
                #"spec.containers[0].volumeMounts[0].name: Not found: """#,
                "spec.containers[0].volumeMounts[0].mountPath: Required value",
            ]
        ),
        (
            "deployments", "apps", "v1",
            #"{"spec":{"selector":{"matchExpressions":[{"key":"a"}],"matchLabels":{"a":"1"}},"template":{"metadata":{"#
                + #""labels":{"a":"1"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}"#,
            [
                #"spec.selector.matchExpressions[0].operator: Invalid value: "": not a valid selector operator"#,
                #"spec.selector: Invalid value: {"matchLabels":{"a":"1"},"matchExpressions":[{"key":"a","operator":""}]}: "#
                    + "invalid label selector",
            ]
        ),
    ])
    func faultsAreToldInKubernetesOrder(
        _ plural: String, _ group: String, _ version: String, _ text: String, _ refusals: [String]
    ) throws {
        #expect(try self.refusals(plural, group, version, text) == refusals)
    }

    @Test(arguments: [
        (
            "services", "", #"{"spec":{"ports":[{"port":80,"targetPort":99999999999}]}}"#,
            "cannot unmarshal number 99999999999 into Go struct field ServicePort.spec.ports.targetPort of type int32"
        ),
        (
            "leases", "coordination.k8s.io", #"{"spec":{"renewTime":""}}"#,
            #"parsing time "" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "" as "2006""#
        ),
        (
            "configmaps", "", #"{"metadata":{"creationTimestamp":""}}"#,
            #"parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006""#
        ),
        (
            "configmaps", "", #"{"kind":"configmap"}"#,
            #"no kind "configmap" is registered for version "v1" in scheme "#
                + #""k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30""#
        ),
        ("configmaps", "", #"{"kind":"Secret"}"#, "converting (v1.Secret) to (core.ConfigMap): unknown conversion"),
    ])
    func whatIsNoObjectOfTheKindIsNotDecoded(_ plural: String, _ group: String, _ text: String, _ why: String) throws {
        let definition = try Kinds.builtin(plural, group, "v1")
        let error = #expect(throws: StatusError.self) { try definition.decode(Kinds.json(text)) }
        #expect(error?.code == 400 && error?.message.hasSuffix(why) == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        ("nginx", "Always"), ("nginx:latest", "Always"), ("nginx:1", "IfNotPresent"), ("h:5000/a/b", "Always"),
        ("h:5000/a/b:1", "IfNotPresent"), ("a@sha256:0", "IfNotPresent"), ("No Name", "IfNotPresent"),
    ])
    func imagesArePulledBy(image: String, policy: JSONValue) throws {
        let definition = try Kinds.builtin("pods", "", "v1")
        let pod = definition.withDefaults(
            try definition.decode(["spec": ["containers": [["name": "c", "image": .string(image)]]]]).object)
        #expect(pod["spec"]?["containers"]?.arrayValue?.first?["imagePullPolicy"] == policy)
    }

    @Test func affinityThatIsNotMeantTakesItsSettingsAlong() throws {
        let definition = try Kinds.builtin("services", "", "v1")
        func settings(_ affinity: JSONValue) throws -> JSONValue? {
            let spec: JSONValue = [
                "sessionAffinity": affinity, "sessionAffinityConfig": ["clientIP": ["timeoutSeconds": 10]],
                "ports": [["port": 80]],
            ]
            return definition.withDefaults(try definition.decode(["spec": spec]).object)["spec"]?[
                "sessionAffinityConfig"]
        }
        #expect(try settings("ClientIP") == ["clientIP": ["timeoutSeconds": 10]])
        #expect(try settings("None") == nil && settings(.null) == nil)
    }

    @Test func aJobWithoutLabelsHasThoseOfItsTemplateWithItsName() throws {
        let definition = try Kinds.builtin("jobs", "batch", "v1")
        func labels(_ own: JSONValue) throws -> JSONValue? {
            let job: JSONValue = [
                "metadata": ["name": "j", "uid": "u", "labels": own],
                "spec": [
                    "template": [
                        "metadata": ["labels": ["a": "1"]],
                        "spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "i"]]],
                    ]
                ],
            ]
            return definition.prepareForCreate(definition.withDefaults(try definition.decode(job).object))["metadata"]?[
                "labels"]
        }
        #expect(
            try labels(.null) == [
                "a": "1", "batch.kubernetes.io/controller-uid": "u", "batch.kubernetes.io/job-name": "j",
                "controller-uid": "u", "job-name": "j",
            ])
        #expect(try labels(["a": "1"]) == ["a": "1"])
    }

    @Test func containersOfStatefulSetsMountWhatIsClaimedForThem() throws {
        func set(_ mounted: String) -> String {
            """
            {"spec":{"serviceName":"s","selector":{"matchLabels":{"a":"b"}},"volumeClaimTemplates":[{"metadata":
            {"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}],
            "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","volumeMounts":
            [{"name":"\(mounted)","mountPath":"/d"}]}]}}}}
            """
        }
        #expect(try refusals("statefulsets", "apps", "v1", set("data")) == [])
        #expect(
            try refusals("statefulsets", "apps", "v1", set("other"))
                == ["spec.template.spec.containers[0].volumeMounts[0].name: Not found: \"other\""])
    }

    @Test func unknownAndWrongFieldsAreToldInTheOrderOfTheText() throws {
        let definition = try Kinds.builtin("configmaps")
        let body = try Kinds.json(#"{"metadata":{"name":"a","y":1},"b":2,"a":3}"#)
        let error = #expect(throws: StatusError.self) {
            try definition.decode(body, validation: .strict) { ["metadata", "metadata.name", "metadata.y", "b", "a"] }
        }
        #expect(
            error?.message.hasSuffix(
                "unknown field \"metadata.y\", unknown field \"b\", unknown field \"a\"") == true)
        let other = #expect(throws: StatusError.self) {
            try definition.decode(["apiVersion": "v2", "kind": "ConfigMap"])
        }
        #expect(other?.message.contains("no kind \"ConfigMap\" is registered for version \"v2\"") == true)
    }
}
