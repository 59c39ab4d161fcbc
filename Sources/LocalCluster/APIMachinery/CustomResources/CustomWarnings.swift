public import KubernetesClient

extension ResourceDefinition {
    /// What a custom object has wrong that it had before an update already.
    func toleratedFaults(_ object: JSONValue, old: JSONValue?) -> [String] {
        guard let old, case .success(let rules) = rules, !rules.isEmpty else { return [] }
        return rules.outcome(object, old: old).warnings
    }
}

extension ResourceDefinition {
    /// What an update that is refused is warned of, where its rules were run.
    public func warnings(ofRefused object: JSONValue, old: JSONValue, _ errors: [FieldError]) -> [String] {
        let isUnchecked = errors.contains { $0.detail.hasPrefix("some validation rules were not checked") }
        return isCustom && !isUnchecked ? toleratedFaults(object, old: old) : []
    }
}

extension CustomResourceDefinitions {
    /// Formats that no value is checked for, where they are new.
    static func formatWarnings(_ crd: JSONValue, old: JSONValue?) -> [String] {
        let known = Set(old.map(unknownFormats) ?? [])
        return unknownFormats(crd).filter { !known.contains($0) }.map {
            "unrecognized format \(JSONValue.string($0).text())"
        }
    }

    private static func unknownFormats(_ crd: JSONValue) -> [String] {
        let schemas = (crd["spec"]?["versions"]?.arrayValue ?? []).map { $0["schema"]?["openAPIV3Schema"] ?? [:] }
        return Set(schemas).flatMap { schema -> [String] in
            var formats: [String] = []
            collect(OpenAPISchemaReader.read(schema), &formats)
            return formats
        }
    }

    private static func collect(_ schema: Schema, _ formats: inout [String]) {
        if let format = schema.format, !format.isEmpty, schema.checkedFormat == nil { formats.append(format) }
        for (_, property) in schema.properties.sorted(by: { $0.key < $1.key }) { collect(property, &formats) }
        let parts = schema.bounds.allOf + schema.bounds.anyOf + schema.bounds.oneOf
        for part in parts + [schema.items, schema.additionalProperties, schema.bounds.not].compactMap(\.self) {
            collect(part, &formats)
        }
    }
}
