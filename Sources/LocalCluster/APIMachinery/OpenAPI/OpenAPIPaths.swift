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
        var paths: [String: JSONValue] = [:]
        paths[collection] = .object(
            operations([
                ("get", "list", "list"), ("post", "create", "post"),
                ("delete", "deletecollection", "deletecollection"),
            ]))
        let single = operations([
            ("get", "get", "get"), ("put", "update", "put"), ("patch", "patch", "patch"),
            ("delete", "delete", "delete"),
        ])
        if !single.isEmpty { paths["\(collection)/{name}"] = .object(single) }
        if definition.hasStatus, !single.isEmpty {
            paths["\(collection)/{name}/status"] = .object(single.filter { $0.key != "delete" })
        }
        if definition.namespaced, definition.verbs.contains("list") {
            paths["\(root)/\(definition.plural)"] = .object(operations([("get", "list", "list")]))
        }
        return paths
    }

    private func operations(_ list: [(method: String, verb: String, action: String)]) -> [String: JSONValue] {
        var result: [String: JSONValue] = [:]
        for (method, verb, action) in list where definition.verbs.contains(verb) {
            var operation: JSONValue = [
                "x-kubernetes-action": .string(action), "x-kubernetes-group-version-kind": gvk,
                "parameters": .array(parameters(action)),
                "responses": [
                    "200": ["description": "OK", "content": ["application/json": ["schema": reference(schema)]]]
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

    private func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

    private func body(_ action: String) -> JSONValue? {
        switch action {
        case "post", "put": return ["*/*": ["schema": reference(schema)]]
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
