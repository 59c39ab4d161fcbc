internal import KubernetesClient

extension TableLayout {
    static let configuration: [String: TableLayout] = [
        "configmaps": TableLayout([.name, .text("Data"), .age]) { object, now in
            let count = (object["data"]?.objectValue?.count ?? 0) + (object["binaryData"]?.objectValue?.count ?? 0)
            return [object.nameCell, JSONValue(count), object.ageCell(now)]
        },
        "serviceaccounts": TableLayout([.name, .age]) { [$0.nameCell, $0.ageCell($1)] },
        "secrets": TableLayout([.name, .text("Type"), .text("Data"), .age]) { object, now in
            [
                object.nameCell, .string(object.text("type")), JSONValue(object["data"]?.objectValue?.count ?? 0),
                object.ageCell(now),
            ]
        },
        "persistentvolumeclaims": TableLayout([
            .name, .text("Status"), .text("Volume"), .text("Capacity"), .text("Access Modes"), .text("StorageClass"),
            .text("VolumeAttributesClass"), .age, .wide("VolumeMode"),
        ]) { object, now in
            let isDeleting = object[path: ["metadata", "deletionTimestamp"]] != nil
            let isBound = !object.text("spec", "volumeName").isEmpty
            let mode = object.text("spec", "volumeMode")
            return [
                object.nameCell, .string(isDeleting ? "Terminating" : object.text("status", "phase")),
                .string(object.text("spec", "volumeName")),
                .string(isBound ? object.text("status", "capacity", "storage") : ""),
                .string(isBound ? accessModes(object[path: ["status", "accessModes"]]) : ""),
                .string(object.text("spec", "storageClassName")), "<unset>", object.ageCell(now),
                .string(mode.isEmpty ? "<unset>" : mode),
            ]
        },
        "persistentvolumes": TableLayout([
            .name, .text("Capacity"), .text("Access Modes"), .text("Reclaim Policy"), .text("Status"), .text("Claim"),
            .text("StorageClass"), .text("VolumeAttributesClass"), .text("Reason"), .age, .wide("VolumeMode"),
        ]) { object, now in
            let claim = object[path: ["spec", "claimRef"]]
            return [
                object.nameCell, .string(object.text("spec", "capacity", "storage")),
                .string(accessModes(object[path: ["spec", "accessModes"]])),
                .string(object.text("spec", "persistentVolumeReclaimPolicy")), .string(object.text("status", "phase")),
                .string(claim.map { "\($0.text("namespace"))/\($0.text("name"))" } ?? ""),
                .string(object.text("spec", "storageClassName")), "<unset>", .string(object.text("status", "reason")),
                object.ageCell(now), .string(object.text("spec", "volumeMode")),
            ]
        },
        "storageclasses.storage.k8s.io": TableLayout([
            .name, .text("Provisioner"), .text("ReclaimPolicy"), .text("VolumeBindingMode"),
            .text("AllowVolumeExpansion"), .age,
        ]) { object, now in
            let isDefault =
                object[path: ["metadata", "annotations", "storageclass.kubernetes.io/is-default-class"]] == "true"
            func text(_ key: String, _ fallback: String) -> JSONValue { object[key] ?? .string(fallback) }
            return [
                .string(object.text("metadata", "name") + (isDefault ? " (default)" : "")),
                .string(object.text("provisioner")), text("reclaimPolicy", "Delete"),
                text("volumeBindingMode", "Immediate"), object["allowVolumeExpansion"] ?? false, object.ageCell(now),
            ]
        },
        "priorityclasses.scheduling.k8s.io": TableLayout([
            .name, .integer("Value"), TableColumn(name: "Global-Default", type: "boolean"), .age,
            .text("PreemptionPolicy"),
        ]) { object, now in
            let policy = object.text("preemptionPolicy")
            return [
                object.nameCell, object.count("value"), object["globalDefault"] ?? false, object.ageCell(now),
                .string(policy.isEmpty ? "PreemptLowerPriority" : policy),
            ]
        },
        "resourcequotas": TableLayout([.name, .text("Request"), .text("Limit"), .age]) { object, now in
            [object.nameCell, quota(object, limits: false), quota(object, limits: true), object.ageCell(now)]
        },
        "validatingwebhookconfigurations.admissionregistration.k8s.io": webhooks,
        "mutatingwebhookconfigurations.admissionregistration.k8s.io": webhooks,
        "leases.coordination.k8s.io": TableLayout([.name, .text("Holder"), .age]) { object, now in
            [object.nameCell, .string(object.text("spec", "holderIdentity")), object.ageCell(now)]
        },
    ]

    private static let webhooks = TableLayout([.name, .integer("Webhooks"), .age]) { object, now in
        [object.nameCell, JSONValue(object["webhooks"]?.arrayValue?.count ?? 0), object.ageCell(now)]
    }

    /// What is used of a quota: of requests and counts, or of limits.
    private static func quota(_ object: JSONValue, limits: Bool) -> JSONValue {
        let hard = object[path: ["status", "hard"]]?.objectValue ?? [:]
        let used = hard.sorted { $0.key < $1.key }.filter { $0.key.hasPrefix("limits.") == limits }.map {
            "\($0.key): \(object[path: ["status", "used", $0.key]]?.stringValue ?? "0")/\($0.value.stringValue ?? "")"
        }
        return .string(used.joined(separator: ", "))
    }

    private static func accessModes(_ modes: JSONValue?) -> String {
        let short = [
            "ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP",
        ]
        return (modes?.arrayValue ?? []).compactMap { short[$0.stringValue ?? ""] }.joined(separator: ",")
    }
}
