import Contracts
import KubernetesClient
import StorefrontAPI

extension Shop {
    /// The pods that serve. Where an autoscaler owns the number of replicas, it is left out.
    func deployment(_ service: ServiceName, secretsHash: String) throws -> PlannedObject {
        let settings = settings(of: service)
        var labels = settings.podLabels.merging(self.labels(service), uniquingKeysWith: { $1 })
        labels[Labels.version] = version
        var annotations = settings.podAnnotations
        annotations[Annotations.configuration] = try configurationHash(service)
        annotations[Annotations.secrets] = secretsHash
        var pod = podSpec(service, command: "serve")
        pod["terminationGracePeriodSeconds"] = 45
        if service == .notification, self.spec.notifications.file != nil {
            // The mailbox's claim can be mounted on one node at a time: all replicas go where it is.
            pod["affinity"] = [
                "podAffinity": [
                    "requiredDuringSchedulingIgnoredDuringExecution": [
                        [
                            "topologyKey": "kubernetes.io/hostname",
                            "labelSelector": ["matchLabels": JSONValue(selector(service))],
                        ]
                    ]
                ]
            ]
        } else {
            pod["topologySpreadConstraints"] = spread(settings.topologySpread, service)
        }
        var spec: JSONValue = [
            "selector": ["matchLabels": JSONValue(selector(service))],
            "revisionHistoryLimit": 5,
            "progressDeadlineSeconds": 600,
            "strategy": ["type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": 0, "maxSurge": 1]],
            "template": [
                "metadata": ["labels": JSONValue(labels), "annotations": JSONValue(annotations)], "spec": pod,
            ],
        ]
        var handover: ReplicaHandover?
        if self.spec.suspend {
            spec["replicas"] = 0
        } else if settings.autoscaling.isFixed {
            spec["replicas"] = .init(settings.autoscaling.minReplicas)
        } else {
            handover = ReplicaHandover(minimum: settings.autoscaling.minReplicas)
        }
        var planned = object(.deployment, objectName(service), service: service, ["spec": spec])
        var object = planned.object
        object.labels[Labels.version] = version
        planned = PlannedObject(.deployment, object)
        planned.handover = handover
        return planned
    }

    private func spread(_ spread: TopologySpread, _ service: ServiceName) -> JSONValue? {
        guard !spread.topologyKeys.isEmpty else { return nil }
        return .array(
            spread.topologyKeys.map {
                [
                    "topologyKey": .string($0), "maxSkew": .init(spread.maxSkew),
                    "whenUnsatisfiable": .string(spread.whenUnsatisfiable.rawValue),
                    "labelSelector": ["matchLabels": JSONValue(selector(service))],
                    // Count the pods of one template only, or a rolling update ends up lopsided.
                    "matchLabelKeys": ["pod-template-hash"],
                ]
            })
    }
}
