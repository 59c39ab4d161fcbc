internal import APIMachinery
internal import Hummingbird
internal import KubernetesClient

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension APIHandler {
    /// `serviceaccounts/token`: a token of the account, bound to a pod where the request says so.
    func issueToken(_ request: ObjectRequest) throws -> Response {
        let account = try find(request)
        let spec = try request.request.json(for: nil).value["spec"] ?? .emptyObject
        let seconds = spec["expirationSeconds"]?.intValue ?? 3600
        guard seconds >= 600 else {
            throw StatusError.invalid(
                kind: "TokenRequest", group: "authentication.k8s.io", name: "",
                [
                    .invalid(
                        "spec.expirationSeconds", JSONValue(seconds),
                        "may not specify a duration less than 10 minutes")
                ])
        }
        var audiences = spec["audiences"]?.arrayValue?.compactMap(\.stringValue) ?? []
        if audiences.isEmpty { audiences = [ServiceAccountTokens.issuer] }
        let now = Date()
        let expires = now.addingTimeInterval(Double(seconds))
        let token = try tokens.issue(
            .init(
                namespace: account.namespace, account: account.name, accountUID: account.uid,
                pod: try boundPod(spec["boundObjectRef"], request), audiences: audiences, issued: now, expires: expires)
        )
        var shownSpec = spec
        shownSpec["audiences"] = JSONValue(audiences)
        shownSpec["expirationSeconds"] = JSONValue(seconds)
        return .json(
            [
                "kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1",
                "metadata": [
                    "name": .string(account.name), "namespace": .string(account.namespace),
                    "creationTimestamp": .string(timestamp(now)),
                ],
                "spec": shownSpec,
                "status": ["token": .string(token), "expirationTimestamp": .string(timestamp(expires))],
            ], status: 201)
    }

    private func boundPod(_ reference: JSONValue?, _ request: ObjectRequest) throws(StatusError) -> (
        name: String, uid: String
    )? {
        guard let reference, reference["kind"]?.stringValue == "Pod" else { return nil }
        let name = reference.text("name")
        guard let pod = store.object("pods", request.namespace, name) else {
            throw StatusError(
                code: 404, reason: "NotFound", message: "pods \"\(name)\" not found",
                details: .init(name: name, kind: "pods"))
        }
        let uid = reference.text("uid")
        guard uid.isEmpty || uid == pod.uid else {
            throw .conflict(
                request.definition, name: request.name,
                "the UID in the bound object reference (\(uid)) does not match the UID in record. The object might have "
                    + "been deleted and then recreated")
        }
        return (pod.name, pod.uid)
    }
}
