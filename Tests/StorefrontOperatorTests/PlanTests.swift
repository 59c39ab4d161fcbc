import Contracts
import Foundation
import KubernetesClient
import StorefrontAPI
import Testing

@testable import StorefrontOperator

@Suite("The plan of a shop")
struct PlanTests {
    /// All planned objects as one YAML stream.
    static func text(_ plan: StorefrontPlan) -> String {
        plan.kubernetesObjects.map { "---\n" + $0.json.yaml() }.joined()
            + "---\n" + (JSONValue(plan.databases.flatMap(\.statements)).yaml()) + "---\n"
            + JSONValue(plan.broker.summary).yaml()
    }

    @Test(
        "is the recorded one; after a change that is meant, STOREFRONT_RECORD=1 writes it anew",
        arguments: ["minimal", "everything"])
    func golden(_ name: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Golden/\(name).yaml")
        let shop =
            name == "minimal"
            ? try Fixtures.shop() : try Fixtures.shop(name: "corner", namespace: "retail", Self.everything)
        var facts = ObservedFacts()
        if name == "everything" {
            facts.redisPort = 6380
            facts.publicURL = "https://shop.example.com"
        }
        let text = Self.text(try Fixtures.plan(shop, facts: facts))
        if ProcessInfo.processInfo.environment["STOREFRONT_RECORD"] != nil {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }

    static func everything(_ json: inout JSONValue) {
        json["spec"] = [
            "host": "shop.example.com", "currency": "EUR", "version": "2.1.0", "sampleData": true, "logLevel": "Debug",
            "deletionPolicy": "Delete",
            "image": ["registry": "registry.example.com/shop", "tag": "2.1.0-r1", "pullSecretNames": ["pull"]],
            "postgres": [
                "server": ["host": "10.1.2.3", "port": 5433, "adminSecretName": "pg", "sslMode": "VerifyFull"]
            ],
            "rabbitmq": ["server": ["host": "mq.data.svc", "port": 5671, "tls": true, "adminSecretName": "mq"]],
            "redis": ["secretName": "redis"], "admin": ["email": "boss@example.com", "secretName": "boss"],
            "ingress": ["className": "nginx", "annotations": ["a.example/b": "c"], "tlsSecretName": "shop-tls"],
            "order": ["shippingCents": 499, "taxBasisPoints": 825],
            "notifications": [
                "from": "shop@example.com",
                "smtp": ["host": "mail", "port": 465, "security": "TLS", "secretName": "smtp"],
            ],
            "services": [
                "user": ["autoscaling": ["minReplicas": 3, "maxReplicas": 3]],
                "product": [
                    "autoscaling": ["minReplicas": 2, "maxReplicas": 20, "targetCPU": 60, "targetMemory": 80],
                    "resources": ["requests": ["cpu": 1, "memory": "128Mi"], "limits": ["memory": "512Mi"]],
                    "image": "registry.example.com/product@sha256:1234",
                    "env": [["name": "LOG_LEVEL", "value": "trace"]], "podAnnotations": ["team": "catalogue"],
                    "podLabels": ["tier": "web"], "nodeSelector": ["disk": "ssd"],
                    "tolerations": [
                        ["key": "dedicated", "operator": "Equal", "value": "shop", "effect": "NoSchedule"]
                    ],
                    "topologySpread": [
                        "topologyKeys": ["kubernetes.io/hostname"], "whenUnsatisfiable": "DoNotSchedule",
                    ],
                    "priorityClassName": "shop-high",
                    "database": ["poolSize": 20, "statementTimeoutSeconds": 5, "connectionLimit": 300],
                ],
            ],
        ]
    }

    @Test("is the same every time")
    func deterministic() throws {
        let shop = try Fixtures.shop()
        #expect(Self.text(try Fixtures.plan(shop)) == Self.text(try Fixtures.plan(shop)))
    }

    @Test("leaves the number of replicas to the autoscaler, where there is one")
    func replicas() throws {
        let scaled = try Fixtures.plan(try Fixtures.shop())
        #expect(scaled.deployment(.user)?["spec", "replicas"] == nil)
        #expect(scaled.object(.horizontalPodAutoscaler, "acme-user")?.isUnwanted == false)
        let fixed = try Fixtures.plan(
            try Fixtures.shop {
                $0[path: ["spec", "services", "user", "autoscaling"]] = ["minReplicas": 3, "maxReplicas": 3]
            })
        #expect(fixed.deployment(.user)?["spec", "replicas"] == 3)
        #expect(fixed.object(.horizontalPodAutoscaler, "acme-user")?.isUnwanted == true)
    }

    @Test("scales to zero when suspended, and keeps everything else")
    func suspended() throws {
        let open = try Fixtures.plan(try Fixtures.shop())
        let closed = try Fixtures.plan(try Fixtures.shop { $0[path: ["spec", "suspend"]] = true })
        #expect(closed.workloads.allSatisfy { $0.deployment.object["spec", "replicas"] == 0 })
        #expect(closed.objects == open.objects)
    }

    @Test("keeps to restricted pod security in every pod")
    func restricted() throws {
        let plan = try Fixtures.plan(try Fixtures.shop())
        for planned in plan.workloads.flatMap({ [$0.migration, $0.deployment] }) {
            let pod = planned.object["spec", "template", "spec"]
            #expect(pod?[path: ["securityContext", "runAsNonRoot"]] == true)
            #expect(pod?[path: ["securityContext", "seccompProfile", "type"]] == "RuntimeDefault")
            #expect(pod?["automountServiceAccountToken"] == false)
            for container in pod?["containers"]?.arrayValue ?? [] {
                #expect(container[path: ["securityContext", "capabilities", "drop"]] == ["ALL"])
                #expect(container[path: ["securityContext", "allowPrivilegeEscalation"]] == false)
                #expect(container[path: ["securityContext", "readOnlyRootFilesystem"]] == true)
            }
        }
    }

    @Test("mounts every volume it has, and has every volume it mounts")
    func volumes() throws {
        let plan = try Fixtures.plan(try Fixtures.shop(name: "corner", Self.everything))
        for planned in plan.workloads.flatMap({ [$0.migration, $0.deployment] }) {
            let pod = planned.object["spec", "template", "spec"]
            let names = { (list: JSONValue?) in Set((list?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }) }
            #expect(names(pod?["volumes"]) == names(pod?["containers"]?[0]?["volumeMounts"]))
        }
    }

    @Test("runs the migration again for another release or database, but not for a log level or replicas")
    func migrationKey() throws {
        let before = try Fixtures.shop().migrationKey(.user)
        let same: [(inout JSONValue) -> Void] = [
            { $0[path: ["spec", "logLevel"]] = "Debug" },
            { $0[path: ["spec", "services", "user", "autoscaling"]] = ["maxReplicas": 30] },
            { $0[path: ["spec", "host"]] = "shop.example.com" },
        ]
        for change in same { #expect(try Fixtures.shop(change).migrationKey(.user) == before) }
        let other: [(inout JSONValue) -> Void] = [
            { $0[path: ["spec", "version"]] = "1.0.1" },
            { $0[path: ["spec", "services", "user", "image"]] = "example.com/user:2" },
            { $0[path: ["spec", "postgres", "server", "host"]] = "elsewhere" },
        ]
        for change in other { #expect(try Fixtures.shop(change).migrationKey(.user) != before) }
    }

    @Test("does not restart pods when the public URL becomes known, and does when a Secret changes")
    func podHashes() throws {
        let shop = try Fixtures.shop()
        var facts = ObservedFacts()
        let before = try Fixtures.plan(shop, facts: facts)
        facts.publicURL = "http://127.0.0.1:8080"
        let after = try Fixtures.plan(shop, facts: facts)
        #expect(before.deployment(.order) == after.deployment(.order))
        #expect(before.object(.configMap, "acme-order") != after.object(.configMap, "acme-order"))
        facts.userSecrets["redis"] = "other"
        #expect(try Fixtures.plan(shop, facts: facts).deployment(.order) != before.deployment(.order))
        #expect(try Fixtures.plan(shop, facts: facts).deployment(.payment) == before.deployment(.payment))
    }

    @Test("keeps what holds data when the Storefront goes, unless told to delete it")
    func ownership() throws {
        let retained = try Fixtures.plan(try Fixtures.shop())
        let deleted = try Fixtures.plan(try Fixtures.shop { $0[path: ["spec", "deletionPolicy"]] = "Delete" })
        for name in ["acme-user-database", "acme-user-rabbitmq", "acme-ca", "acme-jwt-signing", "acme-admin"] {
            #expect(retained.object(.secret, name)?.object.ownerReferences == [])
            #expect(deleted.object(.secret, name)?.object.ownerReferences.map(\.uid) == ["uid-1"])
        }
        #expect(retained.object(.persistentVolumeClaim, "acme-mailbox")?.object.ownerReferences == [])
        #expect(retained.object(.secret, "acme-user-tls")?.object.ownerReferences.map(\.uid) == ["uid-1"])
        #expect(retained.deployment(.user)?.controllerReference?.uid == "uid-1")
    }

    @Test("has an Ingress whose paths lead to Services that are there")
    func routes() throws {
        let plan = try Fixtures.plan(try Fixtures.shop())
        let rules = plan.object(.ingress, "acme")?.object["spec", "rules"]?[0]?[path: ["http", "paths"]]?.arrayValue
        #expect(rules?.count == 11)
        for rule in rules ?? [] {
            let name = rule[path: ["backend", "service", "name"]]?.stringValue ?? ""
            let ports = plan.object(.service, name)?.object["spec", "ports"]?.arrayValue
            #expect(ports?.contains { $0["name"] == rule[path: ["backend", "service", "port", "name"]] } == true)
        }
    }

    @Test("can be shown for a Storefront that was never applied")
    func preview() throws {
        let plan = try StorefrontPlan.preview(of: Fixtures.storefront { $0[path: ["metadata", "uid"]] = nil })
        let objects = plan.kubernetesObjects
        #expect(objects.filter { $0.kind == "Deployment" }.count == 5)
        #expect(objects.allSatisfy { $0.ownerReferences.isEmpty })
        #expect(throws: SchemaProblem.self) {
            try StorefrontPlan.preview(of: Fixtures.storefront { $0[path: ["spec", "redis"]] = nil })
        }
    }

    @Test("selects with a Service exactly the pods of its Deployment, not those of migrations")
    func selection() throws {
        let plan = try Fixtures.plan(try Fixtures.shop())
        for workload in plan.workloads {
            let name = workload.deployment.object.name
            let selector = plan.object(.service, name)?.object["spec", "selector"]?.stringMapValue ?? [:]
            func matches(_ object: UntypedObject) -> Bool {
                let labels = object["spec", "template", "metadata", "labels"]?.stringMapValue ?? [:]
                return selector.allSatisfy { labels[$0.key] == $0.value }
            }
            #expect(!selector.isEmpty)
            #expect(matches(workload.deployment.object))
            #expect(!matches(workload.migration.object))
        }
    }
}
