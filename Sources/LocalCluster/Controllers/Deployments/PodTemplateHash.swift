import KubernetesClient

/// The value of the label `pod-template-hash`, by which the ReplicaSets of a Deployment are told apart.
enum PodTemplateHash {
    static let label = "pod-template-hash"

    /// FNV-1a of the template's canonical text, in the alphabet without vowels that Kubernetes uses for names.
    ///
    /// - Parameter collisions: `status.collisionCount`, which makes another hash for the same template.
    static func hash(_ template: JSONValue, collisions: Int) -> String {
        var hash: UInt32 = 2_166_136_261
        for byte in (template.text() + (collisions > 0 ? String(collisions) : "")).utf8 {
            hash = (hash ^ UInt32(byte)) &* 16_777_619
        }
        return encode(String(hash))
    }

    static func encode(_ text: String) -> String {
        String(decoding: text.utf8.map { alphabet[Int($0) % alphabet.count] }, as: UTF8.self)
    }

    private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)

    /// Whether a ReplicaSet was made from this template.
    static func matches(_ replicaSet: UntypedObject, _ template: JSONValue) -> Bool {
        var theirs = replicaSet["spec", "template"] ?? .emptyObject
        theirs[path: ["metadata", "labels", label]] = nil
        var ours = template
        ours[path: ["metadata", "labels", label]] = nil
        return theirs == ours
    }
}
