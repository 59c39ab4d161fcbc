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
        return versions.filter { $0["served"] == true }.compactMap { version in
            guard let name = version["name"]?.stringValue, let group = spec["group"]?.stringValue,
                let kind = names["kind"]?.stringValue, let plural = names["plural"]?.stringValue
            else { return nil }
            let schema = rootSchema(of: version)
            var definition = ResourceDefinition(
                group: group, version: name, kind: kind, listKind: names["listKind"]?.stringValue ?? "\(kind)List",
                plural: plural, singular: names["singular"]?.stringValue ?? kind.lowercased(),
                namespaced: spec["scope"] == "Namespaced", storageGroup: group, storageVersion: storage,
                schema: schema)
            definition.isCustom = true
            definition.hasGeneration = true
            definition.verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]
            definition.shortNames = texts(names["shortNames"])
            definition.categories = texts(names["categories"])
            definition.hasStatus = version[path: ["subresources", "status"]] != nil
            definition.scale = scale(version[path: ["subresources", "scale"]])
            definition.printerColumns = (version["additionalPrinterColumns"]?.arrayValue ?? []).map(column)
            definition.selectableFields = (version["selectableFields"]?.arrayValue ?? [])
                .compactMap { $0["jsonPath"]?.stringValue }
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

    /// `status` with accepted names, stored versions and the conditions NamesAccepted and Established; conflicts with
    /// the names of `others` (every other definition, built-in or custom, of the same group) are told.
    public static func status(of crd: JSONValue, others: [ResourceDefinition], now: String) -> JSONValue {
        var status = crd["status"] ?? [:]
        let names = crd[path: ["spec", "names"]] ?? [:]
        let conflict = nameConflict(names, others)
        if conflict == nil { status["acceptedNames"] = names }
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

    private static func nameConflict(
        _ names: JSONValue, _ others: [ResourceDefinition]
    ) -> (reason: String, message: String)? {
        let taken = Set(others.flatMap { [$0.plural, $0.singular] + $0.shortNames })
        func text(_ field: String) -> String { names[field]?.stringValue ?? "" }
        func used(_ name: String) -> String { "\"\(name)\" is already in use" }
        if taken.contains(text("plural")) { return ("PluralConflict", used(text("plural"))) }
        if taken.contains(text("singular")) { return ("SingularConflict", used(text("singular"))) }
        for name in names["shortNames"]?.arrayValue?.compactMap(\.stringValue) ?? [] where taken.contains(name) {
            return ("ShortNamesConflict", used(name))
        }
        let kinds = Set(others.flatMap { [$0.kind, $0.listKind] })
        if kinds.contains(text("kind")) { return ("KindConflict", used(text("kind"))) }
        if kinds.contains(text("listKind")) { return ("ListKindConflict", used(text("listKind"))) }
        return nil
    }
}
