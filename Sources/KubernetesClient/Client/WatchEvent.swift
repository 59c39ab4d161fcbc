/// What a watch tells.
public enum WatchEvent: Sendable, Hashable {
    case added(UntypedObject)
    case modified(UntypedObject)
    /// The object in its last state.
    case deleted(UntypedObject)
    /// Nothing changed up to this version. With ``WatchOptions/sendInitialEvents``, one of them says that all objects
    /// which were there at the beginning have been told.
    case bookmark(resourceVersion: String, endsInitialEvents: Bool = false)
    /// The watch ends with this, such as 410 Expired.
    case error(Status)

    /// Reads one line of a watch; `nil` for what is no watch event or of a type not known.
    init?(_ json: JSONValue) {
        guard let type = json["type"]?.stringValue, let object = json["object"] else { return nil }
        switch type {
        case "ADDED": self = .added(UntypedObject(object))
        case "MODIFIED": self = .modified(UntypedObject(object))
        case "DELETED": self = .deleted(UntypedObject(object))
        case "BOOKMARK":
            let bookmark = UntypedObject(object)
            self = .bookmark(
                resourceVersion: bookmark.resourceVersion ?? "",
                endsInitialEvents: bookmark["metadata", "annotations", "k8s.io/initial-events-end"] == "true")
        case "ERROR":
            self = .error(
                Status(object) ?? Status(code: 500, reason: "Unknown", message: "an ERROR event without a Status"))
        default: return nil
        }
    }

    /// The version to go on from after this event.
    public var resourceVersion: String? {
        switch self {
        case .added(let object), .modified(let object), .deleted(let object): object.resourceVersion
        case .bookmark(let version, _): version
        case .error: nil
        }
    }
}
