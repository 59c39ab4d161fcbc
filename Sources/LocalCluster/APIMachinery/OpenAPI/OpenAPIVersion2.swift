public import KubernetesClient

/// The one document of OpenAPI v2 (`/openapi/v2`), as Argo CD, Terraform and older kubectls read it: made of those of
/// version 3, less what version 2 has no words for.
public enum OpenAPIVersion2 {
    public static func document(_ definitions: [ResourceDefinition]) -> JSONValue {
        let document = OpenAPIDocument.document(of: definitions)
        let paths = (document["paths"]?.objectValue ?? [:]).mapValues(pathItem)
        var schemas = (document[path: ["components", "schemas"]]?.objectValue ?? [:]).mapValues(schema)
        for name in [OpenAPISchemas.quantity, OpenAPISchemas.intOrString] where schemas[name] != nil {
            schemas[name]?["type"] = "string"
        }
        return [
            "swagger": "2.0", "info": ["title": "Kubernetes", "version": "1.36"], "paths": .object(paths),
            "definitions": .object(schemas),
        ]
    }

    // MARK: schemas

    /// Values that may be null, or have fields nobody knows of, have no type: readers of version 2 would refuse them.
    private static func schema(_ source: JSONValue) -> JSONValue {
        var result = source
        for word in ["default", "allOf", "anyOf", "oneOf", "not", "nullable"] { result[word] = nil }
        let target = source["$ref"] ?? source["allOf"]?[0]?["$ref"]
        if let target { result["$ref"] = reference(target) }
        let isNullable = isNullable(source)
        let isOpen = source["x-kubernetes-preserve-unknown-fields"]?.boolValue == true
        if isNullable || isOpen { for word in ["items", "properties"] { result[word] = nil } }
        let isUntypedList = source["type"] == "array" && result["items"] == nil
        if isNullable || isUntypedList || (isOpen && source["type"] == "object") { result["type"] = nil }
        if let items = result["items"] { result["items"] = schema(items) }
        if let values = result["additionalProperties"], values.objectValue != nil {
            result["additionalProperties"] = schema(values)
            if self.isNullable(values) { result["required"] = nil }
        }
        if let properties = result["properties"]?.objectValue {
            result["properties"] = .object(properties.mapValues(schema))
            let required = (source["required"]?.arrayValue ?? []).filter { name in
                name.stringValue.flatMap { properties[$0] }.map(self.isNullable) != true
            }
            result["required"] = required.isEmpty ? nil : .array(required)
        }
        return result
    }

    private static func isNullable(_ schema: JSONValue) -> Bool { schema["nullable"]?.boolValue == true }

    private static func reference(_ target: JSONValue) -> JSONValue {
        .string("#/definitions/" + (target.stringValue ?? "").dropFirst("#/components/schemas/".count))
    }

    // MARK: paths

    private static func pathItem(_ source: JSONValue) -> JSONValue {
        .object(
            Dictionary(
                uniqueKeysWithValues: (source.objectValue ?? [:]).map { name, value in
                    (name, name == "parameters" ? parameters(value) : operation(value))
                }))
    }

    private static let applyPatch = "application/apply-patch+yaml"

    private static func operation(_ source: JSONValue) -> JSONValue {
        var result = source
        let content = source[path: ["requestBody", "content"]]?.objectValue ?? [:]
        result["requestBody"] = nil
        let types = content.keys.sorted().filter { $0 != applyPatch } + content.keys.filter { $0 == applyPatch }
        result["consumes"] = JSONValue(types.isEmpty ? ["application/json"] : types)
        result["produces"] = ["application/json"]
        result["schemes"] = ["https"]
        var all = parameters(source["parameters"] ?? []).arrayValue ?? []
        if let body = content.values.first?["schema"] {
            all.insert(["name": "body", "in": "body", "required": true, "schema": schema(body)], at: 0)
        }
        result["parameters"] = .array(all)
        result["responses"] = .object(
            (source["responses"]?.objectValue ?? [:]).mapValues { response in
                var result: JSONValue = ["description": response["description"] ?? ""]
                if let body = response[path: ["content", "application/json", "schema"]] {
                    result["schema"] = schema(body)
                }
                return result
            })
        return result
    }

    /// What version 3 says in a parameter's schema stands in the parameter itself.
    private static func parameters(_ source: JSONValue) -> JSONValue {
        .array(
            (source.arrayValue ?? []).map { parameter in
                var result = parameter
                result["schema"] = nil
                for (word, value) in parameter["schema"]?.objectValue ?? [:] { result[word] = value }
                return result
            })
    }
}
