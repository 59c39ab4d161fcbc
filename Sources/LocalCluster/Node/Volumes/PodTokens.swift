import KubernetesClient

/// The ServiceAccount tokens of one pod, renewed at four fifths of their life as the kubelet does.
actor PodTokens {
    private struct Token {
        var text: String
        var renewAt: Timestamp
    }

    private struct Purpose: Hashable {
        var audience: String
        var seconds: Int
    }

    private let client: KubernetesClient
    private let pod: PodIdentity
    private let serviceAccount: String
    private var tokens: [Purpose: Token] = [:]

    init(client: KubernetesClient, pod: PodIdentity, serviceAccount: String) {
        self.client = client
        self.pod = pod
        self.serviceAccount = serviceAccount
    }

    func token(audience: String, seconds: Int) async throws -> String {
        let purpose = Purpose(audience: audience, seconds: seconds)
        let now = Timestamp.now
        if let token = tokens[purpose], now < token.renewAt { return token.text }
        do throws(KubernetesError) {
            // Bound to the pod: it is worth nothing once the pod is gone.
            var request = UntypedObject([
                "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
                "spec": [
                    "expirationSeconds": JSONValue(seconds),
                    "boundObjectRef": [
                        "apiVersion": "v1", "kind": "Pod", "name": .string(pod.name), "uid": .string(pod.uid),
                    ],
                ],
            ])
            request.name = serviceAccount
            request.namespace = pod.namespace
            if !audience.isEmpty { request["spec", "audiences"] = [.string(audience)] }
            let answer = try await client.create(.serviceAccount, request, subresource: "token")
            let text = answer["status", "token"]?.stringValue ?? ""
            let expires = answer["status", "expirationTimestamp"]?.stringValue.flatMap { Timestamp($0) }
            let life = expires.map { $0 - now } ?? .seconds(seconds)
            tokens[purpose] = Token(text: text, renewAt: now + life * 4 / 5)
            return text
        } catch {
            // Better an old token than none while the API server is away.
            if let token = tokens[purpose] { return token.text }
            throw NodeError(.missingConfiguration, "failed to fetch token: \(error)")
        }
    }
}
