import KubernetesClient

/// The operations on one resource.
struct OpenAPIPaths {
    let definition: ResourceDefinition
    /// The name of the kind's schema among the components.
    let schema: String

    var paths: [String: JSONValue] {
        let root = definition.group.isEmpty ? "/api/v1" : "/apis/\(definition.apiVersion)"
        let scope = definition.namespaced ? "\(root)/namespaces/{namespace}" : root
        let collection = "\(scope)/\(definition.plural)"
        let place = definition.namespaced ? [Self.pathParameter("namespace")] : []
        var paths: [String: JSONValue] = [:]
        paths[collection] = item(
            place,
            operations([
                ("get", "list", "list"), ("post", "create", "post"),
                ("delete", "deletecollection", "deletecollection"),
            ]))
        let single = operations([
            ("get", "get", "get"), ("put", "update", "put"), ("patch", "patch", "patch"),
            ("delete", "delete", "delete"),
        ])
        let name = place + [Self.pathParameter("name")]
        if !single.isEmpty { paths["\(collection)/{name}"] = item(name, single) }
        if definition.hasStatus, !single.isEmpty {
            paths["\(collection)/{name}/status"] = item(name, single.filter { $0.key != "delete" })
        }
        if definition.namespaced, definition.verbs.contains("list") {
            paths["\(root)/\(definition.plural)"] = item([], operations([("get", "list", "list")]))
        }
        return paths
    }

    private static func pathParameter(_ name: String) -> JSONValue {
        ["name": .string(name), "in": "path", "required": true, "schema": ["type": "string", "uniqueItems": true]]
    }

    private func item(_ parameters: [JSONValue], _ operations: [String: JSONValue]) -> JSONValue {
        var item = JSONValue.object(operations)
        if !parameters.isEmpty { item["parameters"] = .array(parameters) }
        return item
    }

    private func operations(_ list: [(method: String, verb: String, action: String)]) -> [String: JSONValue] {
        var result: [String: JSONValue] = [:]
        for (method, verb, action) in list where definition.verbs.contains(verb) {
            var operation: JSONValue = [
                "x-kubernetes-action": .string(action), "x-kubernetes-group-version-kind": gvk,
                "parameters": .array(parameters(action)),
                "responses": [
                    "200": ["description": "OK", "content": ["application/json": ["schema": answer(action)]]]
                ],
            ]
            if let body = body(action) { operation["requestBody"] = ["content": body, "required": true] }
            result[method] = operation
        }
        return result
    }

    private var gvk: JSONValue {
        [
            "group": .string(definition.group), "version": .string(definition.version),
            "kind": .string(definition.kind),
        ]
    }

    private func answer(_ action: String) -> JSONValue {
        switch action {
        case "list": reference("\(schema)List")
        case "delete", "deletecollection": reference(OpenAPISchemas.meta("Status"))
        default: reference(schema)
        }
    }

    private func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

    private func body(_ action: String) -> JSONValue? {
        switch action {
        case "post", "put":
            let content: JSONValue = ["schema": reference(schema)]
            return ["application/json": content, "application/yaml": content]
        case "patch":
            let formats = ["apply-patch+yaml", "json-patch+json", "merge-patch+json"]
            let all = formats + (definition.isCustom ? [] : ["strategic-merge-patch+json"])
            let content: JSONValue = ["schema": reference(OpenAPISchemas.meta("Patch"))]
            return .object(Dictionary(uniqueKeysWithValues: all.map { ("application/\($0)", content) }))
        default: return nil
        }
    }

    private func parameters(_ action: String) -> [JSONValue] {
        let names =
            switch action {
            case "post", "put": ["dryRun", "fieldManager", "fieldValidation", "pretty"]
            case "patch": ["dryRun", "fieldManager", "fieldValidation", "force", "pretty"]
            case "list":
                ["continue", "fieldSelector", "labelSelector", "limit", "resourceVersion", "watch", "pretty"]
            case "delete", "deletecollection":
                ["dryRun", "gracePeriodSeconds", "orphanDependents", "propagationPolicy", "pretty"]
            default: ["pretty"]
            }
        return names.map { name in
            let type: JSONValue =
                switch name {
                case "force", "watch", "orphanDependents": "boolean"
                case "limit", "gracePeriodSeconds": "integer"
                default: "string"
                }
            return ["name": .string(name), "in": "query", "schema": ["type": type, "uniqueItems": true]]
        }
    }
}
