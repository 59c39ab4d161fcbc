public import KubernetesClient

/// Objects of a custom kind are stored in one version and seen in any; between versions only fields are left out.
extension ResourceDefinition {
    /// The object as it is stored: without what the stored version does not have.
    public func toStorage(_ object: JSONValue) -> JSONValue {
        guard isCustom, version != storageVersion, let stored = schemas[storageVersion] else { return object }
        var unknown: [String] = []
        return stored.pruned(object, unknown: &unknown)
    }

    /// A stored object in this version: with defaults that the stored version has got since, without fields that this
    /// one does not have (any more).
    public func fromStorage(_ object: JSONValue) -> JSONValue {
        guard isCustom else { return object }
        var unknown: [String] = []
        return schema.pruned((schemas[storageVersion] ?? schema).defaulted(object), unknown: &unknown)
    }

    /// Why an object of this version cannot be seen in another, where somebody owns fields of it.
    func conversionFault(_ object: JSONValue, to apiVersion: String) -> String? {
        guard isCustom, apiVersion != self.apiVersion else { return nil }
        let name = apiVersion.split(separator: "/").last.map(String.init) ?? ""
        guard let schema = schemas[name] else {
            return "request to convert CR to an invalid group/version: \(apiVersion)"
        }
        let faults = ApplyValidation.faults(object, schema)
        return faults.isEmpty ? nil : ApplyValidation.list(faults)
    }
}
