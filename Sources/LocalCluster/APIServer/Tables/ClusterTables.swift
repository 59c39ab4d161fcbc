internal import KubernetesClient

extension TableLayout {
    private static let role = TableLayout([.name, TableColumn(name: "Created At", type: "date")]) { object, _ in
        [object.nameCell, object[path: ["metadata", "creationTimestamp"]] ?? ""]
    }

    private static let binding = TableLayout([
        .name, .text("Role"), .age, .wide("Users"), .wide("Groups"), .wide("ServiceAccounts"),
    ]) { object, now in
        let subjects = object["subjects"]?.arrayValue ?? []
        func names(_ kind: String) -> JSONValue {
            let names = subjects.filter { $0.text("kind") == kind }.map { subject in
                let namespace = subject.text("namespace")
                return kind == "ServiceAccount" ? "\(namespace)/\(subject.text("name"))" : subject.text("name")
            }
            return .string(names.joined(separator: ", "))
        }
        return [
            object.nameCell, .string("\(object.text("roleRef", "kind"))/\(object.text("roleRef", "name"))"),
            object.ageCell(now), names("User"), names("Group"), names("ServiceAccount"),
        ]
    }

    static let cluster: [String: TableLayout] = [
        "roles.rbac.authorization.k8s.io": role, "clusterroles.rbac.authorization.k8s.io": role,
        "rolebindings.rbac.authorization.k8s.io": binding, "clusterrolebindings.rbac.authorization.k8s.io": binding,
        "customresourcedefinitions.apiextensions.k8s.io": role,
        "namespaces": TableLayout([.name, .text("Status"), .age]) { object, now in
            [object.nameCell, .string(object.text("status", "phase")), object.ageCell(now)]
        },
        "nodes": TableLayout([
            .name, .text("Status"), .text("Roles"), .age, .text("Version"), .wide("Internal-IP"), .wide("External-IP"),
            .wide("OS-Image"), .wide("Kernel-Version"), .wide("Container-Runtime"),
        ]) { object, now in
            let info = object[path: ["status", "nodeInfo"]] ?? .null
            func orUnknown(_ key: String) -> JSONValue {
                let text = info.text(key)
                return .string(text.isEmpty ? "<unknown>" : text)
            }
            return [
                object.nameCell, .string(nodeStatus(object)), .string(nodeRoles(object)), object.ageCell(now),
                .string(info.text("kubeletVersion")), .string(nodeAddress(object, "InternalIP")),
                .string(nodeAddress(object, "ExternalIP")), orUnknown("osImage"), orUnknown("kernelVersion"),
                orUnknown("containerRuntimeVersion"),
            ]
        },
        "events": TableLayout([
            .text("Last Seen"), .text("Type"), .text("Reason"), .text("Object"), .wide("Subobject"), .wide("Source"),
            .text("Message"), .wide("First Seen"), .wide("Count"),
            TableColumn(name: "Name", format: "name", priority: 1),
        ]) { event, now in
            // The view of events.k8s.io has other names for the same.
            let regarding = event["involvedObject"] ?? event["regarding"] ?? .null
            let source = event["source"] ?? event["deprecatedSource"] ?? .null
            let message = event.text("message").isEmpty ? event.text("note") : event.text("message")
            let first =
                event["firstTimestamp"]?.stringValue ?? event["deprecatedFirstTimestamp"]?.stringValue
                ?? event["eventTime"]?.stringValue
            let last =
                event["series"]?["lastObservedTime"]?.stringValue ?? event["lastTimestamp"]?.stringValue
                ?? event["deprecatedLastTimestamp"]?.stringValue ?? first
            let component = source.text("component")
            let count =
                event["series"]?["count"]?.intValue ?? event["count"]?.intValue ?? event["deprecatedCount"]?.intValue
                ?? 1
            return [
                .string(HumanDuration.since(last, now)), .string(event.text("type")), .string(event.text("reason")),
                .string("\(regarding.text("kind").lowercased())/\(regarding.text("name"))"),
                .string(regarding.text("fieldPath")),
                .string(
                    (component.isEmpty
                        ? [
                            event.text("reportingComponent") + event.text("reportingController"),
                            event.text("reportingInstance"),
                        ]
                        : [component, source.text("host")]).filter { !$0.isEmpty }.joined(separator: ", ")),
                .string(message.trimmed), .string(HumanDuration.since(first, now)), JSONValue(count), event.nameCell,
            ]
        },
    ]

    private static func nodeStatus(_ node: JSONValue) -> String {
        let conditions = node[path: ["status", "conditions"]]?.arrayValue ?? []
        let ready = conditions.first { $0.text("type") == "Ready" }
        var words = [ready == nil ? "Unknown" : ready?.text("status") == "True" ? "Ready" : "NotReady"]
        if node[path: ["spec", "unschedulable"]] == true { words.append("SchedulingDisabled") }
        return words.joined(separator: ",")
    }

    private static func nodeRoles(_ node: JSONValue) -> String {
        let prefix = "node-role.kubernetes.io/"
        let labels = node[path: ["metadata", "labels"]]?.stringMapValue ?? [:]
        let roles = labels.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }.sorted()
        return roles.isEmpty ? "<none>" : roles.joined(separator: ",")
    }

    private static func nodeAddress(_ node: JSONValue, _ type: String) -> String {
        let addresses = node[path: ["status", "addresses"]]?.arrayValue ?? []
        return addresses.first { $0.text("type") == type }?.text("address") ?? "<none>"
    }
}
