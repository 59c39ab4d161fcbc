#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A part of a kubeconfig that knows where it stands, for errors and for paths relative to its file.
struct KubeconfigEntry: Sendable {
    var json: JSONValue
    /// Such as `users[admin].exec`.
    var path: String
    /// `nil` for text that is from no file.
    var file: String?
    /// Relative paths mean relative to the file that names them.
    var folder: String

    /// An error of a field, or of the entry itself.
    func error(_ field: String?, _ message: String) -> KubernetesError {
        let place = [path, field ?? ""].filter { !$0.isEmpty }.joined(separator: ".")
        return .configuration("\(file ?? "kubeconfig"): \(place): \(message)")
    }

    /// The value of a field, `nil` when it is absent or null.
    private func value(_ field: String) -> JSONValue? {
        json[field].flatMap { $0.isNull ? nil : $0 }
    }

    /// A text that is not empty.
    func string(_ field: String) throws(KubernetesError) -> String? {
        guard let value = value(field) else { return nil }
        guard let text = value.stringValue else { throw error(field, "must be a string") }
        return text.isEmpty ? nil : text
    }

    func required(_ field: String) throws(KubernetesError) -> String {
        guard let text = try string(field) else { throw error(field, "must be set") }
        return text
    }

    func bool(_ field: String) throws(KubernetesError) -> Bool {
        guard let value = value(field) else { return false }
        guard let bool = value.boolValue else { throw error(field, "must be true or false") }
        return bool
    }

    func list(_ field: String) throws(KubernetesError) -> [JSONValue] {
        guard let value = value(field) else { return [] }
        guard let list = value.arrayValue else { throw error(field, "must be a list") }
        return list
    }

    func strings(_ field: String) throws(KubernetesError) -> [String] {
        var texts: [String] = []
        for item in try list(field) {
            guard let text = item.stringValue else { throw error(field, "must be a list of strings") }
            texts.append(text)
        }
        return texts
    }

    func child(_ field: String) throws(KubernetesError) -> KubeconfigEntry? {
        guard let value = value(field) else { return nil }
        guard value.objectValue != nil else { throw error(field, "must be a mapping") }
        return KubeconfigEntry(json: value, path: "\(path).\(field)", file: file, folder: folder)
    }

    /// The bytes of `FIELD-data`, else the file that `FIELD` names.
    func material(_ field: String) throws(KubernetesError) -> FileOrBytes? {
        if let text = try string(field + "-data") {
            guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else {
                throw error(field + "-data", "is not Base64")
            }
            return .bytes(Array(data))
        }
        return try string(field).map { .file(absolute($0)) }
    }

    func absolute(_ path: String) -> String {
        path.hasPrefix("/") || folder.isEmpty ? path : folder + "/" + path
    }
}
