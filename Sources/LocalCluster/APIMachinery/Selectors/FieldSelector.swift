public import KubernetesClient

/// A condition on a kind's selectable fields: `metadata.name=a,status.phase!=Running`.
public struct FieldSelector: Sendable, Hashable {
    public struct Requirement: Sendable, Hashable {
        public var field: String
        public var equal: Bool
        public var value: String
    }

    public var requirements: [Requirement]

    public init() { requirements = [] }

    /// Throws a 400 for malformed text and for fields the kind cannot be selected by.
    public init(parsing text: String, for definition: ResourceDefinition) throws(StatusError) {
        requirements = []
        for part in Self.split(text) where !part.isEmpty {
            guard let requirement = Self.requirement(part) else {
                throw .badRequest("invalid selector: '\(text)'; can't understand '\(part)'")
            }
            let value = part.drop { $0 != "=" }.drop { $0 == "=" }
            if value.replacing("\\=", with: "").contains("=") {
                throw .badRequest("invalid field selector: unescaped character in value: 61")
            }
            let known = definition.fieldLabels
            guard known.contains(requirement.field) else {
                let labels = ["metadata.name", "metadata.namespace"]
                let plain = !definition.isCustom && known == labels
                throw .badRequest(
                    plain
                        ? "\"\(requirement.field)\" is not a known field selector: only \"metadata.name\", "
                            + "\"metadata.namespace\""
                        : "field label not supported: \(requirement.field)")
            }
            requirements.append(requirement)
        }
    }

    private static func split(_ text: String) -> [String] {
        var parts = [""]
        var escaped = false
        for character in text {
            if escaped {
                parts[parts.count - 1] += "\\\(character)"
                escaped = false
            } else if character == "\\" {
                escaped = true
            } else if character == "," {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts
    }

    private static func requirement(_ text: String) -> Requirement? {
        guard let mark = text.firstIndex(of: "=") else { return nil }
        var field = text[..<mark]
        var value = text[text.index(after: mark)...]
        var equal = true
        if field.hasSuffix("!") {
            field.removeLast()
            equal = false
        } else if value.hasPrefix("=") {
            value.removeFirst()
        }
        let plain = value.replacing("\\,", with: ",").replacing("\\=", with: "=").replacing("\\\\", with: "\\")
        return Requirement(field: String(field), equal: equal, value: String(plain))
    }

    public func matches(_ object: JSONValue) -> Bool { matches { object[path: $0] } }

    /// - Parameter value: gives the object's value at a path of keys.
    public func matches(_ value: ([String]) -> JSONValue?) -> Bool {
        requirements.allSatisfy { (Self.value(of: $0.field, value) == $0.value) == $0.equal }
    }

    /// Whether nothing but the object's name and namespace is looked at.
    public var isAboutMetadata: Bool { requirements.allSatisfy { $0.field.hasPrefix("metadata.") } }

    private static func value(of field: String, _ find: ([String]) -> JSONValue?) -> String {
        let path: [String] =
            switch field {
            case "source": ["source", "component"]
            default: field.split(separator: ".").map(String.init)
            }
        let value = find(path) ?? modern(path).flatMap(find)
        switch value {
        case nil, .null: return field == "spec.unschedulable" ? "false" : field == "status.successful" ? "0" : ""
        case .some(let value): return value.stringValue ?? value.text()
        }
    }

    /// The same field of an event seen as `events.k8s.io`.
    private static func modern(_ path: [String]) -> [String]? {
        switch path.first {
        case "involvedObject": ["regarding"] + path.dropFirst()
        case "source": ["deprecatedSource", "component"]
        case "reportingComponent": ["reportingController"]
        default: nil
        }
    }

    /// Adds that only the object of this name matches.
    public mutating func require(name: String) {
        requirements.append(Requirement(field: "metadata.name", equal: true, value: name))
    }

    /// The only name that can match, if the selector says one.
    public var name: String? { requirements.first { $0.equal && $0.field == "metadata.name" }?.value }

    /// The only namespace that can match, if the selector says one.
    public var namespace: String? { requirements.first { $0.equal && $0.field == "metadata.namespace" }?.value }
}

extension ResourceDefinition {
    /// The fields by which objects can be selected.
    var fieldLabels: [String] {
        let common = ["metadata.name", "metadata.namespace"]
        if isCustom { return common + selectableFields.map { String($0.drop { $0 == "." }) } }
        let own: [String] =
            switch plural {
            case "pods" where group.isEmpty:
                [
                    "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
                    "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName",
                ]
            case "nodes" where group.isEmpty: ["spec.unschedulable"]
            case "namespaces": ["status.phase"]
            case "secrets": ["type"]
            case "services": ["spec.clusterIP", "spec.type"]
            case "events":
                ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"].map {
                    (group.isEmpty ? "involvedObject." : "regarding.") + $0
                } + ["reason", "type"] + (group.isEmpty ? ["reportingComponent", "source"] : ["reportingController"])
            case "replicasets": ["status.replicas"]
            case "jobs": ["status.successful"]
            default: []
            }
        return common + own
    }
}
