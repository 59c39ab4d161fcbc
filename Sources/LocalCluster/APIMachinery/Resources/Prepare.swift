public import KubernetesClient

extension ResourceDefinition {
    /// What creation makes of an object with defaults: status dropped where it is a subresource, generation 1, derived
    /// fields (a Job's selector and labels, a Namespace's finalizer, IP families). `metadata.uid` must be set already;
    /// cluster IPs and node ports are the caller's.
    public func prepareForCreate(_ object: JSONValue) -> JSONValue {
        var object = object
        for field in ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] {
            object[path: ["metadata", field]] = nil
        }
        // Where nobody counts, a number that was sent stays.
        if hasGeneration { object[path: ["metadata", "generation"]] = 1 }
        if hasStatus { object["status"] = isCustom ? nil : schema.properties["status"].map(TypedDecoder.zero) }
        if !isCustom { BuiltinStrategies.prepareForCreate(&object, self) }
        return object
    }

    /// What an update makes of the new object: server-owned metadata taken from the old one, status isolated
    /// (`subresource` is `nil`, `"status"` or `"scale"`), generation counted.
    public func prepareForUpdate(_ new: JSONValue, old: JSONValue, subresource: String? = nil) -> JSONValue {
        var object = subresource == "status" ? isolatedStatus(new, old) : new
        for field in ["creationTimestamp", "generation", "selfLink"] {
            object[path: ["metadata", field]] = old[path: ["metadata", field]]
        }
        // Nobody takes a deletion back; that nobody begins one so is the validation's to say.
        for field in ["deletionTimestamp", "deletionGracePeriodSeconds"] {
            if let value = old[path: ["metadata", field]] { object[path: ["metadata", field]] = value }
        }
        if object[path: ["metadata", "uid"]] == nil {
            object[path: ["metadata", "uid"]] = old[path: ["metadata", "uid"]]
        }
        guard subresource != "status" else { return object }
        if hasStatus { object["status"] = old["status"] }
        if !isCustom { BuiltinStrategies.prepareForUpdate(&object, old, self) }
        if hasGeneration, specChanged(object, old) {
            let generation = old[path: ["metadata", "generation"]]?.integerValue ?? 0
            object[path: ["metadata", "generation"]] = .integer(generation + 1)
        }
        return object
    }

    private func specChanged(_ new: JSONValue, _ old: JSONValue) -> Bool {
        if !isCustom {
            // A Deployment's annotations count: its controller hands them to the ReplicaSets.
            let others = ["webhooks", "endpoints", "ports"].contains { new[$0] != old[$0] }
            if kind == "EndpointSlice", new[path: ["metadata", "labels"]] != old[path: ["metadata", "labels"]] {
                return true
            }
            return new["spec"] != old["spec"] || others
                || (kind == "Deployment"
                    && new[path: ["metadata", "annotations"]] != old[path: ["metadata", "annotations"]])
        }
        var (new, old) = (new, old)
        for field in ["metadata", "apiVersion"] + (hasStatus ? ["status"] : []) {
            new[field] = nil
            old[field] = nil
        }
        return new != old
    }

    /// The old object with the new status; of the metadata only what a kind's status writers may change.
    private func isolatedStatus(_ new: JSONValue, _ old: JSONValue) -> JSONValue {
        var object = old
        object["status"] = new["status"]
        var kept = ["managedFields", "resourceVersion"]
        if !isCustom { kept += ["annotations", "finalizers"] }
        if !isCustom, kind != "Deployment" { kept.append("labels") }
        for field in kept { object[path: ["metadata", field]] = new[path: ["metadata", field]] }
        return object
    }
}
