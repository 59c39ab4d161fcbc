/// Which members of a JSON document are read; the others are passed over and cost no memory.
indirect enum JSONProjection: Sendable {
    /// Everything.
    case all
    /// These members, each as said. Arrays are read as if their elements stood in their place.
    case only([String: JSONProjection])
    /// All but these members; and these, each as said.
    case except(Set<String>, [String: JSONProjection] = [:])

    /// What of a member is read; `nil` for nothing.
    func member(_ name: String) -> JSONProjection? {
        switch self {
        case .all: .all
        case .only(let members): members[name]
        case .except(let names, let members): names.contains(name) ? nil : members[name] ?? .all
        }
    }
}

extension JSONProjection {
    private static let withoutManagedFields = except(["managedFields"])

    /// One object: its metadata, and what a `Status` in its place says.
    private static let metadata = only([
        "apiVersion": .all, "kind": .all, "metadata": withoutManagedFields, "code": .all, "reason": .all,
        "message": .all, "details": .all,
    ])

    /// What of an object is wanted.
    static func object(metadataOnly: Bool, omitsManagedFields: Bool) -> JSONProjection {
        if metadataOnly { return metadata }
        return omitsManagedFields ? .except([], ["metadata": withoutManagedFields]) : .all
    }

    /// The same of every object of a list.
    static func list(metadataOnly: Bool, omitsManagedFields: Bool) -> JSONProjection {
        let object = object(metadataOnly: metadataOnly, omitsManagedFields: omitsManagedFields)
        if case .all = object { return .all }
        return .except([], ["items": object])
    }

    /// The same of the object in a watch event.
    static func event(metadataOnly: Bool, omitsManagedFields: Bool) -> JSONProjection {
        let object = object(metadataOnly: metadataOnly, omitsManagedFields: omitsManagedFields)
        if case .all = object { return .all }
        return .except([], ["object": object])
    }
}
