internal import APIMachinery
internal import Hummingbird
internal import KubernetesClient

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension APIHandler {
    func delete(_ request: ObjectRequest) throws -> Response {
        let options = try DeleteOptions(request.request)
        _ = try request.representation()
        let (object, isGone) = try delete(request, options)
        let warnings =
            options.isOrphanedByDefault(request.definition)
            ? [
                "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove "
                    + "them or set propagationPolicy=Orphan to suppress this warning"
            ] : []
        guard isGone, !request.definition.showsDeletedObject else {
            return try request.answer(object, warnings: warnings)
        }
        let definition = request.definition
        var details: JSONValue = [
            "name": .string(request.name), "kind": .string(definition.plural),
            "uid": object[path: ["metadata", "uid"]] ?? "",
        ]
        if !definition.group.isEmpty { details["group"] = .string(definition.group) }
        let status: JSONValue = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details,
        ]
        return Response.json(status).with(warnings: warnings)
    }

    /// Deletes an object, or marks it as being deleted as long as a finalizer or its grace period holds it.
    ///
    /// - Returns: the object as it is now or was last, and whether it is gone.
    func delete(_ request: ObjectRequest, _ options: DeleteOptions) throws -> (object: JSONValue, isGone: Bool) {
        for _ in 0..<20 {
            let stored = try find(request)
            let old = request.view(stored)
            try options.checkPreconditions(old, request)
            if request.definition.isNamespace, ["default", "kube-system", "kube-public"].contains(request.name) {
                throw StatusError.forbidden(request.definition, name: request.name, "this namespace may not be deleted")
            }
            let new = options.marked(old, request.definition)
            let isGone = Self.isFinished(new, request.definition)
            // What is gone is shown as it was, but a pod as being deleted.
            let last = request.definition.isPod ? new : old
            if options.dryRun || (!isGone && new == old) { return (isGone ? last : new, isGone) }
            do {
                let written = try commit(
                    StoreChange(
                        resource: request.definition.storageKey, namespace: stored.namespace, name: stored.name,
                        basis: stored.revision, object: request.stored(isGone ? old : new), isDeletion: isGone),
                    request.definition)
                return (isGone ? last : request.view(written), isGone)
            } catch is StoreConflict {
                continue
            }
        }
        throw StatusError.modified(request.definition, name: request.name)
    }

    func deleteCollection(_ request: ObjectRequest) throws -> Response {
        let deletion = try DeleteOptions(request.request)
        let options = try ListOptions(request, forWatch: false)
        let page = try select(request, options)
        for object in page.objects {
            var target = request.target
            target.name = object.name
            target.namespace = object.namespace
            let single = ObjectRequest(request: request.request, target: target, definition: request.definition)
            do throws(any Error) {
                _ = try delete(single, deletion)
            } catch let error as StatusError where error.code == 404 {
                continue
            }
        }
        return .json(listBytes(request, page))
    }
}

/// How something is to be deleted: from the body and the parameters.
struct DeleteOptions: Sendable {
    enum Propagation: String, Sendable { case foreground = "Foreground", background = "Background", orphan = "Orphan" }

    var dryRun = false
    var gracePeriodSeconds: Int?
    var propagation: Propagation?
    var uid: String?
    var resourceVersion: String?

    init() {}

    init(_ request: APIRequest) throws(StatusError) {
        var value = JSONValue.emptyObject
        if !request.body.isEmpty {
            value = try request.json(for: nil).value
            let kind = value["kind"]?.stringValue ?? "DeleteOptions"
            guard kind == "DeleteOptions" else {
                throw .badRequest(
                    "no kind \"\(kind)\" is registered for version \"\(value["apiVersion"]?.stringValue ?? "meta.k8s.io/v1")\" in scheme "
                        + "\"k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27\"")
            }
        }
        if let text = request.query["gracePeriodSeconds"], Int(text) == nil {
            throw .badRequest("strconv.ParseInt: parsing \(JSONValue.string(text).text()): invalid syntax")
        }
        var dryRuns = request.query.all("dryRun")
        if dryRuns.isEmpty { dryRuns = value["dryRun"]?.arrayValue?.compactMap(\.stringValue) ?? [] }
        let policy = request.query["propagationPolicy"] ?? value["propagationPolicy"]?.stringValue
        let orphans = request.query["orphanDependents"].map { $0 == "true" } ?? value["orphanDependents"]?.boolValue
        var errors: [FieldError] = []
        if policy != nil, orphans != nil {
            errors.append(
                .invalid(
                    "propagationPolicy", .string(policy ?? ""),
                    "orphanDependents and deletionPropagation cannot be both set"))
        } else if let policy, Propagation(rawValue: policy) == nil {
            errors.append(
                .notSupported("propagationPolicy", .string(policy), ["Foreground", "Background", "Orphan", "nil"]))
        }
        if let error = WriteOptions.dryRunError(dryRuns) { errors.append(error) }
        if !errors.isEmpty { throw .invalidOptions("DeleteOptions", errors) }
        dryRun = !dryRuns.isEmpty
        propagation = policy.flatMap(Propagation.init) ?? orphans.map { $0 ? .orphan : .background }
        gracePeriodSeconds =
            request.query["gracePeriodSeconds"].flatMap { Int($0) } ?? value["gracePeriodSeconds"]?.intValue
        uid = value["preconditions"]?["uid"]?.stringValue
        resourceVersion = value["preconditions"]?["resourceVersion"]?.stringValue
    }

    /// Jobs keep their pods when nothing is said.
    func isOrphanedByDefault(_ definition: ResourceDefinition) -> Bool {
        propagation == nil && definition.group == "batch" && definition.plural == "jobs"
    }

    func checkPreconditions(_ object: JSONValue, _ request: ObjectRequest) throws(StatusError) {
        let definition = request.definition
        func conflict(_ why: String) -> StatusError {
            StatusError(
                code: 409, reason: "Conflict",
                message: "Operation cannot be fulfilled on \(definition.qualifiedKind) \"\(request.name)\": \(why)",
                details: .init(name: request.name, group: definition.group, kind: definition.kind))
        }
        let currentUID = object[path: ["metadata", "uid"]]?.stringValue ?? ""
        if let uid, uid != currentUID {
            throw conflict(
                "the UID in the precondition (\(uid)) does not match the UID in record (\(currentUID)). "
                    + "The object might have been deleted and then recreated")
        }
        let current = object[path: ["metadata", "resourceVersion"]]?.stringValue ?? ""
        if let resourceVersion, resourceVersion != current {
            throw conflict(
                "the ResourceVersion in the precondition (\(resourceVersion)) does not match the ResourceVersion in "
                    + "record (\(current)). The object might have been modified")
        }
    }

    /// The object as being deleted: when, with what grace, and held by what.
    func marked(_ old: JSONValue, _ definition: ResourceDefinition) -> JSONValue {
        var new = old
        let wasDeleting = old[path: ["metadata", "deletionTimestamp"]] != nil
        var finalizers = old[path: ["metadata", "finalizers"]]?.arrayValue ?? []
        if let propagation = isOrphanedByDefault(definition) ? .orphan : propagation {
            finalizers.removeAll { $0 == "orphan" || $0 == "foregroundDeletion" }
            if propagation == .orphan { finalizers.append("orphan") }
            if propagation == .foreground { finalizers.append("foregroundDeletion") }
        }
        if definition.isDefinitionOfKinds, !wasDeleting, !finalizers.contains(CustomKinds.finalizer) {
            finalizers.append(CustomKinds.finalizer)
        }
        new[path: ["metadata", "finalizers"]] = finalizers.isEmpty ? nil : .array(finalizers)
        let grace = graceSeconds(old, definition)
        if !wasDeleting {
            new[path: ["metadata", "deletionTimestamp"]] = .string(timestamp(Date(timeIntervalSinceNow: Double(grace))))
            if !definition.isDefinitionOfKinds, let generation = new[path: ["metadata", "generation"]]?.integerValue {
                new[path: ["metadata", "generation"]] = .integer(generation + 1)
            }
        } else if let current = old[path: ["metadata", "deletionGracePeriodSeconds"]]?.intValue, current > grace {
            new[path: ["metadata", "deletionTimestamp"]] = .string(timestamp(Date(timeIntervalSinceNow: Double(grace))))
        } else {
            return new
        }
        if definition.isNamespace {
            new[path: ["status", "phase"]] = "Terminating"
        } else if !definition.isDefinitionOfKinds {
            new[path: ["metadata", "deletionGracePeriodSeconds"]] = JSONValue(grace)
        }
        return new
    }

    /// Only a pod that a node has taken is given time.
    private func graceSeconds(_ object: JSONValue, _ definition: ResourceDefinition) -> Int {
        guard definition.group.isEmpty, definition.plural == "pods",
            !(object[path: ["spec", "nodeName"]]?.stringValue ?? "").isEmpty,
            !["Succeeded", "Failed"].contains(object[path: ["status", "phase"]]?.stringValue ?? "")
        else { return 0 }
        return max(0, gracePeriodSeconds ?? object[path: ["spec", "terminationGracePeriodSeconds"]]?.intValue ?? 30)
    }
}

extension ResourceDefinition {
    /// Kinds whose deletion is answered with the object, not with a Status.
    var showsDeletedObject: Bool {
        group.isEmpty
            && ["pods", "services", "serviceaccounts", "persistentvolumes", "persistentvolumeclaims", "podtemplates"]
                .contains(plural)
    }
}
