public import KubernetesClient

/// The kinds that a CustomResourceDefinition defines.
public enum CustomResourceDefinitions {
    /// The served versions of a definition that has passed validation.
    public static func definitions(of crd: JSONValue) -> [ResourceDefinition] {
        let spec = crd["spec"] ?? [:]
        let names = crd[path: ["status", "acceptedNames"]] ?? spec["names"] ?? [:]
        let versions = spec["versions"]?.arrayValue ?? []
        let storage = versions.first { $0["storage"] == true }?["name"]?.stringValue ?? ""
        func texts(_ value: JSONValue?) -> [String] { value?.arrayValue?.compactMap(\.stringValue) ?? [] }
        let schemas = Dictionary(
            versions.map { ($0["name"]?.stringValue ?? "", rootSchema(of: $0)) },
            uniquingKeysWith: { first, _ in first })
        return versions.filter { $0["served"] == true }.compactMap { version in
            guard let name = version["name"]?.stringValue, let group = spec["group"]?.stringValue,
                let kind = names["kind"]?.stringValue, let plural = names["plural"]?.stringValue,
                let schema = schemas[name]
            else { return nil }
            var definition = ResourceDefinition(
                group: group, version: name, kind: kind, listKind: names["listKind"]?.stringValue ?? "\(kind)List",
                plural: plural, singular: names["singular"]?.stringValue ?? kind.lowercased(),
                namespaced: spec["scope"] == "Namespaced", storageGroup: group, storageVersion: storage,
                schema: schema)
            definition.isCustom = true
            definition.schemas = schemas
            definition.hasGeneration = true
            definition.verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]
            definition.shortNames = texts(names["shortNames"])
            definition.categories = texts(names["categories"])
            definition.hasStatus = version[path: ["subresources", "status"]] != nil
            definition.scale = scale(version[path: ["subresources", "scale"]])
            definition.printerColumns = (version["additionalPrinterColumns"]?.arrayValue ?? []).map(column)
            definition.selectableFields = (version["selectableFields"]?.arrayValue ?? [])
                .compactMap { $0["jsonPath"]?.stringValue }
            if version["deprecated"] == true {
                let newer = versions.filter { $0["served"] == true && $0["deprecated"] != true }
                    .compactMap { $0["name"]?.stringValue }.filter { KubernetesVersion($0) > KubernetesVersion(name) }
                    .max { KubernetesVersion($0) < KubernetesVersion($1) }
                let hint = newer.map { "; use \(group)/\($0) \(kind)" } ?? ""
                definition.deprecationWarning =
                    version["deprecationWarning"]?.stringValue ?? "\(group)/\(name) \(kind) is deprecated\(hint)"
            }
            definition.rules = Result { () throws(CELFaults) in try ValidationRules(schema) }
            return definition
        }
    }

    private static func rootSchema(of version: JSONValue) -> Schema {
        let schema = OpenAPISchemaReader.read(version[path: ["schema", "openAPIV3Schema"]] ?? [:])
        return schema.with { fields in
            for name in ["apiVersion", "kind"] { fields.properties[name] = fields.properties[name] ?? Schema(.string) }
            let own = fields.properties["metadata"]
            fields.properties["metadata"] = (BuiltinKinds.metadata ?? Schema(.object)).with { metadata in
                for name in ["name", "generateName"] {
                    if let restriction = own?.properties[name] { metadata.properties[name] = restriction }
                }
            }
        }
    }

    private static func scale(_ value: JSONValue?) -> ResourceDefinition.Scale? {
        guard let spec = value?["specReplicasPath"]?.stringValue,
            let status = value?["statusReplicasPath"]?.stringValue
        else { return nil }
        return .init(
            specReplicasPath: spec, statusReplicasPath: status,
            labelSelectorPath: value?["labelSelectorPath"]?.stringValue)
    }

    private static func column(_ value: JSONValue) -> ResourceDefinition.PrinterColumn {
        .init(
            name: value["name"]?.stringValue ?? "", type: value["type"]?.stringValue ?? "string",
            format: value["format"]?.stringValue ?? "", description: value["description"]?.stringValue ?? "",
            priority: value["priority"]?.intValue ?? 0, jsonPath: value["jsonPath"]?.stringValue ?? "")
    }

    /// `status` with accepted names, stored versions and the conditions NamesAccepted and Established; names that
    /// `others` (the accepted names of the other definitions of the same group) have already are told, and not accepted.
    public static func status(of crd: JSONValue, others: [JSONValue], now: String) -> JSONValue {
        var status = crd["status"] ?? [:]
        let (accepted, conflict) = acceptedNames(
            crd[path: ["spec", "names"]] ?? [:], before: status["acceptedNames"] ?? [:], others)
        status["acceptedNames"] = accepted
        var conditions = status["conditions"]?.arrayValue ?? []
        func set(_ type: String, _ value: JSONValue, _ reason: JSONValue, _ message: JSONValue) {
            var condition: JSONValue = ["type": .string(type), "status": value, "reason": reason, "message": message]
            if let index = conditions.firstIndex(where: { $0["type"]?.stringValue == type }) {
                let same = conditions[index]["status"] == value
                condition["lastTransitionTime"] = same ? conditions[index]["lastTransitionTime"] : .string(now)
                conditions[index] = condition
            } else {
                condition["lastTransitionTime"] = .string(now)
                conditions.append(condition)
            }
        }
        let wasEstablished = conditions.contains { $0["type"] == "Established" && $0["status"] == "True" }
        if let conflict {
            set("NamesAccepted", "False", .string(conflict.reason), .string(conflict.message))
            if !wasEstablished { set("Established", "False", "NotAccepted", "not all names are accepted") }
        } else {
            set("NamesAccepted", "True", "NoConflicts", "no conflicts found")
            set("Established", "True", "InitialNamesAccepted", "the initial names have been accepted")
        }
        status["conditions"] = .array(conditions)
        return status
    }

    private static func acceptedNames(
        _ names: JSONValue, before: JSONValue, _ others: [JSONValue]
    ) -> (JSONValue, (reason: String, message: String)?) {
        func texts(_ names: JSONValue, _ field: String) -> [String] {
            names[field]?.arrayValue?.compactMap(\.stringValue) ?? names[field]?.stringValue.map { [$0] } ?? []
        }
        let resources = Set(others.flatMap { texts($0, "plural") + texts($0, "singular") + texts($0, "shortNames") })
        let kinds = Set(others.flatMap { texts($0, "kind") + texts($0, "listKind") })
        var accepted: JSONValue = ["plural": before["plural"] ?? "", "kind": before["kind"] ?? ""]
        var conflict: (reason: String, message: String)?
        for (field, reason, taken) in [
            ("plural", "Plural", resources), ("singular", "Singular", resources),
            ("shortNames", "ShortNames", resources), ("kind", "Kind", kinds), ("listKind", "ListKind", kinds),
        ] {
            let clashes = texts(names, field).filter { taken.contains($0) && !texts(before, field).contains($0) }
            if clashes.isEmpty {
                accepted[field] = names[field]
            } else {
                let told = clashes.map { "\"\($0)\" is already in use" }
                let message = told.count == 1 ? told[0] : "[\(told.joined(separator: ", "))]"
                conflict = ("\(reason)Conflict", message)
                if let old = before[field] { accepted[field] = old }
            }
        }
        accepted["categories"] = names["categories"]
        return (accepted, conflict)
    }
}
