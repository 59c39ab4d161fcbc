internal import KubernetesClient

/// The ClusterRoles and bindings that every cluster has.
enum DefaultRoles {
    /// Verbs, API groups and resources of rules, `|` between them, as Kubernetes grants them.
    private static let viewRules = """
        r||configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,\
        replicationcontrollers/scale,serviceaccounts,services,services/status,bindings,limitranges,namespaces/status,\
        pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status,namespaces
        r|,events.k8s.io|events
        r|discovery.k8s.io|endpointslices
        r|apps|controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,\
        replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status
        r|autoscaling|horizontalpodautoscalers,horizontalpodautoscalers/status
        r|batch|cronjobs,cronjobs/status,jobs,jobs/status
        r|extensions|daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,\
        ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale
        r|policy|poddisruptionbudgets,poddisruptionbudgets/status
        r|networking.k8s.io|ingresses,ingresses/status,networkpolicies
        """

    private static let editRules = """
        r||pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy
        impersonate||serviceaccounts
        w||pods,pods/attach,pods/exec,pods/portforward,pods/proxy,configmaps,persistentvolumeclaims,\
        replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy
        create||pods/eviction,serviceaccounts/token
        w|,events.k8s.io|events
        w|apps|daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,\
        statefulsets,statefulsets/scale
        w|autoscaling|horizontalpodautoscalers
        w|batch|cronjobs,jobs
        w|extensions|daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,networkpolicies,\
        replicasets,replicasets/scale,replicationcontrollers/scale
        w|policy|poddisruptionbudgets
        w|networking.k8s.io|ingresses,networkpolicies
        rw|coordination.k8s.io|leases
        """

    private static let adminRules = """
        create|authorization.k8s.io|localsubjectaccessreviews
        rw|rbac.authorization.k8s.io|rolebindings,roles
        """

    /// What a node agent needs that also plays proxy and ingress controller.
    private static let nodeRules = """
        create|authentication.k8s.io|tokenreviews
        create|authorization.k8s.io|localsubjectaccessreviews,subjectaccessreviews
        rw||nodes,nodes/status,pods
        w||pods/status,services/status
        r||services,endpoints,secrets,configmaps,namespaces,serviceaccounts,persistentvolumeclaims,persistentvolumes
        create||serviceaccounts/token,pods/eviction
        w|,events.k8s.io|events
        rw|coordination.k8s.io|leases
        r|discovery.k8s.io|endpointslices
        r|networking.k8s.io|ingresses
        w|networking.k8s.io|ingresses/status
        """

    private static let health = ["/healthz", "/livez", "/readyz"]

    static let clusterRoles: [JSONValue] = [
        role("cluster-admin", rules("*|*|*") + [paths(["*"], verbs: ["*"])]),
        aggregate("admin", of: "admin"), aggregate("edit", of: "edit", into: "admin"),
        aggregate("view", of: "view", into: "edit"),
        role("system:aggregate-to-admin", rules(adminRules), into: "admin"),
        role("system:aggregate-to-edit", rules(editRules), into: "edit"),
        role("system:aggregate-to-view", rules(viewRules), into: "view"),
        role(
            "system:discovery",
            [paths(["/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*", "/version", "/version/"] + health)]),
        role(
            "system:basic-user",
            rules(
                """
                create|authorization.k8s.io|selfsubjectaccessreviews,selfsubjectrulesreviews
                create|authentication.k8s.io|selfsubjectreviews
                """)),
        role("system:public-info-viewer", [paths(health + ["/version", "/version/"])]),
        role(
            "system:monitoring", rules("get||nodes/metrics") + [paths(["/metrics"] + health + health.map { $0 + "/*" })]
        ),
        role(
            "system:auth-delegator",
            rules("create|authentication.k8s.io|tokenreviews\ncreate|authorization.k8s.io|subjectaccessreviews")),
        role(
            "system:service-account-issuer-discovery",
            [paths([TokenDiscovery.configurationPath, TokenDiscovery.keysPath].flatMap { [$0, $0 + "/"] })]),
        role("system:node", rules(nodeRules)),
    ]

    static let clusterRoleBindings: [JSONValue] = [
        binding("cluster-admin", groups: ["system:masters"]),
        binding("system:discovery", groups: ["system:authenticated"]),
        binding("system:basic-user", groups: ["system:authenticated"]),
        binding("system:public-info-viewer", groups: ["system:authenticated", "system:unauthenticated"]),
        binding("system:monitoring", groups: ["system:monitoring"]),
        binding("system:service-account-issuer-discovery", groups: ["system:serviceaccounts"]),
        binding("system:node", groups: ["system:nodes"]),
    ]

    private static func rules(_ lines: String) -> [JSONValue] {
        let read = ["get", "list", "watch"]
        let write = ["create", "delete", "deletecollection", "patch", "update"]
        return lines.split(separator: "\n").map { line in
            let parts = line.split(separator: "|", omittingEmptySubsequences: false)
            let verbs =
                switch parts[0] {
                case "r": read
                case "w": write
                case "rw": write + read
                default: [String(parts[0])]
                }
            func list(_ text: Substring) -> JSONValue {
                JSONValue(text.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
            }
            return ["verbs": JSONValue(verbs), "apiGroups": list(parts[1]), "resources": list(parts[2])]
        }
    }

    private static func paths(_ urls: [String], verbs: [String] = ["get"]) -> JSONValue {
        ["verbs": JSONValue(verbs), "nonResourceURLs": JSONValue(urls)]
    }

    private static func label(_ role: String) -> String { "rbac.authorization.k8s.io/aggregate-to-\(role)" }

    /// - Parameter aggregate: the role that this one becomes part of.
    private static func metadata(_ name: String, into aggregate: String? = nil) -> JSONValue {
        var labels: JSONValue = ["kubernetes.io/bootstrapping": "rbac-defaults"]
        if let aggregate { labels[label(aggregate)] = "true" }
        return [
            "name": .string(name), "labels": labels,
            "annotations": ["rbac.authorization.kubernetes.io/autoupdate": "true"],
        ]
    }

    private static func role(_ name: String, _ rules: [JSONValue], into aggregate: String? = nil) -> JSONValue {
        [
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
            "metadata": metadata(name, into: aggregate), "rules": .array(rules),
        ]
    }

    /// A role that is the sum of all roles labelled as parts of it.
    private static func aggregate(_ name: String, of part: String, into aggregate: String? = nil) -> JSONValue {
        var role = role(name, [], into: aggregate)
        role["rules"] = nil
        role["aggregationRule"] = ["clusterRoleSelectors": [["matchLabels": .object([label(part): "true"])]]]
        return role
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
