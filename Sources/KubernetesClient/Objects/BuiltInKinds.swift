/// The kinds that most programs meet, so that nobody has to ask a server for them.
extension ResourceKind {
    private static func core(_ kind: String, _ plural: String, isNamespaced: Bool = true) -> ResourceKind {
        ResourceKind(group: "", version: "v1", plural: plural, kind: kind, isNamespaced: isNamespaced)
    }

    private static func rbac(_ kind: String, _ plural: String, isNamespaced: Bool) -> ResourceKind {
        ResourceKind(
            group: "rbac.authorization.k8s.io", version: "v1", plural: plural, kind: kind, isNamespaced: isNamespaced)
    }

    public static let pod = core("Pod", "pods")
    public static let service = core("Service", "services")
    public static let configMap = core("ConfigMap", "configmaps")
    public static let secret = core("Secret", "secrets")
    public static let serviceAccount = core("ServiceAccount", "serviceaccounts")
    public static let namespace = core("Namespace", "namespaces", isNamespaced: false)
    public static let node = core("Node", "nodes", isNamespaced: false)
    public static let event = core("Event", "events")
    public static let endpoints = core("Endpoints", "endpoints")
    public static let persistentVolumeClaim = core("PersistentVolumeClaim", "persistentvolumeclaims")
    public static let persistentVolume = core("PersistentVolume", "persistentvolumes", isNamespaced: false)

    public static let deployment = ResourceKind(group: "apps", version: "v1", plural: "deployments", kind: "Deployment")
    public static let replicaSet = ResourceKind(group: "apps", version: "v1", plural: "replicasets", kind: "ReplicaSet")
    public static let statefulSet = ResourceKind(
        group: "apps", version: "v1", plural: "statefulsets", kind: "StatefulSet")
    public static let daemonSet = ResourceKind(group: "apps", version: "v1", plural: "daemonsets", kind: "DaemonSet")
    public static let job = ResourceKind(group: "batch", version: "v1", plural: "jobs", kind: "Job")
    public static let cronJob = ResourceKind(group: "batch", version: "v1", plural: "cronjobs", kind: "CronJob")
    public static let horizontalPodAutoscaler = ResourceKind(
        group: "autoscaling", version: "v2", plural: "horizontalpodautoscalers", kind: "HorizontalPodAutoscaler")
    public static let podDisruptionBudget = ResourceKind(
        group: "policy", version: "v1", plural: "poddisruptionbudgets", kind: "PodDisruptionBudget")
    public static let networkPolicy = ResourceKind(
        group: "networking.k8s.io", version: "v1", plural: "networkpolicies", kind: "NetworkPolicy")
    public static let ingress = ResourceKind(
        group: "networking.k8s.io", version: "v1", plural: "ingresses", kind: "Ingress")
    public static let ingressClass = ResourceKind(
        group: "networking.k8s.io", version: "v1", plural: "ingressclasses", kind: "IngressClass", isNamespaced: false)
    public static let endpointSlice = ResourceKind(
        group: "discovery.k8s.io", version: "v1", plural: "endpointslices", kind: "EndpointSlice")
    public static let lease = ResourceKind(
        group: "coordination.k8s.io", version: "v1", plural: "leases", kind: "Lease")
    /// The newer Events API; the core group's ``event`` shows the same objects.
    public static let eventsV1Event = ResourceKind(
        group: "events.k8s.io", version: "v1", plural: "events", kind: "Event")
    public static let priorityClass = ResourceKind(
        group: "scheduling.k8s.io", version: "v1", plural: "priorityclasses", kind: "PriorityClass",
        isNamespaced: false)
    public static let storageClass = ResourceKind(
        group: "storage.k8s.io", version: "v1", plural: "storageclasses", kind: "StorageClass", isNamespaced: false)
    public static let customResourceDefinition = ResourceKind(
        group: "apiextensions.k8s.io", version: "v1", plural: "customresourcedefinitions",
        kind: "CustomResourceDefinition", isNamespaced: false)

    public static let role = rbac("Role", "roles", isNamespaced: true)
    public static let roleBinding = rbac("RoleBinding", "rolebindings", isNamespaced: true)
    public static let clusterRole = rbac("ClusterRole", "clusterroles", isNamespaced: false)
    public static let clusterRoleBinding = rbac("ClusterRoleBinding", "clusterrolebindings", isNamespaced: false)

    /// The kinds above, for finding one by `apiVersion` and `kind` without asking a server.
    public static let builtIn: [ResourceKind] = [
        pod, service, configMap, secret, serviceAccount, namespace, node, event, endpoints, persistentVolumeClaim,
        persistentVolume, deployment, replicaSet, statefulSet, daemonSet, job, cronJob, horizontalPodAutoscaler,
        podDisruptionBudget, networkPolicy, ingress, ingressClass, endpointSlice, lease, eventsV1Event, priorityClass,
        storageClass, customResourceDefinition, role, roleBinding, clusterRole, clusterRoleBinding,
    ]
}
