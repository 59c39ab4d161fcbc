/// What to watch.
public struct WatchOptions: Sendable, Hashable {
    /// As ``ListOptions/labelSelector``.
    public var labelSelector: String?
    /// As ``ListOptions/fieldSelector``.
    public var fieldSelector: String?
    /// The version after which to begin, from a list or bookmark; `nil` begins with all present objects as ADDED.
    public var resourceVersion: String?
    /// Ask for BOOKMARK events, which carry nothing but a newer resource version.
    public var allowBookmarks: Bool
    /// When the server is to end the watch; it chooses some time itself otherwise.
    public var timeoutSeconds: Int?
    /// Stream the list first (WatchList): every object of a state at least as new as ``resourceVersion``, or the newest
    /// without one, as ADDED; then a bookmark with `endsInitialEvents`; then what changes. What changes meanwhile may be
    /// told before that bookmark already. A server that cannot answers with
    /// ``KubernetesError/isStreamingListRefused``.
    public var sendInitialEvents: Bool
    /// Pass over `metadata.managedFields`, often half of an object, while reading the events.
    public var omitsManagedFields: Bool

    public init(
        labelSelector: String? = nil, fieldSelector: String? = nil, resourceVersion: String? = nil,
        allowBookmarks: Bool = true, timeoutSeconds: Int? = nil, sendInitialEvents: Bool = false,
        omitsManagedFields: Bool = false
    ) {
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.resourceVersion = resourceVersion
        self.allowBookmarks = allowBookmarks
        self.timeoutSeconds = timeoutSeconds
        self.sendInitialEvents = sendInitialEvents
        self.omitsManagedFields = omitsManagedFields
    }

    var query: [(String, String)] {
        var query: [(String, String)] = [("watch", "true")]
        if let labelSelector { query.append(("labelSelector", labelSelector)) }
        if let fieldSelector { query.append(("fieldSelector", fieldSelector)) }
        if let resourceVersion { query.append(("resourceVersion", resourceVersion)) }
        if allowBookmarks || sendInitialEvents { query.append(("allowWatchBookmarks", "true")) }
        if sendInitialEvents {
            query.append(("sendInitialEvents", "true"))
            query.append(("resourceVersionMatch", "NotOlderThan"))
        }
        if let timeoutSeconds { query.append(("timeoutSeconds", String(timeoutSeconds))) }
        return query
    }
}
