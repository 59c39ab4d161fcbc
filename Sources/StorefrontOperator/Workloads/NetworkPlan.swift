import Contracts
import KubernetesClient
import StorefrontAPI

extension Shop {
    /// The stable name and address of a service. The management port is no business of other pods.
    func service(_ service: ServiceName) -> PlannedObject {
        object(
            .service, objectName(service), service: service,
            [
                "spec": [
                    "type": "ClusterIP",
                    "selector": JSONValue(selector(service)),
                    "ports": [
                        [
                            "name": "http", "port": 80, "targetPort": "http", "protocol": "TCP",
                            "appProtocol": "http",
                        ],
                        [
                            "name": "internal", "port": .init(PodLayout.internalPort), "targetPort": "internal",
                            "protocol": "TCP", "appProtocol": "https",
                        ],
                    ],
                ]
            ])
    }

    /// The identity of a service's pods; they have nothing to ask of the API server.
    func serviceAccount(_ service: ServiceName) -> PlannedObject {
        object(.serviceAccount, objectName(service), service: service, ["automountServiceAccountToken": false])
    }

    /// Who may talk to a service's pods and whom they may talk to: customers come in through the public port, the
    /// shop's own pods through the internal one, probes and metrics through the management port.
    func networkPolicy(_ service: ServiceName, facts: ObservedFacts) -> PlannedObject {
        func port(_ number: Int, _ transport: String = "TCP") -> JSONValue {
            ["port": .init(number), "protocol": .string(transport)]
        }
        let ownPods: JSONValue = [
            "podSelector": ["matchLabels": [Labels.instance: .string(name), Labels.partOf: "storefront"]]
        ]
        // Most networks judge a packet once a Service's address has become a pod's. So beside the port that is named
        // there is the one that the pods of such servers listen on.
        var outside = [
            spec.postgres.server.port, 5432, spec.rabbitmq.server.port, spec.rabbitmq.server.tls ? 5671 : 5672,
        ]
        if service == .product || service == .order { outside += [facts.redisPort ?? 6379, 6379] }
        if service == .notification, let smtp = spec.notifications.smtp {
            outside += [smtp.port, 25, 465, 587, 1025, 2525]
        }
        var seen: Set<Int> = []
        outside = outside.filter { seen.insert($0).inserted }
        return object(
            .networkPolicy, objectName(service), service: service,
            [
                "spec": [
                    "podSelector": [
                        "matchLabels": [Labels.instance: .string(name), Labels.service: .string(service.rawValue)]
                    ],
                    "policyTypes": ["Ingress", "Egress"],
                    "ingress": [
                        ["ports": [port(PodLayout.publicPort), port(PodLayout.managementPort)]],
                        ["from": [ownPods], "ports": [port(PodLayout.internalPort)]],
                    ],
                    "egress": [
                        ["ports": [port(53, "UDP"), port(53), port(5353, "UDP"), port(5353)]],
                        ["to": [ownPods], "ports": [port(PodLayout.internalPort)]],
                        ["ports": .array(outside.map { port($0) })],
                    ],
                ]
            ])
    }

    /// The one entry from outside: which paths lead to which service.
    func ingress() -> PlannedObject {
        guard spec.ingress.enabled else {
            return PlannedObject(unwanted: .ingress, name: name, namespace: namespace)
        }
        let paths: [JSONValue] = Self.routes.flatMap { service, paths in
            paths.map { path in
                [
                    // Strict ingress controllers take no dot in a Prefix.
                    "path": .string(path), "pathType": path.contains(".") ? "ImplementationSpecific" : "Prefix",
                    "backend": ["service": ["name": .string(objectName(service)), "port": ["name": "http"]]],
                ]
            }
        }
        var rule: JSONValue = ["http": ["paths": .array(paths)]]
        rule["host"] = spec.host.map { .string($0) }
        var ingressSpec: JSONValue = ["rules": [rule]]
        ingressSpec["ingressClassName"] = spec.ingress.className.map { .string($0) }
        if let secret = spec.ingress.tlsSecretName {
            var tls: JSONValue = ["secretName": .string(secret)]
            tls["hosts"] = spec.host.map { [.string($0)] }
            ingressSpec["tls"] = [tls]
        }
        return object(.ingress, name, service: nil, annotations: spec.ingress.annotations, ["spec": ingressSpec])
    }

    /// The public paths of each service, as prefixes.
    static let routes: [(ServiceName, [String])] = [
        (.user, ["/api/v1/auth", "/api/v1/users", "/.well-known/jwks.json"]),
        (.product, ["/api/v1/products", "/api/v1/categories", "/api/v1/inventory"]),
        (.order, ["/api/v1/cart", "/api/v1/orders", "/api/v1/shipments"]),
        (.payment, ["/api/v1/payments"]),
        (.notification, ["/api/v1/notifications"]),
    ]
}
