import KubernetesClient

extension UntypedObject {
    /// A pod of a template, named by the server after its controller.
    init(podOf owner: UntypedObject, template: JSONValue, finalizers: [String] = []) {
        self.init(.pod, name: "", namespace: owner.namespace)
        self["metadata", "name"] = nil
        generateName = "\(owner.name.prefix(57))-"
        labels = template[path: ["metadata", "labels"]]?.stringMapValue ?? [:]
        annotations = template[path: ["metadata", "annotations"]]?.stringMapValue ?? [:]
        self.finalizers =
            finalizers + (template[path: ["metadata", "finalizers"]]?.arrayValue ?? []).compactMap(\.stringValue)
        ownerReferences = [OwnerReference(controlledBy: owner)]
        spec = template["spec"]
    }
}
