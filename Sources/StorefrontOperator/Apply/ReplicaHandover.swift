import KubernetesClient

/// Lets go of a Deployment's number of replicas without changing it.
///
/// A field that its only manager stops applying is removed, and the server's default of one pod takes its place until
/// the autoscaler has looked again. So the present number is first applied in another manager's name, which keeps it
/// until the autoscaler writes its own
/// (Kubernetes' documentation of server-side apply, "Transferring ownership").
struct ReplicaHandover: Sendable, Hashable {
    static let fieldManager = "storefront-operator-handover"

    /// The fewest replicas from now on: what a Deployment gets that had none, which no autoscaler would raise.
    var minimum: Int

    /// What is to be applied in ``fieldManager``'s name; `nil` when the operator has no say in the number anyway.
    ///
    /// - Parameter live: the Deployment with its `managedFields`.
    func object(for live: UntypedObject) -> UntypedObject? {
        guard let replicas = live["spec", "replicas"]?.integerValue, Self.isOurs(live) else { return nil }
        var object = UntypedObject(.deployment, name: live.name, namespace: live.namespace)
        object["spec", "replicas"] = JSONValue(replicas == 0 ? Int64(minimum) : replicas)
        return object
    }

    private static func isOurs(_ live: UntypedObject) -> Bool {
        let managers = live["metadata", "managedFields"]?.arrayValue ?? []
        return managers.contains { manager in
            manager["manager"]?.stringValue == ObjectApplier.fieldManager && manager["operation"] == "Apply"
                && manager[path: ["fieldsV1", "f:spec", "f:replicas"]] != nil
        }
    }
}
