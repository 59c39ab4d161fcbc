import NIOHTTP1

/// What `/version` says.
public struct ServerVersion: Sendable, Hashable {
    /// Such as `1`.
    public var major: String
    /// Such as `36`.
    public var minor: String
    /// Such as `v1.36.0`.
    public var gitVersion: String
}

extension KubernetesClient {
    /// What the server says of itself at `/version`.
    public func serverVersion() async throws(KubernetesError) -> ServerVersion {
        let json = try await sendJSON(APIRequest(.GET, "/version"))
        return ServerVersion(
            major: json["major"]?.stringValue ?? "", minor: json["minor"]?.stringValue ?? "",
            gitVersion: json["gitVersion"]?.stringValue ?? "")
    }

    /// The kinds that the server has in one group and version, subresources left out.
    ///
    /// - Throws: an error with ``KubernetesError/isNotFound`` when it has no such group or version.
    public func resources(group: String, version: String) async throws(KubernetesError) -> [ResourceKind] {
        let path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        let json = try await sendJSON(APIRequest(.GET, path))
        return (json["resources"]?.arrayValue ?? []).compactMap { resource in
            guard let name = resource["name"]?.stringValue, !name.contains("/"),
                let kind = resource["kind"]?.stringValue
            else { return nil }
            return ResourceKind(
                group: group, version: version, plural: name, kind: kind,
                isNamespaced: resource["namespaced"]?.boolValue ?? false)
        }
    }

    /// The groups that the server has with their versions, the preferred one first; the core group is not among them.
    public func groups() async throws(KubernetesError) -> [(name: String, versions: [String])] {
        let json = try await sendJSON(APIRequest(.GET, "/apis"))
        return (json["groups"]?.arrayValue ?? []).compactMap { group in
            guard let name = group["name"]?.stringValue else { return nil }
            let preferred = group[path: ["preferredVersion", "version"]]?.stringValue
            let versions = (group["versions"]?.arrayValue ?? []).compactMap { $0["version"]?.stringValue }
            return (name, versions.filter { $0 == preferred } + versions.filter { $0 != preferred })
        }
    }

    /// Where objects with this `apiVersion` and `kind` are served: from the kinds known here, then by asking.
    ///
    /// - Returns: `nil` when the server does not know the kind (yet, as with a new CustomResourceDefinition).
    public func resourceKind(apiVersion: String, kind: String) async throws(KubernetesError) -> ResourceKind? {
        if let known = ResourceKind.builtIn.first(where: { $0.apiVersion == apiVersion && $0.kind == kind }) {
            return known
        }
        let parts = apiVersion.split(separator: "/", maxSplits: 1).map(String.init)
        let (group, version) = parts.count == 2 ? (parts[0], parts[1]) : ("", apiVersion)
        do throws(KubernetesError) {
            return try await resources(group: group, version: version).first { $0.kind == kind }
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }

    /// Asks for a token of a ServiceAccount (`TokenRequest`).
    public func serviceAccountToken(
        _ name: String, namespace: String, audiences: [String] = [], expirationSeconds: Int? = nil
    ) async throws(KubernetesError) -> (token: String, expires: Timestamp?) {
        var request = UntypedObject([
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
            "metadata": ["name": .string(name), "namespace": .string(namespace)],
        ])
        request.spec = audiences.isEmpty ? .emptyObject : ["audiences": JSONValue(audiences)]
        request["spec", "expirationSeconds"] = expirationSeconds.map { JSONValue($0) }
        let answer = try await create(.serviceAccount, request, subresource: "token")
        guard let token = answer["status", "token"]?.stringValue else {
            throw .unexpectedAnswer("a TokenRequest without token")
        }
        return (token, answer["status", "expirationTimestamp"]?.stringValue.flatMap { Timestamp($0) })
    }
}
