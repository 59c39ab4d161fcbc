/// One page of a list.
public struct ObjectList: Sendable, Hashable {
    /// The objects of this page.
    public var items: [UntypedObject]
    /// The state the list shows; a watch from here misses nothing.
    public var resourceVersion: String
    /// Asks for the next page; `nil` on the last one.
    public var continueToken: String?
    /// About how many objects follow; servers do not always say.
    public var remainingItemCount: Int?

    public init(
        items: [UntypedObject], resourceVersion: String, continueToken: String? = nil, remainingItemCount: Int? = nil
    ) {
        self.items = items
        self.resourceVersion = resourceVersion
        self.continueToken = continueToken
        self.remainingItemCount = remainingItemCount
    }

    /// Reads a list object. Items get the type that the server leaves out of them.
    init?(_ json: JSONValue, itemKind: ResourceKind) {
        guard let metadata = json["metadata"], let items = json["items"] else { return nil }
        self.items = (items.arrayValue ?? []).map { item in
            var object = UntypedObject(item)
            if object.kind.isEmpty {
                object.kind = itemKind.kind
                object.apiVersion = itemKind.apiVersion
            }
            return object
        }
        resourceVersion = metadata["resourceVersion"]?.stringValue ?? ""
        continueToken = metadata["continue"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        remainingItemCount = metadata["remainingItemCount"]?.intValue
    }
}
