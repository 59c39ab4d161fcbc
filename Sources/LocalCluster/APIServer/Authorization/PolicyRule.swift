internal import KubernetesClient

/// What somebody wants to do, as authorization sees it.
struct AccessAttributes: Sendable, Hashable {
    var verb: String
    var group = ""
    /// With the subresource: `pods/log`.
    var resource = ""
    var name = ""
    /// Empty at the cluster scope.
    var namespace = ""
    /// Set for requests that are not about objects.
    var path: String?
}

/// One rule of a Role or ClusterRole.
struct PolicyRule: Sendable, Hashable {
    var verbs: [String]
    var apiGroups: [String]
    var resources: [String]
    var resourceNames: [String]
    var nonResourceURLs: [String]

    init(_ json: JSONValue) {
        func list(_ key: String) -> [String] { json[key]?.arrayValue?.compactMap(\.stringValue) ?? [] }
        verbs = list("verbs")
        apiGroups = list("apiGroups")
        resources = list("resources")
        resourceNames = list("resourceNames")
        nonResourceURLs = list("nonResourceURLs")
    }

    func allows(_ access: AccessAttributes) -> Bool {
        guard Self.has(verbs, access.verb) else { return false }
        if let path = access.path {
            return nonResourceURLs.contains {
                $0 == path || $0 == "*" || ($0.hasSuffix("*") && path.hasPrefix($0.dropLast()))
            }
        }
        return Self.has(apiGroups, access.group) && hasResource(access.resource)
            && (resourceNames.isEmpty || resourceNames.contains(access.name))
    }

    private func hasResource(_ resource: String) -> Bool {
        if Self.has(resources, resource) { return true }
        guard let slash = resource.firstIndex(of: "/") else { return false }
        return resources.contains("*\(resource[slash...])")
    }

    private static func has(_ list: [String], _ value: String) -> Bool { list.contains(value) || list.contains("*") }

    /// The rule taken apart, so that each part either is covered by another rule as a whole or is not.
    var parts: [AccessAttributes] {
        verbs.flatMap { verb -> [AccessAttributes] in
            nonResourceURLs.map { AccessAttributes(verb: verb, path: $0) }
                + apiGroups.flatMap { group in
                    resources.flatMap { resource in
                        (resourceNames.isEmpty ? [""] : resourceNames).map {
                            AccessAttributes(verb: verb, group: group, resource: resource, name: $0)
                        }
                    }
                }
        }
    }

    var json: JSONValue {
        var value: JSONValue = ["verbs": JSONValue(verbs)]
        for (key, list) in [
            ("apiGroups", apiGroups), ("resources", resources), ("resourceNames", resourceNames),
            ("nonResourceURLs", nonResourceURLs),
        ] where !list.isEmpty { value[key] = JSONValue(list) }
        return value
    }

}

extension [AccessAttributes] {
    /// The permissions as messages of refused grants list them: one line a resource with its verbs.
    var grantText: String {
        func list(_ name: String, _ values: [String]) -> String {
            "\(name):[\(values.map { JSONValue.string($0).text() }.joined(separator: " "))]"
        }
        var verbs: [(subject: String, verbs: [String])] = []
        for part in self {
            var subject: String
            if let path = part.path {
                subject = list("NonResourceURLs", [path])
            } else {
                subject = list("APIGroups", [part.group]) + ", " + list("Resources", [part.resource])
                if !part.name.isEmpty { subject += ", " + list("ResourceNames", [part.name]) }
            }
            if part.path == nil, part.name.isEmpty, let known = verbs.firstIndex(where: { $0.subject == subject }) {
                verbs[known].verbs.append(part.verb)
            } else {
                verbs.append((subject, [part.verb]))
            }
        }
        return verbs.map { "{\($0.subject), \(list("Verbs", $0.verbs))}" }.sorted().joined(separator: "\n")
    }
}
