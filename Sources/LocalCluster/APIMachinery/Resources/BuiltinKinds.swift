/// The kinds that are always served.
public enum BuiltinKinds {
    /// Every resource, in no particular order.
    public static let all: [ResourceDefinition] = lines.split(separator: "\n").compactMap { definition(of: $0) }

    /// Every built-in type by its qualified name, such as `io.k8s.api.core.v1.PodSpec`.
    public static let types: [String: Schema] = SchemaNotation.types([
        SchemaNotation.meta, SchemaNotation.core, SchemaNotation.workloads, SchemaNotation.others,
    ])

    /// The schema of `metadata`.
    public static let metadata = types["io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"]

    /// Package and kind; plural and short names; `n` namespaced, `s` status, `g` generation, `c` category all,
    /// `x` scale, `o` create only, `r` read only.
    private static let lines = """
        core.v1 Namespace namespaces ns s
        core.v1 Node nodes no s
        core.v1 Pod pods po nscg
        core.v1 Service services svc nsc
        core.v1 Endpoints endpoints ep n
        core.v1 ConfigMap configmaps cm n
        core.v1 Secret secrets - n
        core.v1 ServiceAccount serviceaccounts sa n
        core.v1 Event events ev n
        core.v1 PersistentVolumeClaim persistentvolumeclaims pvc ns
        core.v1 PersistentVolume persistentvolumes pv s
        core.v1 ReplicationController replicationcontrollers rc nsgcx
        core.v1 ResourceQuota resourcequotas quota ns
        core.v1 LimitRange limitranges limits n
        apps.v1 Deployment deployments deploy nsgcx
        apps.v1 ReplicaSet replicasets rs nsgcx
        apps.v1 StatefulSet statefulsets sts nsgcx
        apps.v1 DaemonSet daemonsets ds nsgc
        apps.v1 ControllerRevision controllerrevisions - n
        batch.v1 Job jobs - nsgc
        batch.v1 CronJob cronjobs cj nsgc
        autoscaling.v2 HorizontalPodAutoscaler horizontalpodautoscalers hpa nsc
        policy.v1 PodDisruptionBudget poddisruptionbudgets pdb nsg
        networking.v1 NetworkPolicy networkpolicies netpol ng
        networking.v1 Ingress ingresses ing nsg
        networking.v1 IngressClass ingressclasses - g
        discovery.v1 EndpointSlice endpointslices - ng
        coordination.v1 Lease leases - n
        events.v1 Event events ev n
        rbac.v1 Role roles - n
        rbac.v1 RoleBinding rolebindings - n
        rbac.v1 ClusterRole clusterroles - -
        rbac.v1 ClusterRoleBinding clusterrolebindings - -
        apiextensions.v1 CustomResourceDefinition customresourcedefinitions crd,crds sge
        scheduling.v1 PriorityClass priorityclasses pc g
        storage.v1 StorageClass storageclasses sc -
        admissionregistration.v1 ValidatingWebhookConfiguration validatingwebhookconfigurations - g
        admissionregistration.v1 MutatingWebhookConfiguration mutatingwebhookconfigurations - g
        metrics.v1beta1 PodMetrics pods - nr
        metrics.v1beta1 NodeMetrics nodes - r
        authentication.v1 TokenReview tokenreviews - o
        authentication.v1 SelfSubjectReview selfsubjectreviews - o
        authorization.v1 SubjectAccessReview subjectaccessreviews - o
        authorization.v1 SelfSubjectAccessReview selfsubjectaccessreviews - o
        authorization.v1 SelfSubjectRulesReview selfsubjectrulesreviews - o
        authorization.v1 LocalSubjectAccessReview localsubjectaccessreviews - no
        """

    /// The full group and the Go package of the groups whose short name is not theirs.
    private static let groups: [String: String] = [
        "core": "", "networking": "networking.k8s.io", "discovery": "discovery.k8s.io",
        "coordination": "coordination.k8s.io", "events": "events.k8s.io", "rbac": "rbac.authorization.k8s.io",
        "admissionregistration": "admissionregistration.k8s.io", "apiextensions": "apiextensions.k8s.io",
        "scheduling": "scheduling.k8s.io", "storage": "storage.k8s.io",
        "metrics": "metrics.k8s.io", "authentication": "authentication.k8s.io",
        "authorization": "authorization.k8s.io",
    ]
    private static let packages: [String: String] = [
        "apiextensions": "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions",
        "metrics": "io.k8s.metrics.pkg.apis.metrics",
    ]

    private static func definition(of line: Substring) -> ResourceDefinition? {
        let words = line.split(separator: " ").map(String.init)
        let package = words[0].split(separator: ".").map(String.init)
        let group = groups[package[0]] ?? package[0]
        let typeName = "\(packages[package[0]] ?? "io.k8s.api.\(package[0])").\(package[1]).\(words[1])"
        guard let schema = types[typeName] else { return nil }
        let flags = words[4]
        var definition = ResourceDefinition(
            group: group, version: package[1], kind: words[1], listKind: words[1] + "List", plural: words[2],
            singular: words[1].lowercased(), namespaced: flags.contains("n"), storageGroup: group,
            storageVersion: package[1],
            schema: schema.withTypeMeta)
        definition.shortNames = words[3] == "-" ? [] : words[3].split(separator: ",").map(String.init)
        definition.hasStatus = flags.contains("s")
        definition.hasGeneration = flags.contains("g")
        if definition.kind == "Namespace" { definition.verbs.removeAll { $0 == "deletecollection" } }
        if flags.contains("c") { definition.categories = ["all"] }
        if flags.contains("e") { definition.categories = ["api-extensions"] }
        if flags.contains("o") { definition.verbs = ["create"] }
        if flags.contains("r") {
            definition.verbs = ["get", "list"]
            definition.singular = ""
        }
        if flags.contains("x") {
            definition.scale = ResourceDefinition.Scale(
                specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas", labelSelectorPath: nil)
        }
        if group == "events.k8s.io" {
            definition.storageGroup = ""
            definition.storageVersion = "v1"
        }
        definition.extraSubresources = extraSubresources[words[2]].flatMap { group.isEmpty ? $0 : nil } ?? []
        return definition
    }

    private static let extraSubresources: [String: [ResourceDefinition.ExtraSubresource]] = [
        "pods": [
            .init(name: "binding", group: "", version: "v1", kind: "Binding", verbs: ["create"]),
            .init(name: "eviction", group: "policy", version: "v1", kind: "Eviction", verbs: ["create"]),
            .init(name: "log", group: "", version: "v1", kind: "Pod", verbs: ["get"]),
        ],
        "serviceaccounts": [
            .init(
                name: "token", group: "authentication.k8s.io", version: "v1", kind: "TokenRequest", verbs: ["create"])
        ],
        "namespaces": [
            .init(name: "finalize", group: "", version: "v1", kind: "Namespace", verbs: ["update"])
        ],
    ]

    /// Whether a kind is among the built-in ones.
    /// What is said of a kind that a version does not have.
    public static func unregistered(_ kind: String, apiVersion: String) -> String {
        "no kind \"\(kind)\" is registered for version \"\(apiVersion)\" in scheme "
            + "\"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\""
    }

    static func knows(_ kind: String, apiVersion: String) -> Bool {
        all.contains { $0.kind == kind && $0.apiVersion == apiVersion }
    }

    /// The definition of a built-in resource.
    public static func find(group: String, version: String, plural: String) -> ResourceDefinition? {
        all.first { $0.group == group && $0.version == version && $0.plural == plural }
    }
}

extension Schema {
    /// With the members every object has.
    var withTypeMeta: Schema {
        with { fields in
            fields.properties["apiVersion"] = Schema(.string)
            fields.properties["kind"] = Schema(.string)
        }
    }
}
