import KubernetesClient

extension JSONValue {
    mutating func setDefault(_ key: String, _ value: JSONValue) {
        if self[key] == nil { self[key] = value }
    }

    /// Changes a member that is there.
    mutating func change(_ key: String, _ change: (inout JSONValue) -> Void) {
        guard var member = self[key] else { return }
        self[key] = JSONValue.null
        change(&member)
        self[key] = member
    }

    /// Changes every element of a list that is there.
    mutating func changeEach(_ key: String, _ change: (inout JSONValue) -> Void) {
        guard var elements = self[key]?.arrayValue else { return }
        for index in elements.indices { change(&elements[index]) }
        self[key] = .array(elements)
    }
}
