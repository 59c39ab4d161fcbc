import Contracts
import Foundation
import KubernetesClient
import StorefrontAPI

@testable import StorefrontOperator

/// Storefronts and material for tests.
enum Fixtures {
    static func storefront(
        name: String = "acme", namespace: String = "default", _ change: (inout JSONValue) -> Void = { _ in }
    ) -> Storefront {
        var json: JSONValue = [
            "apiVersion": "storefront.dev/v1alpha1", "kind": "Storefront",
            "metadata": [
                "name": .string(name), "namespace": .string(namespace), "uid": "uid-1", "generation": 1,
            ],
            "spec": [
                "postgres": ["server": ["host": "postgres", "adminSecretName": "postgres-admin"]],
                "rabbitmq": ["server": ["host": "rabbitmq", "adminSecretName": "rabbitmq-admin"]],
                "redis": ["secretName": "redis"],
            ],
        ]
        change(&json)
        return Storefront(untyped: UntypedObject(json))
    }

    static func shop(
        name: String = "acme", namespace: String = "default", _ change: (inout JSONValue) -> Void = { _ in }
    ) throws -> Shop {
        try Shop(storefront(name: name, namespace: namespace, change), operatorVersion: "1.0.0")
    }

    static func plan(_ shop: Shop, facts: ObservedFacts = ObservedFacts()) throws -> StorefrontPlan {
        try StorefrontPlan(shop, material: .placeholder(for: shop), facts: facts)
    }
}

extension StorefrontPlan {
    func object(_ kind: ResourceKind, _ name: String) -> PlannedObject? {
        (objects + workloads.flatMap { [$0.migration, $0.deployment] })
            .first { $0.kind == kind && $0.object.name == name }
    }

    func deployment(_ service: ServiceName) -> UntypedObject? {
        workloads.first { $0.service == service }?.deployment.object
    }
}
