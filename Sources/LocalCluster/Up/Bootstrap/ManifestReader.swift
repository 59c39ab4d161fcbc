import Foundation
public import KubernetesClient
import Yams

/// Reads Kubernetes objects from YAML files and from kustomize folders.
public enum ManifestReader {
    /// The objects of one file of YAML documents.
    public static func objects(file: String) throws(LocalClusterError) -> [UntypedObject] {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw LocalClusterError(.manifestInvalid, "The file \(file) cannot be read.")
        }
        return try objects(yaml: text, name: file)
    }

    /// The objects of a YAML text; `name` is what errors call it.
    public static func objects(yaml text: String, name: String) throws(LocalClusterError) -> [UntypedObject] {
        var objects: [UntypedObject] = []
        for document in try documents(text, name) {
            guard !document.isNull else { continue }
            if document["kind"] == "List", let items = document["items"]?.arrayValue {
                objects += items.map { UntypedObject($0) }
                continue
            }
            let object = UntypedObject(document)
            guard !object.apiVersion.isEmpty, !object.kind.isEmpty, !object.name.isEmpty else {
                throw LocalClusterError(
                    .manifestInvalid, "\(name): a document without apiVersion, kind or metadata.name is no object.")
            }
            objects.append(object)
        }
        return objects
    }

    /// The objects of a folder with a kustomization, as far as it gathers and labels: `resources` (files and folders),
    /// `namespace` and `labels` without selectors. Anything else is for `kubectl apply -k`.
    public static func objects(kustomization folder: String) throws(LocalClusterError) -> [UntypedObject] {
        let file = "\(folder)/kustomization.yaml"
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw LocalClusterError(.manifestInvalid, "The file \(file) cannot be read.")
        }
        let kustomization = try Kustomization(try documents(text, file).first ?? .emptyObject, file: file)
        var objects: [UntypedObject] = []
        for resource in kustomization.resources {
            let path = URL(fileURLWithPath: resource, relativeTo: URL(fileURLWithPath: folder, isDirectory: true)).path
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            objects += isFolder.boolValue ? try self.objects(kustomization: path) : try self.objects(file: path)
        }
        return objects.map(kustomization.transform)
    }

    private static func documents(_ text: String, _ name: String) throws(LocalClusterError) -> [JSONValue] {
        do {
            var nodes = try Yams.compose_all(yaml: text)
            var documents: [JSONValue] = []
            while let node = nodes.next() { documents.append(try json(node, name)) }
            // The sequence ends at a mistake and only tells of it afterwards.
            if let mistake = nodes.error { throw mistake }
            return documents
        } catch let error as LocalClusterError {
            throw error
        } catch {
            throw LocalClusterError(.manifestInvalid, "\(name) is not YAML: \(error)", cause: nil)
        }
    }

    private static func json(_ node: Node, _ name: String) throws -> JSONValue {
        switch node {
        case .mapping(let mapping):
            var members: [String: JSONValue] = [:]
            for (key, value) in mapping {
                guard let key = key.scalar?.string else {
                    throw LocalClusterError(.manifestInvalid, "\(name): a key is not a text.")
                }
                members[key] = try json(value, name)
            }
            return .object(members)
        case .sequence(let sequence):
            return .array(try sequence.map { try json($0, name) })
        case .scalar:
            switch node.any {
            case is NSNull: return .null
            case let value as Bool: return .bool(value)
            case let value as Int: return .integer(Int64(value))
            case let value as Double: return .number(value)
            default: return .string(node.scalar?.string ?? "")
            }
        case .alias:
            throw LocalClusterError(.manifestInvalid, "\(name): YAML aliases are not understood.")
        }
    }
}
