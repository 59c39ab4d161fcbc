import KubernetesClient

/// The pods of a StatefulSet and their claims: what each is called, and how the two know of each other.
enum StatefulPod {
    static func make(_ set: UntypedObject, ordinal: Int, revision: StatefulSetDecision.Revision) -> UntypedObject {
        var pod = UntypedObject(podOf: set, template: revision.template)
        pod.name = "\(set.name)-\(ordinal)"
        pod.labels["statefulset.kubernetes.io/pod-name"] = pod.name
        pod.labels["apps.kubernetes.io/pod-index"] = String(ordinal)
        pod.labels[StatefulSetDecision.revisionLabel] = revision.name
        pod["spec", "hostname"] = .string(pod.name)
        pod["spec", "subdomain"] = set["spec", "serviceName"]
        let claims = templates(set)
        guard !claims.isEmpty else { return pod }
        let names = Set(claims.map(\.name))
        let volumes = claims.map { claim -> JSONValue in
            [
                "name": .string(claim.name),
                "persistentVolumeClaim": ["claimName": .string("\(claim.name)-\(pod.name)")],
            ]
        }
        let others = (pod["spec", "volumes"]?.arrayValue ?? []).filter {
            !names.contains($0["name"]?.stringValue ?? "")
        }
        pod["spec", "volumes"] = .array(volumes + others)
        return pod
    }

    /// The claims that a pod of the set needs; they stay when it goes.
    static func claims(of pod: UntypedObject, in set: UntypedObject) -> [UntypedObject] {
        templates(set).map { template in
            var claim = UntypedObject(
                .persistentVolumeClaim, name: "\(template.name)-\(pod.name)", namespace: set.namespace,
                labels: template.labels.merging(set["spec", "selector", "matchLabels"]?.stringMapValue ?? [:]) { $1 },
                annotations: template.annotations)
            claim.spec = template.spec
            return claim
        }
    }

    private static func templates(_ set: UntypedObject) -> [UntypedObject] {
        (set["spec", "volumeClaimTemplates"]?.arrayValue ?? []).map(UntypedObject.init)
    }
}
