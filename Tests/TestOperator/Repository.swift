public import Foundation
public import KubernetesClient

/// The files of this repository that a user would apply.
public enum Repository {
    public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The objects of a YAML file.
    public static func objects(_ path: String) throws -> [UntypedObject] {
        let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
        let documents = text.split(separator: "\n", omittingEmptySubsequences: false).split(separator: "---")
        return try documents.map { try JSONValue(yaml: $0.joined(separator: "\n")) }.filter { !$0.isNull }
            .map { UntypedObject($0) }
    }
}
