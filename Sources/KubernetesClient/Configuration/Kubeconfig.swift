#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A kubeconfig: clusters, users and the contexts that pair them.
public struct Kubeconfig: Sendable {
    var clusters: [String: KubeconfigEntry] = [:]
    var users: [String: KubeconfigEntry] = [:]
    var contexts: [String: KubeconfigEntry] = [:]
    /// The context that is meant where none is said.
    public private(set) var currentContext: String?

    /// The names that `configuration(context:)` takes.
    public var contextNames: [String] { contexts.keys.sorted() }

    /// - Parameters:
    ///   - text: YAML or JSON.
    ///   - folder: what relative paths in it are relative to; empty for the working directory.
    public init(text: String, folder: String = "") throws(KubernetesError) {
        try merge(text, file: nil, folder: folder)
    }

    /// Reads one file, which must exist.
    public init(path: String) throws(KubernetesError) { try merge(file: path) }

    /// Merges several files as kubectl does: of clusters, users and contexts of one name, and of current contexts, the
    /// first wins whole; files that do not exist are left out.
    ///
    /// - Throws: ``KubernetesError/configuration(_:)`` when none of them exists.
    public init(searching paths: [String]) throws(KubernetesError) {
        let present = paths.filter { FileManager.default.fileExists(atPath: $0) }
        guard !present.isEmpty else { throw .configuration("no kubeconfig at \(paths.joined(separator: ", "))") }
        for path in present { try merge(file: path) }
    }

    private mutating func merge(file path: String) throws(KubernetesError) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw .configuration("cannot read the kubeconfig \(path)")
        }
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ""
        try merge(String(decoding: data, as: UTF8.self), file: path, folder: folder)
    }

    private mutating func merge(_ text: String, file: String?, folder: String) throws(KubernetesError) {
        let json: JSONValue
        do throws(YAMLError) {
            json = try JSONValue(yaml: text)
        } catch {
            throw .configuration("\(file ?? "kubeconfig"): \(error)")
        }
        let root = KubeconfigEntry(json: json, path: "", file: file, folder: folder)
        // An empty file is an empty kubeconfig.
        guard json.objectValue != nil || json.isNull else { throw root.error(nil, "not a mapping") }
        clusters.merge(try Self.entries(root, "clusters", "cluster")) { first, _ in first }
        users.merge(try Self.entries(root, "users", "user")) { first, _ in first }
        contexts.merge(try Self.entries(root, "contexts", "context")) { first, _ in first }
        if currentContext == nil { currentContext = try root.string("current-context") }
    }

    private static func entries(
        _ root: KubeconfigEntry, _ list: String, _ member: String
    ) throws(KubernetesError) -> [String: KubeconfigEntry] {
        var entries: [String: KubeconfigEntry] = [:]
        for (index, item) in try root.list(list).enumerated() {
            guard let name = item["name"]?.stringValue else {
                throw root.error("\(list)[\(index)].name", "must be set")
            }
            guard entries[name] == nil else { throw root.error(list, "the name \"\(name)\" is there twice") }
            let value = item[member] ?? .null
            guard value.objectValue != nil || value.isNull else {
                throw root.error("\(list)[\(name)].\(member)", "must be a mapping")
            }
            entries[name] = KubeconfigEntry(
                json: value, path: "\(list)[\(name)]", file: root.file, folder: root.folder)
        }
        return entries
    }
}
