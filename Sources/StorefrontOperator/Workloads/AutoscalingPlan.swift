import Contracts
import KubernetesClient
import StorefrontAPI

extension Shop {
    /// The autoscaler of a service; unwanted where the number of replicas is fixed.
    func autoscaler(_ service: ServiceName) -> PlannedObject {
        let autoscaling = settings(of: service).autoscaling
        guard !autoscaling.isFixed else {
            return PlannedObject(unwanted: .horizontalPodAutoscaler, name: objectName(service), namespace: namespace)
        }
        func metric(_ resource: String, _ target: Int) -> JSONValue {
            [
                "type": "Resource",
                "resource": [
                    "name": .string(resource),
                    "target": ["type": "Utilization", "averageUtilization": .init(target)],
                ],
            ]
        }
        var metrics = [metric("cpu", autoscaling.targetCPU)]
        if let memory = autoscaling.targetMemory { metrics.append(metric("memory", memory)) }
        return object(
            .horizontalPodAutoscaler, objectName(service), service: service,
            [
                "spec": [
                    "scaleTargetRef": [
                        "apiVersion": "apps/v1", "kind": "Deployment", "name": .string(objectName(service)),
                    ],
                    "minReplicas": .init(autoscaling.minReplicas), "maxReplicas": .init(autoscaling.maxReplicas),
                    "metrics": .array(metrics),
                ]
            ])
    }

    /// Keeps a node drain from taking more than one pod of a service at a time; with a single pod, it lets the drain
    /// go on rather than block it for ever.
    func disruptionBudget(_ service: ServiceName) -> PlannedObject {
        object(
            .podDisruptionBudget, objectName(service), service: service,
            [
                "spec": [
                    "maxUnavailable": 1, "unhealthyPodEvictionPolicy": "AlwaysAllow",
                    "selector": ["matchLabels": JSONValue(selector(service))],
                ]
            ])
    }
}
