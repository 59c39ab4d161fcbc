internal import APIMachinery
internal import KubernetesClient

/// The objects that every cluster has from its first start: namespaces, default roles, the server's own Service.
struct Bootstrap {
    let store: ObjectStore
    let registry: Registry
    let services: ServiceAllocator
    let configuration: APIServerConfiguration

    func run() throws {
        for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
            try create([
                "apiVersion": "v1", "kind": "Namespace",
                "metadata": ["name": .string(name), "labels": ["kubernetes.io/metadata.name": .string(name)]],
                "spec": ["finalizers": ["kubernetes"]], "status": ["phase": "Active"],
            ])
        }
        for role in DefaultRoles.clusterRoles {
            try create(role, replacing: role["aggregationRule"] == nil ? "rules" : "aggregationRule")
        }
        for binding in DefaultRoles.clusterRoleBindings { try create(binding) }
        for (name, value, whose) in [
            (
                "system-cluster-critical", 2_000_000_000,
                "run in the cluster, but can be moved to another node if necessary"
            ), ("system-node-critical", 2_000_001_000, "not be moved from their current node"),
        ] {
            try create([
                "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": ["name": .string(name)],
                "value": JSONValue(value), "description": .string("Used for system critical pods that must \(whose)."),
            ])
        }
        try createOwnService()
    }

    /// Stores an object that is not there yet; one that is there gets the field `replacing` as it is now.
    private func create(_ object: JSONValue, replacing field: String? = nil) throws {
        let version = object.text("apiVersion").split(separator: "/").map(String.init)
        let group = version.count == 2 ? version[0] : ""
        guard
            let definition = registry.all.first(where: {
                $0.group == group && $0.version == version.last && $0.kind == object.text("kind")
            })
        else { return }
        let namespace = object.text("metadata", "namespace")
        let name = object.text("metadata", "name")
        if let stored = store.object(definition.storageKey, namespace, name) {
            var old = stored.value()
            guard let field, old[field] != object[field] else { return }
            old[field] = object[field]
            _ = try store.commit(
                StoreChange(
                    resource: definition.storageKey, namespace: namespace, name: name, basis: stored.revision,
                    object: old))
            return
        }
        let status = object["status"]
        var new = object
        new[path: ["metadata", "uid"]] = .string(newUID())
        new[path: ["metadata", "creationTimestamp"]] = .string(timestamp())
        new = definition.prepareForCreate(definition.withDefaults(new))
        if let status { new["status"] = status }
        if definition.isService { new = try services.allocate(new, old: nil).0 }
        _ = try store.commit(
            StoreChange(resource: definition.storageKey, namespace: namespace, name: name, basis: nil, object: new))
    }

    /// `kubernetes.default.svc`, whose only endpoint is this server.
    private func createOwnService() throws {
        guard configuration.port != 0 else { return }
        let labels: JSONValue = ["component": "apiserver", "provider": "kubernetes"]
        try create([
            "apiVersion": "v1", "kind": "Service",
            "metadata": ["name": "kubernetes", "namespace": "default", "labels": labels],
            "spec": [
                "type": "ClusterIP",
                "ports": [
                    ["name": "https", "port": 443, "protocol": "TCP", "targetPort": JSONValue(configuration.port)]
                ],
            ],
        ])
        try create(
            [
                "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
                "metadata": [
                    "name": "kubernetes", "namespace": "default",
                    "labels": ["kubernetes.io/service-name": "kubernetes"],
                ],
                "addressType": "IPv4",
                "ports": [["name": "https", "port": JSONValue(configuration.port), "protocol": "TCP"]],
                "endpoints": [["addresses": [.string(configuration.host)], "conditions": ["ready": true]]],
            ], replacing: "endpoints")
    }
}
