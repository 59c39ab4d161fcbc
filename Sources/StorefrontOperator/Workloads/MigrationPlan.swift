import Contracts
import KubernetesClient

extension Shop {
    /// The Job that brings a service's database to what its release expects. Its name tells release, database and
    /// configuration, so a Job that completed is the record that this was done.
    func migration(_ service: ServiceName) throws -> PlannedObject {
        let name = migrationJob(service, key: try migrationKey(service))
        var labels = labels(service)
        // Not the name that the Service selects.
        labels[Labels.name] = "\(service.executable)-migration"
        labels[Labels.version] = version
        var pod = podSpec(service, command: "migrate")
        pod["restartPolicy"] = "Never"
        // A migration that has begun is let end.
        pod["terminationGracePeriodSeconds"] = 600
        var planned = object(
            .job, name, service: service, annotations: [Annotations.version: version],
            [
                "spec": [
                    "backoffLimit": 4, "completions": 1, "parallelism": 1,
                    "template": [
                        "metadata": [
                            "labels": JSONValue(labels),
                            "annotations": [
                                "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
                                "karpenter.sh/do-not-disrupt": "true",
                            ],
                        ],
                        "spec": pod,
                    ],
                ]
            ])
        var object = planned.object
        object.labels = labels
        planned = PlannedObject(.job, object)
        return planned
    }
}
