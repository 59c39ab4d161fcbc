public import KubernetesClient

/// Who owns the replicas of an object, as its scale subresource sees and changes it.
public struct ScaleOwnership: Sendable {
    /// The kind that the subresource shows.
    public static let kind: ResourceDefinition? = BuiltinKinds.types["io.k8s.api.autoscaling.v1.Scale"].map { schema in
        var definition = ResourceDefinition(
            group: "autoscaling", version: "v1", kind: "Scale", listKind: "ScaleList", plural: "scales",
            singular: "scale", namespaced: true, storageGroup: "autoscaling", storageVersion: "v1",
            schema: schema.withTypeMeta)
        definition.hasStatus = true
        return definition
    }

    private let definition: ResourceDefinition
    private let replicas: FieldSet
    private static let replicasInScale = FieldSet(fields: ["spec", "replicas"])

    /// - Parameter path: where the object has its replicas: `["spec", "replicas"]`.
    public init(_ definition: ResourceDefinition, path: [String]) {
        self.definition = definition
        self.replicas = FieldSet(fields: path)
    }

    /// The Scale with entries of those who own the object's replicas.
    public func scale(_ scale: JSONValue, of object: JSONValue) -> JSONValue {
        var managers = Managers()
        for (manager, set) in Managers(object).sets where !set.intersection(replicas).isEmpty {
            managers.sets[seen(manager)] = Self.replicasInScale
        }
        return managers.written(to: scale)
    }

    /// The object with the entries that a changed Scale leaves.
    public func object(_ object: JSONValue, from scale: JSONValue) -> JSONValue {
        var left = Managers(scale)
        let before = Managers(object)
        var managers = before
        for (manager, set) in before.sets where !set.intersection(replicas).isEmpty {
            if left.sets.removeValue(forKey: seen(manager)) == nil {
                let rest = set.subtracting(replicas)
                managers.sets[manager] = rest.isEmpty ? nil : rest
            }
        }
        for manager in left.sets.keys {
            var own = manager
            own.apiVersion = definition.apiVersion
            managers.sets[own] = replicas
            managers.times[own] = before.times[own]
        }
        return managers.written(to: object)
    }

    private func seen(_ manager: Manager) -> Manager {
        var manager = manager
        manager.apiVersion = "autoscaling/v1"
        return manager
    }
}

extension FieldSet {
    /// The set of one field.
    fileprivate init(fields path: [String]) {
        if let name = path.first {
            children[.field(name)] = FieldSet(fields: Array(path.dropFirst()))
        } else {
            isMember = true
        }
    }
}
