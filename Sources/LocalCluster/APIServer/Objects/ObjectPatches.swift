internal import APIMachinery
internal import Hummingbird
internal import KubernetesClient

extension APIHandler {
    func patch(_ request: ObjectRequest) throws -> Response {
        let format = try PatchFormat(request)
        let options = try WriteOptions(request.request, kind: "PatchOptions", isApply: format == .apply)
        _ = try request.representation()
        if format == .apply { return try apply(request, options) }
        let patch = try PatchDocument(request, format)
        var warnings: [String] = []
        var before: JSONValue?
        let updated = try WarnedFailure.adding(warnings) {
            try update(request, manager: options.manager, dryRun: options.dryRun) { old in
                before = old
                let patched = try patch.applied(to: old, schema: request.definition.schema)
                let (new, told) = try patch.decoded(patched, request.definition, options.validation)
                warnings = told
                try Self.requireSameIdentity(new, old, request)
                return try request.inNamespace(new)
            }
        }
        return try request.answer(updated, warnings: warnings + Self.warnings(updated, before, request.definition))
    }

    /// A patch cannot rename or move, and a resourceVersion in it is a precondition.
    private static func requireSameIdentity(
        _ new: JSONValue, _ old: JSONValue, _ request: ObjectRequest
    ) throws(StatusError) {
        try requireName(new, request)
        _ = try request.inNamespace(new)
        let version = request.definition.apiVersion
        if request.definition.isCustom, let sent = new["apiVersion"], sent.stringValue != version {
            let group = (sent.stringValue ?? "").split(separator: "/").dropLast().first.map(String.init) ?? ""
            throw .invalid(
                kind: request.definition.kind, group: group, name: request.name,
                [.invalid("apiVersion", sent, "must be \(version)")])
        }
        if let revision = new[path: ["metadata", "resourceVersion"]]?.stringValue, !revision.isEmpty,
            revision != old[path: ["metadata", "resourceVersion"]]?.stringValue
        {
            throw .modified(request.definition, name: request.name)
        }
    }

    private func apply(_ request: ObjectRequest, _ options: WriteOptions) throws -> Response {
        var (value, duplicates) = try APIRequest.yaml(request.request.body)
        let definition = request.definition
        if value.isNull { value = .emptyObject }
        guard case .object = value else {
            throw StatusError.badRequest(
                "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
                    + "\(value.kindName) into Go value of type map[string]interface {}")
        }
        _ = try request.inNamespace(value)
        var configuration = value
        let sentName = configuration[path: ["metadata", "name"]]?.stringValue ?? ""
        guard sentName.isEmpty || sentName == request.name else { throw StatusError.wrongName(sentName, request.name) }
        configuration[path: ["metadata", "name"]] = .string(request.name)
        var warnings: [String] = []
        if !duplicates.isEmpty {
            (_, warnings) = try definition.decode(value, duplicateKeys: duplicates, validation: options.validation)
        }
        if store.object(definition.storageKey, request.namespace, request.name) != nil {
            var before: JSONValue?
            let updated = try update(request, manager: nil, dryRun: options.dryRun) { old in
                before = old
                try Self.requireRevisionOfApply(configuration, old, request)
                return try ServerSideApply.apply(
                    configuration, to: old, definition: definition, manager: options.manager, force: options.force,
                    subresource: request.subresource, now: timestamp())
            }
            return try request.answer(updated, warnings: warnings + Self.warnings(updated, before, definition))
        }
        guard request.subresource == nil else { throw StatusError.notFound(definition, name: request.name) }
        if let uid = configuration[path: ["metadata", "uid"]]?.stringValue, !uid.isEmpty {
            throw StatusError.conflict(
                definition, name: request.name,
                "uid mismatch: the provided object specified uid \(uid), and no existing object was found")
        }
        let object = try ServerSideApply.apply(
            value, to: nil, definition: definition, manager: options.manager, force: options.force, now: timestamp())
        try Self.requireName(object, request)
        try authorizeCreation(request)
        let created = try create(try request.inNamespace(object), request, manager: nil, dryRun: options.dryRun)
        return try request.answer(
            created, status: 201, warnings: warnings + Self.warnings(created, nil, definition))
    }

    private static func requireRevisionOfApply(
        _ configuration: JSONValue, _ old: JSONValue, _ request: ObjectRequest
    ) throws(StatusError) {
        if let revision = configuration[path: ["metadata", "resourceVersion"]]?.stringValue, !revision.isEmpty,
            revision != old[path: ["metadata", "resourceVersion"]]?.stringValue
        {
            throw .modified(request.definition, name: request.name)
        }
    }

    /// An apply or replacement that creates needs the right to create.
    func authorizeCreation(_ request: ObjectRequest) throws(StatusError) {
        var target = request.target
        target.verb = "create"
        let access = AccessAttributes(
            verb: "create", group: target.group, resource: target.fullResource, name: target.name,
            namespace: target.namespace)
        let decision = authorizer.authorize(request.request.user, access)
        guard decision.allowed else {
            throw .forbidden(request.request.user, .resource(target), reason: decision.reason)
        }
    }
}

/// The formats a PATCH can have.
enum PatchFormat: String, Sendable {
    case json = "application/json-patch+json"
    case merge = "application/merge-patch+json"
    case strategic = "application/strategic-merge-patch+json"
    case apply = "application/apply-patch+yaml"

    init(_ request: ObjectRequest) throws(StatusError) {
        guard let format = PatchFormat(rawValue: request.request.contentType) else {
            throw StatusError(
                code: 415, reason: "UnsupportedMediaType", message: "415: Unsupported Media Type", details: .init())
        }
        guard format != .strategic || !request.definition.isCustom else {
            throw StatusError(
                code: 415, reason: "UnsupportedMediaType",
                message: "the body of the request was in an unknown format - accepted media types include: "
                    + "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml")
        }
        self = format
    }
}

/// A patch that has been read.
struct PatchDocument: Sendable {
    let format: PatchFormat
    let value: JSONValue
    let duplicateKeys: [String]

    init(_ request: ObjectRequest, _ format: PatchFormat) throws(StatusError) {
        let prefix = format == .strategic ? "" : "error decoding patch: "
        let (value, duplicates) = try APIRequest.json(request.request.body, prefix: prefix)
        guard format == .json || value.objectValue != nil else {
            throw value.isNull
                ? .badRequest("Invalid JSON Patch")
                : .badRequest(
                    prefix + "json: cannot unmarshal \(value.kindName) into Go value of type "
                        + "map[string]interface {}")
        }
        self.format = format
        self.value = value
        self.duplicateKeys = duplicates
    }

    func applied(to object: JSONValue, schema: Schema) throws(StatusError) -> JSONValue {
        switch format {
        case .json: return try Patch.json(value, onto: object)
        case .strategic: return try Patch.strategic(value, onto: object, schema: schema)
        case .merge, .apply: return Patch.merge(value, onto: object)
        }
    }

    /// The patched object as its kind has it; a 422 when the patch makes something of it that its kind cannot be.
    func decoded(
        _ patched: JSONValue, _ definition: ResourceDefinition, _ validation: FieldValidation
    ) throws(StatusError) -> (object: JSONValue, warnings: [String]) {
        var patched = patched
        if format == .strategic {
            patched["kind"] = .string(definition.kind)
            patched["apiVersion"] = .string(definition.apiVersion)
        }
        do throws(StatusError) {
            return try definition.decode(
                patched, duplicateKeys: duplicateKeys, validation: validation, isConverted: format == .strategic,
                keyOrder: { format == .strategic ? [] : JSONKeyOrder(patched.bytes()).paths })
        } catch {
            guard error.code == 400 else { throw error }
            let parts = error.message.split(separator: ": ", maxSplits: 1)
            let detail = parts.count == 2 && parts[0].contains("cannot be handled") ? String(parts[1]) : error.message
            let shown = format == .strategic ? value.goText : patched.text()
            throw .invalid(kind: "", group: "", name: "", [.invalid("patch", .string(shown), detail)])
        }
    }
}
