import Contracts
public import KubernetesClient
import StorefrontAPI

/// One Kubernetes object as it is to be: only the fields the operator cares for.
public struct PlannedObject: Sendable, Hashable {
    public let kind: ResourceKind
    public let object: UntypedObject
    /// What this object would be applied for is gone, such as the Ingress of a shop that wants none.
    public let isUnwanted: Bool
    /// For a Deployment whose number of replicas is an autoscaler's.
    var handover: ReplicaHandover?

    init(_ kind: ResourceKind, _ object: UntypedObject) {
        self.kind = kind
        self.object = object
        isUnwanted = false
    }

    /// An object that must not be there.
    init(unwanted kind: ResourceKind, name: String, namespace: String) {
        self.kind = kind
        object = UntypedObject(kind, name: name, namespace: namespace)
        isUnwanted = true
    }

    public var key: ObjectKey { object.key }
}

extension Shop {
    /// A planned object of this shop, owned by its Storefront.
    ///
    /// - Parameter outlives: keep the object when the Storefront goes, if its deletion policy is to retain data.
    func object(
        _ kind: ResourceKind, _ name: String, service: ServiceName?, annotations: [String: String] = [:],
        outlives: Bool = false, _ content: JSONValue
    ) -> PlannedObject {
        var object = UntypedObject(
            kind, name: name, namespace: namespace, labels: labels(service), annotations: annotations)
        if !uid.isEmpty, !(outlives && spec.deletionPolicy == .retain) { object.ownerReferences = [owner] }
        for (field, value) in content.objectValue ?? [:] { object[field] = value }
        return PlannedObject(kind, object)
    }
}
