import KubernetesClient

/// The revisions of a StatefulSet's or DaemonSet's template, kept as ControllerRevisions, as a value.
struct ControllerHistory: Equatable {
    static let kind = ResourceKind(
        group: "apps", version: "v1", plural: "controllerrevisions", kind: "ControllerRevision")

    /// Oldest first.
    private(set) var revisions: [UntypedObject]
    /// The one of the present template, if there is one.
    private(set) var present: UntypedObject?
    /// It is to be made, or raised above the others.
    private(set) var isNew = false
    private(set) var isRaised = false

    /// - Parameter revisions: the owner's.
    init(_ owner: UntypedObject, revisions: [UntypedObject]) {
        self.revisions = revisions.sorted { left, right in
            let (a, b) = (Self.number(left), Self.number(right))
            return a != b ? a < b : left.name < right.name
        }
        let data = Self.data(of: owner)
        let next = (self.revisions.last.map(Self.number) ?? 0) + 1
        if let equal = self.revisions.last(where: { $0.json["data"] == data }) {
            present = equal
            if equal != self.revisions.last {
                present?.json["revision"] = JSONValue(next)
                isRaised = true
            }
        } else {
            present = Self.make(owner, data: data, number: next)
            isNew = true
        }
    }

    /// Those that nobody needs any more, beyond the history that is to be kept.
    func surplus(limit: Int, live: Set<String>) -> [UntypedObject] {
        let old = revisions.filter { !live.contains($0.name) }
        return Array(old.prefix(max(0, old.count - limit)))
    }

    static func number(_ revision: UntypedObject) -> Int { revision.json["revision"]?.intValue ?? 0 }

    /// The template of a revision.
    static func template(_ revision: UntypedObject) -> JSONValue {
        var template = revision["data", "spec", "template"] ?? .emptyObject
        template["$patch"] = nil
        return template
    }

    /// A patch that brings the template back, as `kubectl rollout undo` applies it.
    private static func data(of owner: UntypedObject) -> JSONValue {
        var template = owner["spec", "template"] ?? .emptyObject
        template["$patch"] = "replace"
        return ["spec": ["template": template]]
    }

    private static func make(_ owner: UntypedObject, data: JSONValue, number: Int) -> UntypedObject {
        let hash = PodTemplateHash.hash(data, collisions: owner.count("status", "collisionCount"))
        var labels = owner["spec", "template", "metadata", "labels"]?.stringMapValue ?? [:]
        labels[owner.kind == "DaemonSet" ? DaemonPod.hashLabel : "controller.kubernetes.io/hash"] = hash
        var revision = UntypedObject(
            kind, name: "\(owner.name.prefix(223))-\(hash)", namespace: owner.namespace, labels: labels,
            annotations: owner.annotations)
        revision.ownerReferences = [OwnerReference(controlledBy: owner)]
        revision.json["data"] = data
        revision.json["revision"] = JSONValue(number)
        return revision
    }
}
