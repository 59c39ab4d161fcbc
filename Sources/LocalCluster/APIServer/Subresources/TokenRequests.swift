internal import APIMachinery
internal import Hummingbird
internal import KubernetesClient

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension APIHandler {
    /// `serviceaccounts/token`: a token of the account, bound to a pod, Secret or node where the request says so.
    func issueToken(_ request: ObjectRequest) throws -> Response {
        let options = try WriteOptions(request.request, kind: "CreateOptions")
        let account = try find(request)
        let sent = try request.sentSubresource("TokenRequest")
        let spec = sent["spec"] ?? .emptyObject
        let seconds = spec["expirationSeconds"]?.intValue ?? 3600
        try Self.check(sent, seconds: seconds, account: account)
        var audiences = spec["audiences"]?.arrayValue?.compactMap(\.stringValue) ?? []
        if audiences.isEmpty { audiences = [ServiceAccountTokens.issuer] }
        let now = Date()
        let expires = now.addingTimeInterval(Double(seconds))
        let reference = spec["boundObjectRef"].flatMap { $0.isNull ? nil : $0 }
        let bound = try reference.map { try boundObject($0, account) }
        let token =
            options.dryRun
            ? ""
            : try tokens.issue(
                .init(
                    namespace: account.namespace, account: account.name, accountUID: account.uid, bound: bound,
                    audiences: audiences, issued: now, expires: expires))
        var shownSpec = spec
        shownSpec["audiences"] = JSONValue(audiences)
        shownSpec["expirationSeconds"] = JSONValue(seconds)
        shownSpec["boundObjectRef"] = reference ?? .null
        return .json(
            [
                "kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1",
                "metadata": [
                    "name": .string(account.name), "namespace": .string(account.namespace),
                    "uid": .string(account.uid), "creationTimestamp": .string(timestamp(now)),
                ],
                "spec": shownSpec,
                "status": ["token": .string(token), "expirationTimestamp": .string(timestamp(expires))],
            ], status: 201)
    }

    private static func check(_ sent: JSONValue, seconds: Int, account: StoredObject) throws(StatusError) {
        let name = sent.text("metadata", "name")
        let error: FieldError? =
            if !name.isEmpty, name != account.name {
                .invalid("metadata.name", .string(name), "must match the service account name if specified")
            } else if seconds < 600 {
                .invalid(
                    "spec.expirationSeconds", JSONValue(seconds), "may not specify a duration less than 10 minutes")
            } else if seconds > 1 << 32 {
                .invalid(
                    "spec.expirationSeconds", JSONValue(seconds),
                    "may not specify a duration larger than 2^32 seconds")
            } else {
                nil
            }
        guard let error else { return }
        let isOtherName = error.field == "metadata.name"
        throw .invalid(
            kind: "TokenRequest", group: "authentication.k8s.io", name: isOtherName ? account.name : "", [error])
    }

    /// The object that the token is to die with.
    private func boundObject(
        _ reference: JSONValue, _ account: StoredObject
    ) throws(StatusError) -> ServiceAccountTokens.BoundObject {
        let kind = reference.text("kind")
        guard let plural = ServiceAccountTokens.BoundObject.plurals[kind], reference.text("apiVersion") == "v1" else {
            let version = reference.text("apiVersion")
            throw .badRequest("cannot bind token to object of type /\(version), Kind=\(kind)")
        }
        let name = reference.text("name")
        guard let object = store.object(plural, kind == "Node" ? "" : account.namespace, name) else {
            throw StatusError(
                code: 404, reason: "NotFound", message: "\(plural) \"\(name)\" not found",
                details: .init(name: name, kind: plural))
        }
        if kind == "Pod", ServiceAccountAdmission.accountName(of: object.value()) != account.name {
            throw .badRequest(
                "cannot bind token for serviceaccount \"\(account.name)\" to pod running with different serviceaccount "
                    + "name.")
        }
        let uid = reference.text("uid")
        guard uid.isEmpty || uid == object.uid else {
            throw StatusError(
                code: 409, reason: "Conflict",
                message: "Operation cannot be fulfilled on \(kind) \"\(name)\": the UID in the bound object reference "
                    + "(\(uid)) does not match the UID in record. The object might have been deleted and then recreated",
                details: .init(name: name, kind: kind))
        }
        return .init(kind: kind, name: object.name, uid: object.uid)
    }
}
