import KubernetesClient

/// The component schemas of a document: kinds, and the types they refer to.
struct OpenAPISchemas {
    private(set) var schemas: [String: JSONValue] = [
        meta("Patch"): ["type": "object", "description": "Patch is provided to give a concrete name and type."],
        meta("ListMeta"): [
            "type": "object",
            "properties": [
                "continue": ["type": "string"], "remainingItemCount": ["type": "integer", "format": "int64"],
                "resourceVersion": ["type": "string"], "selfLink": ["type": "string"],
            ],
        ],
        meta("Status"): [
            "type": "object",
            "properties": [
                "apiVersion": ["type": "string"], "kind": ["type": "string"], "status": ["type": "string"],
                "code": ["type": "integer", "format": "int32"], "reason": ["type": "string"],
                "message": ["type": "string"], "details": ["type": "object"],
                "metadata": ["allOf": [["$ref": .string("#/components/schemas/\(meta("ListMeta"))")]]],
            ],
        ],
    ]

    static let quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity"
    static let intOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"

    static func meta(_ name: String) -> String { "io.k8s.apimachinery.pkg.apis.meta.v1.\(name)" }

    /// Adds a kind and its list.
    /// - Returns: the name of the kind's schema.
    mutating func add(_ definition: ResourceDefinition) -> String {
        let name = definition.isCustom ? customName(definition) : definition.schema.typeName ?? definition.kind
        func gvk(_ kind: String) -> JSONValue {
            [["group": .string(definition.group), "kind": .string(kind), "version": .string(definition.version)]]
        }
        var schema: JSONValue
        if definition.isCustom {
            schema = definition.schema.source ?? ["type": "object"]
            schema[path: ["properties", "apiVersion"]] = [
                "type": "string", "description": .string(TypeDescriptions.apiVersion),
            ]
            schema[path: ["properties", "kind"]] = ["type": "string", "description": .string(TypeDescriptions.kind)]
            schema[path: ["properties", "metadata"]] = [
                "allOf": [reference(Self.meta("ObjectMeta"))], "description": .string(TypeDescriptions.metadata),
            ]
            if let metadata = BuiltinKinds.metadata { addType(metadata) }
        } else {
            schema = object(definition.schema)
        }
        schema["x-kubernetes-group-version-kind"] = gvk(definition.kind)
        schemas[name] = schema
        if definition.verbs.contains("list") {
            schemas["\(name)List"] = [
                "type": "object", "required": ["items"], "x-kubernetes-group-version-kind": gvk(definition.listKind),
                "properties": [
                    "apiVersion": ["type": "string"], "kind": ["type": "string"],
                    "items": ["type": "array", "items": reference(name)],
                    "metadata": ["allOf": [reference(Self.meta("ListMeta"))]],
                ],
            ]
        }
        return name
    }

    /// What `kubectl explain` says of the fields that every custom kind has.
    private enum TypeDescriptions {
        private static let conventions =
            "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md"
        static let apiVersion =
            "APIVersion defines the versioned schema of this representation of an object. Servers should convert "
            + "recognized schemas to the latest internal value, and may reject unrecognized values. More info: "
            + "\(conventions)#resources"
        static let kind =
            "Kind is a string value representing the REST resource this object represents. Servers may infer this from "
            + "the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: "
            + "\(conventions)#types-kinds"
        static let metadata = "Standard object's metadata. More info: \(conventions)#metadata"
    }

    private func customName(_ definition: ResourceDefinition) -> String {
        let group = definition.group.split(separator: ".").reversed().joined(separator: ".")
        return "\(group).\(definition.version).\(definition.kind)"
    }

    private func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

    private mutating func addType(_ schema: Schema) {
        guard let name = schema.typeName, schemas[name] == nil else { return }
        schemas[name] = [:]
        schemas[name] = object(schema)
    }

    private mutating func object(_ schema: Schema) -> JSONValue {
        var properties: [String: JSONValue] = [:]
        for (name, property) in schema.properties { properties[name] = self.property(property) }
        var result: JSONValue = ["type": "object", "properties": .object(properties)]
        if !schema.required.isEmpty { result["required"] = JSONValue(schema.required.sorted()) }
        if schema.atomicMap { result["x-kubernetes-map-type"] = "atomic" }
        return result
    }

    private mutating func property(_ schema: Schema) -> JSONValue {
        var result = value(schema, plainReference: false)
        if let value = schema.defaultValue { result["default"] = value }
        if let key = schema.patchMergeKey { result["x-kubernetes-patch-merge-key"] = .string(key) }
        if !schema.patchStrategy.isEmpty {
            result["x-kubernetes-patch-strategy"] = .string(schema.patchStrategy.sorted().joined(separator: ","))
        }
        if let allowed = schema.bounds.enumeration { result["enum"] = .array(allowed) }
        switch schema.listType {
        case .map(let keys):
            result["x-kubernetes-list-type"] = "map"
            result["x-kubernetes-list-map-keys"] = JSONValue(keys)
        case .set: result["x-kubernetes-list-type"] = "set"
        case .atomic where schema.kind == .array: result["x-kubernetes-list-type"] = "atomic"
        case .atomic: if schema.atomicMap, schema.typeName == nil { result["x-kubernetes-map-type"] = "atomic" }
        }
        return result
    }

    private mutating func value(_ schema: Schema, plainReference: Bool) -> JSONValue {
        func referred(_ name: String) -> JSONValue {
            plainReference ? reference(name) : ["allOf": [reference(name)]]
        }
        if let name = schema.typeName {
            addType(BuiltinKinds.types[name] ?? schema)
            return referred(name)
        }
        switch schema.kind {
        case .object:
            guard let values = schema.additionalProperties else { return ["type": "object"] }
            return ["type": "object", "additionalProperties": value(values, plainReference: true)]
        case .array:
            guard let items = schema.items else { return ["type": "array"] }
            return ["type": "array", "items": value(items, plainReference: true)]
        case .intOrString:
            schemas[Self.intOrString] = [
                "format": "int-or-string", "oneOf": [["type": "integer"], ["type": "string"]],
            ]
            return referred(Self.intOrString)
        case .any: return ["x-kubernetes-preserve-unknown-fields": true]
        case .string where schema.format == "quantity":
            schemas[Self.quantity] = ["oneOf": [["type": "string"], ["type": "number"]]]
            return referred(Self.quantity)
        default:
            var result: JSONValue = ["type": .string(schema.kind.rawValue)]
            if let format = schema.format { result["format"] = .string(format == "micro-time" ? "date-time" : format) }
            return result
        }
    }
}
