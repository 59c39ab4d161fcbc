internal import KubernetesClient

/// Who sent a request.
struct UserInfo: Sendable, Hashable {
    var name: String
    var uid = ""
    var groups: [String] = []
    var extra: [String: [String]] = [:]

    static let anonymous = UserInfo(name: "system:anonymous", groups: ["system:unauthenticated"])
    static let admin = UserInfo(name: "admin", groups: ["system:masters", "system:authenticated"])

    /// The form of TokenReview and SelfSubjectReview.
    var json: JSONValue {
        var value: JSONValue = ["username": .string(name)]
        if !uid.isEmpty { value["uid"] = .string(uid) }
        if !groups.isEmpty { value["groups"] = JSONValue(groups) }
        if !extra.isEmpty { value["extra"] = .object(extra.mapValues { JSONValue($0) }) }
        return value
    }
}
