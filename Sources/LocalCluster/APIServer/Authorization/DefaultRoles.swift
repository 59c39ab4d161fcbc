internal import KubernetesClient

/// The ClusterRoles and bindings that every cluster has.
enum DefaultRoles {
    private static let read = ["get", "list", "watch"]
    private static let write = ["create", "delete", "deletecollection", "patch", "update"]

    private static let workloads: [(group: String, resources: [String])] = [
        (
            "",
            [
                "configmaps", "endpoints", "events", "persistentvolumeclaims", "pods", "pods/log", "pods/status",
                "replicationcontrollers", "serviceaccounts", "services", "services/status",
            ]
        ),
        (
            "apps",
            [
                "controllerrevisions", "daemonsets", "deployments", "deployments/scale", "replicasets",
                "replicasets/scale", "statefulsets", "statefulsets/scale",
            ]
        ),
        ("autoscaling", ["horizontalpodautoscalers"]), ("batch", ["cronjobs", "jobs"]),
        ("networking.k8s.io", ["ingresses", "networkpolicies"]), ("policy", ["poddisruptionbudgets"]),
        ("discovery.k8s.io", ["endpointslices"]), ("events.k8s.io", ["events"]), ("coordination.k8s.io", ["leases"]),
    ]

    private static let viewRules =
        workloads.map { rule(read, $0.group, $0.resources) } + [rule(read, "", ["namespaces"])]
    private static let editRules =
        viewRules + workloads.map { rule(write, $0.group, $0.resources) }
        + [
            rule(read + write, "", ["secrets"]), rule(["create"], "", ["pods/eviction", "serviceaccounts/token"]),
        ]
    private static let adminRules =
        editRules
        + [
            rule(read + write, "rbac.authorization.k8s.io", ["roles", "rolebindings"]),
            rule(["create"], "authorization.k8s.io", ["localsubjectaccessreviews"]),
        ]

    static let clusterRoles: [JSONValue] = [
        role("cluster-admin", [rule(["*"], "*", ["*"]), paths(["*"], ["*"])]),
        role("admin", adminRules), role("edit", editRules), role("view", viewRules),
        role(
            "system:discovery",
            [
                paths(
                    ["get"],
                    [
                        "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz",
                        "/version", "/version/",
                    ])
            ]),
        role(
            "system:basic-user",
            [
                rule(["create"], "authorization.k8s.io", ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
                rule(["create"], "authentication.k8s.io", ["selfsubjectreviews"]),
            ]),
        role(
            "system:public-info-viewer", [paths(["get"], ["/healthz", "/livez", "/readyz", "/version", "/version/"])]),
        role(
            "system:node",
            [
                rule(["create"] + read, "authentication.k8s.io", ["tokenreviews"]),
                rule(["create"], "authorization.k8s.io", ["localsubjectaccessreviews", "subjectaccessreviews"]),
                rule(["create"] + read + ["patch", "update", "delete"], "", ["nodes", "nodes/status", "pods"]),
                rule(["patch", "update"], "", ["pods/status", "services/status"]),
                rule(read, "", ["services", "endpoints", "secrets", "configmaps", "namespaces", "serviceaccounts"]),
                rule(read, "", ["persistentvolumeclaims", "persistentvolumes"]),
                rule(["create"], "", ["serviceaccounts/token", "pods/eviction"]),
                rule(["create", "patch", "update"], "", ["events"]),
                rule(["create", "patch", "update"], "events.k8s.io", ["events"]),
                rule(read + ["create", "update", "patch", "delete"], "coordination.k8s.io", ["leases"]),
                rule(read, "discovery.k8s.io", ["endpointslices"]),
                rule(read + ["patch", "update"], "networking.k8s.io", ["ingresses", "ingresses/status"]),
                rule(read + write, "metrics.k8s.io", ["pods", "nodes"]),
            ]),
    ]

    static let clusterRoleBindings: [JSONValue] = [
        binding("cluster-admin", groups: ["system:masters"]),
        binding("system:discovery", groups: ["system:authenticated"]),
        binding("system:basic-user", groups: ["system:authenticated"]),
        binding("system:public-info-viewer", groups: ["system:authenticated", "system:unauthenticated"]),
        binding("system:node", groups: ["system:nodes"]),
    ]

    private static func rule(_ verbs: [String], _ group: String, _ resources: [String]) -> JSONValue {
        ["verbs": JSONValue(verbs), "apiGroups": [.string(group)], "resources": JSONValue(resources)]
    }

    private static func paths(_ verbs: [String], _ urls: [String]) -> JSONValue {
        ["verbs": JSONValue(verbs), "nonResourceURLs": JSONValue(urls)]
    }

    private static func metadata(_ name: String) -> JSONValue {
        [
            "name": .string(name), "labels": ["kubernetes.io/bootstrapping": "rbac-defaults"],
            "annotations": ["rbac.authorization.kubernetes.io/autoupdate": "true"],
        ]
    }

    private static func role(_ name: String, _ rules: [JSONValue]) -> JSONValue {
        [
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": metadata(name),
            "rules": .array(rules),
        ]
    }

    private static func binding(_ role: String, groups: [String]) -> JSONValue {
        [
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": metadata(role),
            "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": .string(role)],
            "subjects": .array(
                groups.map { ["apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": .string($0)] }),
        ]
    }
}
