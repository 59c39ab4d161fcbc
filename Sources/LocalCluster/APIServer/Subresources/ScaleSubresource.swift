internal import APIMachinery
internal import Hummingbird
internal import KubernetesClient

extension APIHandler {
    func answerScale(_ request: ObjectRequest) throws -> Response {
        switch request.target.verb {
        case "get": return try request.answer(try request.scale(of: request.view(try find(request))))
        case "update":
            let options = try WriteOptions(request.request, kind: "UpdateOptions")
            let kind = try Self.kindOfScale()
            let (sent, duplicates) = try request.request.json(for: kind)
            return try rescale(request, options) { _ in
                try kind.decode(sent, duplicateKeys: duplicates, validation: options.validation).object
            }
        case "patch":
            let format = try PatchFormat(request)
            let options = try WriteOptions(request.request, kind: "PatchOptions", isApply: format == .apply)
            let kind = try Self.kindOfScale()
            if format == .apply {
                let configuration = try APIRequest.yaml(request.request.body).value
                return try rescale(request, options, isApply: true) { old in
                    try ServerSideApply.apply(
                        configuration, to: old, definition: kind, manager: options.manager, force: options.force,
                        subresource: "scale", now: timestamp())
                }
            }
            let patch = try PatchDocument(request, format == .strategic ? .merge : format)
            return try rescale(request, options) { old in
                try patch.decoded(try patch.applied(to: old, schema: kind.schema), kind, options.validation).object
            }
        default: throw StatusError.methodNotAllowed
        }
    }

    private static func kindOfScale() throws(StatusError) -> ResourceDefinition {
        guard let kind = ScaleOwnership.kind else { throw .resourceNotFound }
        return kind
    }

    /// - Parameters:
    ///   - isApply: whether `change` sees to ownership too.
    ///   - change: makes the new Scale of the current one.
    private func rescale(
        _ request: ObjectRequest, _ options: WriteOptions, isApply: Bool = false,
        change: (JSONValue) throws -> JSONValue
    ) throws -> Response {
        let kind = try Self.kindOfScale()
        let path = request.path(request.definition.scale?.specReplicasPath ?? ".spec.replicas")
        let ownership = ScaleOwnership(request.definition, path: path)
        let updated = try update(request, manager: nil, dryRun: options.dryRun) { old in
            let before = ownership.scale(try request.scale(of: old, isOptional: true), of: old)
            var scale = try change(before)
            try Self.requireName(scale, request)
            try Self.requireRevision(scale, old, request)
            if !isApply {
                scale = ManagedFields.updated(
                    scale, old: before, definition: kind, manager: options.manager, subresource: "scale",
                    now: timestamp())
            }
            let isUnset = old[path: path] == nil && scale[path: ["spec", "replicas"]] == nil
            if request.definition.isCustom, isUnset {
                let field = JSONValue.string(request.definition.scale?.specReplicasPath ?? "").text()
                throw StatusError.badRequest("the spec replicas field \(field) cannot be empty")
            }
            let replicas = scale[path: ["spec", "replicas"]] ?? 0
            var new = ownership.object(old, from: scale)
            new[path: path] = replicas
            if (replicas.intValue ?? 0) < 0 { try refuseNegative(replicas, new, old, request) }
            return new
        }
        return try request.answer(try request.scale(of: updated))
    }

    private func refuseNegative(
        _ replicas: JSONValue, _ new: JSONValue, _ old: JSONValue, _ request: ObjectRequest
    ) throws(StatusError) {
        let definition = request.definition
        guard definition.isCustom else {
            throw .invalid(
                kind: "Scale", group: "autoscaling", name: request.name,
                [.invalid("spec.replicas", replicas, "must be greater than or equal to 0")])
        }
        throw .invalid(
            definition, name: request.name, definition.validateUpdate(new, old: old, subresource: "scale"))
    }
}

extension ObjectRequest {
    fileprivate func path(_ text: String) -> [String] { text.split(separator: ".").map(String.init) }

    /// The object as `autoscaling/v1` Scale.
    ///
    /// - Parameter isOptional: whether replicas that nobody has set are none, not an error.
    fileprivate func scale(of object: JSONValue, isOptional: Bool = false) throws(StatusError) -> JSONValue {
        guard let paths = definition.scale else { throw .resourceNotFound }
        guard let replicas = object[path: path(paths.specReplicasPath)] ?? (isOptional ? 0 : nil) else {
            let message = "the spec replicas field \"\(paths.specReplicasPath)\" does not exist"
            throw StatusError(
                code: 500, reason: "InternalError", message: "Internal error occurred: \(message)",
                details: .init(causes: [.init(reason: nil, message: message)]))
        }
        var metadata = JSONValue.emptyObject
        for key in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
            metadata[key] = object[path: ["metadata", key]]
        }
        var status: JSONValue = ["replicas": object[path: path(paths.statusReplicasPath)] ?? 0]
        let selectorPath = paths.labelSelectorPath ?? (definition.isCustom ? nil : ".spec.selector")
        if let selector = selectorPath.flatMap({ object[path: path($0)] }) {
            let text = selector.stringValue ?? LabelSelector(selector)?.text ?? ""
            if !text.isEmpty { status["selector"] = .string(text) }
        }
        return [
            "apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": metadata,
            "spec": replicas.intValue == 0 ? [:] : ["replicas": replicas],
            "status": status,
        ]
    }
}
