import APIMachinery
import KubernetesClient
import KubernetesRuntime

extension Watched {
    /// Objects that nobody controls, for the owners whose selectors match them: they may be adopted.
    static func orphans(_ informer: Informer, for owners: ObjectCache) -> Watched {
        Watched(informer) { event in
            let object = event.object
            guard object.controllerReference == nil, !object.isBeingDeleted else { return [] }
            return owners.objects(namespace: object.namespace).filter { owner in
                owner["spec", "selector"].flatMap { LabelSelector($0) }?.matches(object.labels) ?? false
            }.map(\.key)
        }
    }
}
