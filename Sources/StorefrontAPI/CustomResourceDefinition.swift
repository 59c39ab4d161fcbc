public import KubernetesClient

/// The CustomResourceDefinition that teaches an API server what a Storefront is.
public struct CustomResourceDefinition: Sendable {
    public var json: JSONValue

    /// The definition as a YAML document with a comment on top; the same text every time.
    public func yaml() -> String {
        "# Generated from the Swift types by `storefront crd`; do not edit.\n---\n" + json.yaml()
    }

    public static func storefront() -> CustomResourceDefinition {
        let kind = Storefront.resourceKind
        return CustomResourceDefinition(json: [
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": ["name": .string("\(kind.plural).\(kind.group)")],
            "spec": [
                "group": .string(kind.group),
                "names": [
                    "kind": .string(kind.kind), "listKind": .string("\(kind.kind)List"),
                    "plural": .string(kind.plural), "singular": "storefront", "shortNames": ["sf"],
                    "categories": ["storefront"],
                ],
                "scope": "Namespaced",
                "versions": [
                    [
                        "name": .string(kind.version), "served": true, "storage": true,
                        "subresources": ["status": [:]],
                        "additionalPrinterColumns": .array(columns),
                        "schema": ["openAPIV3Schema": root],
                    ]
                ],
            ],
        ])
    }

    private static var columns: [JSONValue] {
        let ready = #".status.conditions[?(@.type=="Ready")]"#
        return [
            ["name": "Ready", "type": "string", "jsonPath": .string("\(ready).status")],
            ["name": "Version", "type": "string", "jsonPath": ".status.version"],
            ["name": "URL", "type": "string", "jsonPath": ".status.url"],
            ["name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"],
            ["name": "Reason", "type": "string", "jsonPath": .string("\(ready).reason"), "priority": 1],
        ]
    }

    private static var root: JSONValue {
        [
            "description": "An online shop: five services with their databases, messaging and secrets.",
            "type": "object",
            "required": ["spec"],
            "properties": [
                "apiVersion": ["type": "string"],
                "kind": ["type": "string"],
                "metadata": ["type": "object"],
                "spec": StorefrontSpec.schema.json,
                "status": StorefrontStatus.schema.json,
            ],
            "x-kubernetes-validations": .array(
                NameRule.rules.map { ["rule": .string($0.cel), "message": .string($0.message)] }),
        ]
    }
}
