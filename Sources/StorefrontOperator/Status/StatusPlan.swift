import Contracts
import KubernetesClient
import StorefrontAPI

extension StorefrontStatus {
    /// The status that says what was found. A condition keeps the time of its last transition unless it changes now.
    init(_ observation: ShopObservation, of shop: Shop, previous: StorefrontStatus, now: Timestamp) {
        self.init()
        observedGeneration = shop.generation
        url = observation.url
        conditions = Conditions(observation: observation, namespace: shop.namespace, name: shop.name).all()
            .map { $0.dated(previous: previous, generation: shop.generation, now: now) }
        services = ServiceName.allCases.map { service in
            var status = ServiceStatus(name: service.rawValue)
            let state = observation.deployments[service]
            status.version = state?.version
            status.replicas = state?.replicas
            status.updatedReplicas = state?.updated
            status.readyReplicas = state?.ready
            status.migratedVersion =
                observation.migrations[service]?.isCompleted == true
                ? shop.version : previous.services.first { $0.name == service.rawValue }?.migratedVersion
            return status
        }
        // The release that all services run; the one before while an update is under way.
        let isUniform = ServiceName.allCases.allSatisfy { service in
            guard let state = observation.deployments[service] else { return false }
            return state.version == shop.version && state.isObserved && state.available > 0
                && state.updated >= state.replicas
        }
        version = isUniform ? shop.version : previous.version
    }

    /// The status of a Storefront whose spec makes no sense, which only an API server without the schema lets in.
    init(invalid problem: String, generation: Int64, previous: StorefrontStatus, now: Timestamp) {
        self = previous
        observedGeneration = generation
        let ready = Condition(.ready, .false, reason: "InvalidSpec", message: problem)
            .dated(previous: previous, generation: generation, now: now)
        conditions = [ready] + previous.conditions.filter { $0.type != ready.type }
    }
}

extension Condition {
    func dated(previous: StorefrontStatus, generation: Int64, now: Timestamp) -> Condition {
        var condition = self
        condition.observedGeneration = generation
        let before = previous.conditions.first { $0.type == type }
        condition.lastTransitionTime =
            before.flatMap { $0.status == status ? $0.lastTransitionTime : nil } ?? now.seconds
        return condition
    }
}
