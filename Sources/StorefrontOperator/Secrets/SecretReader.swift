import Contracts
import KubernetesClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads Secrets of a shop's namespace.
struct SecretReader: Sendable {
    var view: ClusterView
    var namespace: String

    /// A Secret's texts by key; `nil` when there is no such Secret.
    func read(_ name: String) async throws -> [String: String]? {
        guard let secret = try await view.secret(ObjectKey(namespace: namespace, name: name)),
            !secret.isBeingDeleted
        else { return nil }
        let data = secret["data"]?.stringMapValue ?? [:]
        return data.compactMapValues { Data(base64Encoded: $0).map { String(decoding: $0, as: UTF8.self) } }
    }

    /// The Secrets of a shop that are there, by name.
    func generated(of shop: Shop) async throws -> [String: [String: String]] {
        let names = shop.generatedSecretNames
        return try await withThrowingTaskGroup(of: (String, [String: String]?).self) { group in
            for name in names { group.addTask { (name, try await read(name)) } }
            var found: [String: [String: String]] = [:]
            for try await (name, content) in group { found[name] = content }
            return found
        }
    }

    /// Why a Secret that the user is to bring cannot be used, or its content.
    func required(_ name: String, keys: [String]) async throws -> Result<[String: String], UnusableSecret> {
        guard let content = try await read(name) else {
            return .failure(
                UnusableSecret(
                    name: name,
                    problem: "is not there; create it with the key\(keys.count == 1 ? "" : "s") "
                        + keys.joined(separator: ", ")))
        }
        let missing = keys.filter { content[$0, default: ""].isEmpty }
        guard missing.isEmpty else {
            return .failure(
                UnusableSecret(
                    name: name,
                    problem: "lacks the key\(missing.count == 1 ? "" : "s") \(missing.joined(separator: ", "))"))
        }
        return .success(content)
    }
}
