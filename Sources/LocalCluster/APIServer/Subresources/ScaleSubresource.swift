internal import APIMachinery
internal import Hummingbird
internal import KubernetesClient

extension APIHandler {
    func answerScale(_ request: ObjectRequest) throws -> Response {
        switch request.target.verb {
        case "get": return .json(try request.scale(of: request.view(try find(request))))
        case "update":
            let options = try WriteOptions(request.request, kind: "UpdateOptions")
            let sent = try request.request.json(for: nil).value
            return try rescale(request, options) { _ in sent }
        case "patch":
            let format = try PatchFormat(request)
            let options = try WriteOptions(request.request, kind: "PatchOptions", isApply: format == .apply)
            let patch =
                format == .apply
                ? nil : try PatchDocument(request, format == .strategic ? .merge : format)
            let applied = try patch == nil ? APIRequest.yaml(request.request.body).value : .null
            return try rescale(request, options) { scale in
                try patch?.applied(to: scale, schema: request.definition.schema)
                    ?? Patch.merge(applied, onto: scale)
            }
        default: throw StatusError.methodNotAllowed
        }
    }

    private func rescale(
        _ request: ObjectRequest, _ options: WriteOptions, change: (JSONValue) throws -> JSONValue
    ) throws -> Response {
        let definition = request.definition
        let path = request.path(definition.scale?.specReplicasPath ?? ".spec.replicas")
        let updated = try update(request, manager: options.manager, dryRun: options.dryRun) { old in
            let scale = try change(try request.scale(of: old))
            try Self.requireRevision(scale, old, request)
            let replicas = scale[path: ["spec", "replicas"]] ?? 0
            var new = old
            new[path: path] = replicas
            if (replicas.intValue ?? 0) < 0 { try refuseNegative(replicas, new, old, request) }
            return new
        }
        return .json(try request.scale(of: updated))
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
        let path = definition.scale?.specReplicasPath ?? ""
        throw .invalid(
            definition, name: request.name,
            [.invalid(path, replicas, "should be a non-negative integer")]
                + definition.validateUpdate(new, old: old, subresource: "scale"))
    }
}

extension ObjectRequest {
    fileprivate func path(_ text: String) -> [String] { text.split(separator: ".").map(String.init) }

    /// The object as `autoscaling/v1` Scale.
    fileprivate func scale(of object: JSONValue) throws(StatusError) -> JSONValue {
        guard let paths = definition.scale else { throw .resourceNotFound }
        guard let replicas = object[path: path(paths.specReplicasPath)] else {
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
