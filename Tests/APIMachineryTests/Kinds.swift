import KubernetesClient
import Testing

@testable import APIMachinery

/// Kinds the tests work with.
enum Kinds {
    static func builtin(_ plural: String, _ group: String = "", _ version: String = "v1") throws -> ResourceDefinition {
        try #require(BuiltinKinds.find(group: group, version: version, plural: plural))
    }

    /// A custom kind with this schema for its spec and status.
    static func custom(
        spec: JSONValue, status: JSONValue? = nil, subresources: JSONValue = ["status": [:]]
    ) throws -> ResourceDefinition {
        try #require(
            CustomResourceDefinitions.definitions(of: definition(spec: spec, status: status, subresources)).first)
    }

    static func definition(
        spec: JSONValue, status: JSONValue? = nil, _ subresources: JSONValue = ["status": [:]]
    ) -> JSONValue {
        [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": ["name": "shops.example.dev"],
            "spec": [
                "group": "example.dev", "scope": "Namespaced",
                "names": ["plural": "shops", "singular": "shop", "kind": "Shop", "listKind": "ShopList"],
                "versions": [
                    [
                        "name": "v1", "served": true, "storage": true, "subresources": subresources,
                        "schema": [
                            "openAPIV3Schema": [
                                "type": "object",
                                "properties": [
                                    "spec": spec,
                                    "status": status ?? [
                                        "type": "object", "x-kubernetes-preserve-unknown-fields": true,
                                    ],
                                ],
                            ]
                        ],
                    ]
                ],
            ],
        ]
    }

    static func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: text) }
}

/// A store of one object: what a server does around the pure functions.
struct OneObject {
    let definition: ResourceDefinition
    private(set) var value: JSONValue?
    var now = "2024-01-01T00:00:00Z"

    init(_ definition: ResourceDefinition) { self.definition = definition }

    var managers: [String: JSONValue] {
        var result: [String: JSONValue] = [:]
        for entry in value?[path: ["metadata", "managedFields"]]?.arrayValue ?? [] {
            let name = entry["manager"]?.stringValue ?? ""
            result[entry["operation"] == "Apply" ? name : "\(name)/update"] = entry["fieldsV1"]
        }
        return result
    }

    mutating func apply(_ configuration: JSONValue, as manager: String, force: Bool = false) throws {
        var configuration = configuration
        configuration["apiVersion"] = .string(definition.apiVersion)
        configuration["kind"] = .string(definition.kind)
        let new = try ServerSideApply.apply(
            configuration, to: value, definition: definition, manager: manager, force: force, now: now)
        try store(new, subresource: nil)
    }

    mutating func write(_ object: JSONValue, as manager: String, subresource: String? = nil) throws {
        var object = object
        object["apiVersion"] = .string(definition.apiVersion)
        object["kind"] = .string(definition.kind)
        let decoded = definition.withDefaults(try definition.decode(object).object)
        let owned = ManagedFields.updated(
            decoded, old: value, definition: definition, manager: manager, subresource: subresource, now: now)
        try store(owned, subresource: subresource)
    }

    mutating func merge(_ patch: JSONValue, as manager: String, subresource: String? = nil) throws {
        try write(Patch.merge(patch, onto: try #require(value)), as: manager, subresource: subresource)
    }

    private mutating func store(_ new: JSONValue, subresource: String?) throws {
        let errors: [FieldError]
        var object: JSONValue
        if let old = value {
            object = definition.prepareForUpdate(new, old: old, subresource: subresource)
            errors = definition.validateUpdate(object, old: old, subresource: subresource)
        } else {
            object = new
            object[path: ["metadata", "uid"]] = "11111111-2222-4333-8444-555555555555"
            object[path: ["metadata", "creationTimestamp"]] = .string(now)
            object = definition.prepareForCreate(object)
            errors = definition.validateCreate(object)
        }
        if !errors.isEmpty { throw StatusError.invalid(definition, name: object.objectName, errors) }
        value = object
    }
}
