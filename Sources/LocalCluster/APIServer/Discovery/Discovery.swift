internal import APIMachinery
internal import KubernetesClient

/// The documents from which clients learn what is served.
enum Discovery {
    /// `/api`
    static func coreVersions(address: String) -> JSONValue {
        [
            "kind": "APIVersions", "versions": ["v1"],
            "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": .string(address)]],
        ]
    }

    /// `/apis`
    static func groupList(_ definitions: [ResourceDefinition]) -> JSONValue {
        [
            "kind": "APIGroupList", "apiVersion": "v1",
            "groups": .array(
                groups(definitions).map { name, versions in
                    var group = groupFields(name, versions)
                    group["kind"] = nil
                    group["apiVersion"] = nil
                    return group
                }),
        ]
    }

    /// `/apis/G`, `nil` when there is no such group.
    static func group(_ name: String, _ definitions: [ResourceDefinition]) -> JSONValue? {
        groups(definitions).first { $0.name == name }.map { groupFields($0.name, $0.versions) }
    }

    /// `/api/v1` and `/apis/G/V`, `nil` when there is no such version.
    static func resourceList(group: String, version: String, _ definitions: [ResourceDefinition]) -> JSONValue? {
        let served = kinds(group, version, definitions)
        guard !served.isEmpty else { return nil }
        var list: JSONValue = [
            "kind": "APIResourceList", "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"),
            "resources": .array(served.flatMap(legacyEntries)),
        ]
        if !group.isEmpty { list["apiVersion"] = "v1" }
        return list
    }

    /// `/api` and `/apis` for clients that want everything in one answer.
    static func aggregated(core: Bool, _ definitions: [ResourceDefinition]) -> JSONValue {
        let names = core ? [(name: "", versions: ["v1"])] : groups(definitions)
        let items = names.map { name, versions -> JSONValue in
            var metadata = JSONValue.emptyObject
            if !name.isEmpty { metadata["name"] = .string(name) }
            return [
                "metadata": metadata,
                "versions": .array(
                    versions.map { version in
                        [
                            "version": .string(version), "freshness": "Current",
                            "resources": .array(kinds(name, version, definitions).map(aggregatedEntry)),
                        ]
                    }),
            ]
        }
        return [
            "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
            "items": .array(items),
        ]
    }

    /// The groups beside the core one, built-in ones first; their versions, the preferred one first.
    private static func groups(_ definitions: [ResourceDefinition]) -> [(name: String, versions: [String])] {
        var versions: [String: Set<String>] = [:]
        for definition in definitions where !definition.group.isEmpty {
            versions[definition.group, default: []].insert(definition.version)
        }
        var order: [String] = []
        for definition in BuiltinKinds.all where !definition.group.isEmpty && !order.contains(definition.group) {
            order.append(definition.group)
        }
        order += versions.keys.filter { !order.contains($0) }.sorted()
        return order.map { name in
            (name, (versions[name] ?? []).sorted { APIVersion($0) > APIVersion($1) })
        }
    }

    private static func kinds(
        _ group: String, _ version: String, _ definitions: [ResourceDefinition]
    ) -> [ResourceDefinition] {
        definitions.filter { $0.group == group && $0.version == version }.sorted { $0.plural < $1.plural }
    }

    private static func groupFields(_ name: String, _ versions: [String]) -> JSONValue {
        let entries = versions.map { version -> JSONValue in
            ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
        }
        return [
            "kind": "APIGroup", "apiVersion": "v1", "name": .string(name), "versions": .array(entries),
            "preferredVersion": entries.first ?? .null,
        ]
    }

    private static func legacyEntries(_ definition: ResourceDefinition) -> [JSONValue] {
        var entry: JSONValue = [
            "name": .string(definition.plural), "singularName": .string(definition.singular),
            "namespaced": .bool(definition.namespaced), "kind": .string(definition.kind),
            "verbs": JSONValue(definition.shownVerbs),
        ]
        if !definition.shortNames.isEmpty { entry["shortNames"] = JSONValue(definition.shortNames) }
        if !definition.categories.isEmpty { entry["categories"] = JSONValue(definition.categories) }
        let subresources = definition.subresources.map { subresource -> JSONValue in
            var entry: JSONValue = [
                "name": .string("\(definition.plural)/\(subresource.name)"), "singularName": "",
                "namespaced": .bool(definition.namespaced), "kind": .string(subresource.kind),
                "verbs": JSONValue(subresource.verbs),
            ]
            if subresource.group != definition.group || subresource.version != definition.version {
                entry["group"] = .string(subresource.group)
                entry["version"] = .string(subresource.version)
            }
            return entry
        }
        return [entry] + subresources
    }

    private static func aggregatedEntry(_ definition: ResourceDefinition) -> JSONValue {
        // The kinds of built-in resources are told without their group and version.
        func kind(_ group: String, _ version: String, _ kind: String) -> JSONValue {
            let isOwn = group == definition.group && version == definition.version && !definition.isCustom
            return [
                "group": .string(isOwn ? "" : group), "version": .string(isOwn ? "" : version), "kind": .string(kind),
            ]
        }
        var entry: JSONValue = [
            "resource": .string(definition.plural), "singularResource": .string(definition.singular),
            "scope": definition.namespaced ? "Namespaced" : "Cluster", "verbs": JSONValue(definition.shownVerbs),
            "responseKind": kind(definition.group, definition.version, definition.kind),
        ]
        if !definition.shortNames.isEmpty { entry["shortNames"] = JSONValue(definition.shortNames) }
        if !definition.categories.isEmpty { entry["categories"] = JSONValue(definition.categories) }
        let subresources = definition.subresources.map { subresource -> JSONValue in
            [
                "subresource": .string(subresource.name), "verbs": JSONValue(subresource.verbs),
                "responseKind": kind(subresource.group, subresource.version, subresource.kind),
            ]
        }
        if !subresources.isEmpty { entry["subresources"] = .array(subresources) }
        return entry
    }
}

extension ResourceDefinition {
    /// Kubernetes lists the verbs of custom kinds in another order.
    fileprivate var shownVerbs: [String] {
        guard isCustom else { return verbs }
        return ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"].filter(
            verbs.contains)
    }

    fileprivate var subresources: [ServedSubresource] {
        var all = extraSubresources.map {
            ServedSubresource(name: $0.name, group: $0.group, version: $0.version, kind: $0.kind, verbs: $0.verbs)
        }
        let verbs = ["get", "patch", "update"]
        if hasStatus {
            all.append(ServedSubresource(name: "status", group: group, version: version, kind: kind, verbs: verbs))
        }
        if scale != nil {
            all.append(
                ServedSubresource(name: "scale", group: "autoscaling", version: "v1", kind: "Scale", verbs: verbs))
        }
        // Custom kinds tell of their status before their scale; everything else is sorted.
        return isCustom ? all : all.sorted { $0.name < $1.name }
    }
}

/// A subresource as discovery shows it.
private struct ServedSubresource {
    var name: String
    var group: String
    var version: String
    var kind: String
    var verbs: [String]
}

/// A version's name in Kubernetes' order: stable versions before beta before alpha, higher numbers first.
struct APIVersion: Comparable {
    private let rank: [Int]
    private let text: String

    init(_ text: String) {
        self.text = text
        var rest = text[...]
        func number() -> Int? {
            let digits = rest.prefix { $0.isNumber }
            rest = rest.dropFirst(digits.count)
            return Int(digits)
        }
        guard rest.popFirst() == "v", let major = number() else {
            rank = []
            return
        }
        if rest.isEmpty {
            rank = [3, major]
        } else if rest.hasPrefix("beta") || rest.hasPrefix("alpha") {
            let stability = rest.hasPrefix("beta") ? 2 : 1
            rest = rest.drop { $0.isLetter }
            let minor = number() ?? 0
            rank = rest.isEmpty ? [stability, major, minor] : []
        } else {
            rank = []
        }
    }

    static func < (left: APIVersion, right: APIVersion) -> Bool {
        if left.rank.isEmpty, right.rank.isEmpty { return left.text > right.text }
        return left.rank.lexicographicallyPrecedes(right.rank)
    }
}
