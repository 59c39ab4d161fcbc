import Foundation
import KubernetesClient
import LocalAPIServer
import Logging
import NIOHTTP1
import Testing

@Suite(.serialized) struct ServerTests {
    @Test func objectsLiveAsInKubernetes() async throws {
        try await withServer { running in
            let client = running.client
            let created = try await client.create(.configMap, configMap("a", ["k": "1"]))
            #expect(!created.json.text("metadata", "uid").isEmpty)
            await expectRefusal(\.isAlreadyExists) { try await client.create(.configMap, configMap("a")) }
            var changed = created
            changed["data", "k"] = "2"
            let replaced = try await client.replace(.configMap, changed)
            #expect(replaced.resourceVersion != created.resourceVersion)
            await expectRefusal(\.isConflict) { try await client.replace(.configMap, changed) }
            let same = try await client.replace(.configMap, replaced)
            #expect(same.resourceVersion == replaced.resourceVersion, "a write that changes nothing is none")
            #expect(try await client.delete(.configMap, "a", namespace: "default") == nil)
            #expect(try await client.find(.configMap, "a", namespace: "default") == nil)
        }
    }

    @Test func everythingAcknowledgedIsThereAfterARestart() async throws {
        let folder = NSTemporaryDirectory() + "apiserver-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var revision = ""
        try await withServer(state: folder) { running in
            for index in 0..<20 {
                try await running.client.create(.configMap, configMap("m\(index)", ["k": "\(index)"]))
            }
            revision = try await running.client.get(.configMap, "m19", namespace: "default").resourceVersion ?? ""
        }
        try await withServer(state: folder) { running in
            let all = try await running.client.listAll(.configMap, namespace: "default")
            #expect(all.items.count { $0.name.hasPrefix("m") } == 20)
            #expect(all.items.first { $0.name == "m19" }?.resourceVersion == revision)
            let next = try await running.client.create(.configMap, configMap("later"))
            #expect(Int(next.resourceVersion ?? "") ?? 0 > Int(revision) ?? 0)
        }
    }

    @Test func aWatchBySelectorSeesObjectsComeAndGo() async throws {
        try await withServer { running in
            let client = running.client
            let list = try await client.list(.configMap, namespace: "default")
            let watch = try await client.watch(
                .configMap, namespace: "default",
                options: WatchOptions(labelSelector: "in=yes", resourceVersion: list.resourceVersion))
            try await client.create(.configMap, configMap("a"))
            for labels in [["in": "yes"], ["in": "no"]] as [JSONValue] {
                try await client.patch(.configMap, "a", namespace: "default", .merge(["metadata": ["labels": labels]]))
            }
            var events: [String] = []
            for try await event in watch {
                switch event {
                case .added(let object): events.append("ADDED \(object.name)")
                case .deleted(let object): events.append("DELETED \(object.name)")
                case .modified(let object): events.append("MODIFIED \(object.name)")
                default: continue
                }
                if events.count == 2 { break }
            }
            #expect(events == ["ADDED a", "DELETED a"])
        }
    }

    @Test func aServiceAccountMayOnlyWhatItsRolesSay() async throws {
        try await withServer { running in
            let admin = running.client
            try await admin.create(.serviceAccount, UntypedObject(.serviceAccount, name: "op", namespace: "default"))
            let token = try await admin.serviceAccountToken("op", namespace: "default").token
            try await running.withClient(token: token) { client in
                await expectRefusal(\.isForbidden) { try await client.list(.configMap, namespace: "default") }
                var role = UntypedObject(.role, name: "reader", namespace: "default")
                role["rules"] = [["apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]]]
                try await admin.create(.role, role)
                var binding = UntypedObject(.roleBinding, name: "op", namespace: "default")
                binding["roleRef"] = ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"]
                binding["subjects"] = [["kind": "ServiceAccount", "name": "op", "namespace": "default"]]
                try await admin.create(.roleBinding, binding)
                _ = try await client.list(.configMap, namespace: "default")
                await expectRefusal(\.isForbidden) { try await client.create(.configMap, configMap("a")) }
            }
            try await admin.delete(.serviceAccount, "op", namespace: "default")
            try await running.withClient(token: token) { client in
                await expectRefusal(\.isUnauthorized) { try await client.list(.configMap, namespace: "default") }
            }
        }
    }

    @Test func onlyWhoMayImpersonateActsAsSomebodyElse() async throws {
        try await withServer { running in
            let admin = running.client
            var asNobody = admin.configuration
            asNobody.impersonatedUser = "nobody"
            let nobody = KubernetesClient(configuration: asNobody)
            await expectRefusal(\.isForbidden) { try await nobody.list(.configMap, namespace: "default") }
            try await nobody.shutdown()
            try await admin.create(.serviceAccount, UntypedObject(.serviceAccount, name: "op", namespace: "default"))
            var configuration = admin.configuration
            configuration.token = .text(try await admin.serviceAccountToken("op", namespace: "default").token)
            configuration.impersonatedUser = "admin"
            configuration.impersonatedGroups = ["system:masters"]
            let climber = KubernetesClient(configuration: configuration)
            await expectRefusal(\.isForbidden) { try await climber.list(.configMap, namespace: "default") }
            try await climber.shutdown()
        }
    }

    @Test func anEvictionThatABudgetForbidsIsRefused() async throws {
        try await withServer { running in
            let client = running.client
            var pod = UntypedObject(.pod, name: "web", namespace: "default", labels: ["app": "web"])
            pod["spec"] = ["containers": [["name": "web", "image": "web:1"]]]
            try await client.create(
                .serviceAccount, UntypedObject(.serviceAccount, name: "default", namespace: "default"))
            try await client.create(.pod, pod)
            var budget = UntypedObject(.podDisruptionBudget, name: "web", namespace: "default")
            budget["spec"] = ["minAvailable": 1, "selector": ["matchLabels": ["app": "web"]]]
            try await client.create(.podDisruptionBudget, budget)
            var eviction = UntypedObject(.pod, name: "web", namespace: "default")
            eviction["apiVersion"] = "policy/v1"
            eviction["kind"] = "Eviction"
            await expectRefusal(\.isTooManyRequests) { [eviction] in
                try await client.create(.pod, eviction, subresource: "eviction")
            }
            try await client.patch(
                .podDisruptionBudget, "web", namespace: "default",
                .merge(["status": ["disruptionsAllowed": 1, "observedGeneration": 1]]), subresource: "status")
            try await client.create(.pod, eviction, subresource: "eviction")
            #expect(try await client.find(.pod, "web", namespace: "default") == nil)
            let left = try await client.get(.podDisruptionBudget, "web", namespace: "default")
            #expect(left["status", "disruptionsAllowed"] == 0)
        }
    }

    private static var widgets: UntypedObject {
        var definition = UntypedObject(.customResourceDefinition, name: "widgets.example.com")
        definition["spec"] = [
            "group": "example.com", "scope": "Namespaced",
            "names": ["plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true, "subresources": ["status": [:]],
                    "schema": [
                        "openAPIV3Schema": [
                            "type": "object",
                            "properties": [
                                "spec": [
                                    "type": "object",
                                    "properties": ["size": ["type": "integer", "minimum": 1, "default": 3]],
                                ], "status": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
                            ],
                        ]
                    ],
                ]
            ],
        ]
        return definition
    }

    @Test func aCustomKindIsServedAtOnceAndGoesWithItsObjects() async throws {
        try await withServer { running in
            let client = running.client
            try await client.create(.customResourceDefinition, Self.widgets)
            let widget = ResourceKind(group: "example.com", version: "v1", plural: "widgets", kind: "Widget")
            var object = UntypedObject(widget, name: "a", namespace: "default")
            object["spec"] = ["size": 0]
            await expectRefusal(\.isInvalid) { try await client.create(widget, object) }
            object["spec"] = [:]
            let created = try await client.create(widget, object)
            #expect(created["spec", "size"] == 3)
            object["status"] = ["phase": "Up"]
            let applied = try await client.apply(widget, object, fieldManager: "op")
            #expect(applied["status"] == nil, "only /status writes the status")
            #expect(try await client.resources(group: "example.com", version: "v1").map(\.plural) == ["widgets"])
            try await client.delete(.customResourceDefinition, "widgets.example.com")
            #expect(try await client.find(.customResourceDefinition, "widgets.example.com") == nil)
            await expectRefusal({ $0.status?.code == 404 }) { try await client.list(widget, namespace: "default") }
        }
    }

    @Test func watchesThatBeginWhileTheirKindIsRemovedEnd() async throws {
        try await withServer { running in
            let client = running.client
            let kind = ResourceKind(
                group: "example.com", version: "v1", plural: "widgets", kind: "Widget", isNamespaced: true)
            for _ in 0..<20 {
                try await client.create(.customResourceDefinition, Self.widgets)
                while (try? await client.list(kind, namespace: "default")) == nil {}
                let begin = ContinuousClock.now
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for delay in 0..<8 {
                        group.addTask {
                            try await Task.sleep(for: .microseconds(300 * delay))
                            do {
                                for try await _ in try await client.watch(
                                    kind, namespace: "default", options: WatchOptions(timeoutSeconds: 20))
                                {}
                            } catch let error as KubernetesError {
                                guard error.isNotFound else { throw error }
                            }
                        }
                    }
                    group.addTask {
                        try await Task.sleep(for: .milliseconds(1))
                        try await client.delete(.customResourceDefinition, "widgets.example.com")
                    }
                    try await group.waitForAll()
                }
                #expect(.now - begin < .seconds(15), "a watch has waited for its own end")
                while (try await client.find(.customResourceDefinition, "widgets.example.com")) != nil {}
            }
        }
    }

    @Test func whatAnotherVersionDoesNotHaveIsNotStored() async throws {
        try await withServer { running in
            let client = running.client
            func version(_ name: String, _ field: String) -> JSONValue {
                [
                    "name": .string(name), "served": true, "storage": .bool(name == "v1"),
                    "schema": [
                        "openAPIV3Schema": [
                            "type": "object",
                            "properties": [
                                "spec": ["type": "object", "properties": .object([field: ["type": "string"]])]
                            ],
                        ]
                    ],
                ]
            }
            var definition = UntypedObject(.customResourceDefinition, name: "widgets.example.com")
            definition["spec"] = [
                "group": "example.com", "scope": "Namespaced",
                "names": ["plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"],
                "versions": [version("v1", "b"), version("v1beta1", "a")],
            ]
            try await client.create(.customResourceDefinition, definition)
            func kind(_ version: String) -> ResourceKind {
                ResourceKind(group: "example.com", version: version, plural: "widgets", kind: "Widget")
            }
            var object = UntypedObject(kind("v1beta1"), name: "w", namespace: "default")
            object["spec"] = ["a": "1"]
            #expect(try await client.create(kind("v1beta1"), object)["spec"] == [:])
            try await client.patch(kind("v1"), "w", namespace: "default", .merge(["spec": ["b": "2"]]))
            #expect(try await client.get(kind("v1"), "w", namespace: "default")["spec"] == ["b": "2"])
            #expect(try await client.get(kind("v1beta1"), "w", namespace: "default")["spec"] == [:])
        }
    }

    @Test func aPodWaitsForTheAccountOfItsNewNamespace() async throws {
        try await withServer { running in
            let client = running.client
            try await client.create(.namespace, UntypedObject(.namespace, name: "fresh"))
            func pod(account: String) -> UntypedObject {
                var pod = UntypedObject(.pod, name: "p", namespace: "fresh")
                pod.spec = ["serviceAccountName": .string(account), "containers": [["name": "c", "image": "i"]]]
                return pod
            }
            await expectRefusal({ $0.status?.code == 403 }) { try await client.create(.pod, pod(account: "other")) }
            async let created = client.create(.pod, pod(account: ""))
            try await client.create(
                .serviceAccount, UntypedObject(.serviceAccount, name: "default", namespace: "fresh"))
            #expect(try await created["spec", "serviceAccountName"] == "default")
        }
    }

    @Test func aServerThatIsCancelledWhileClientsConnectEnds() async throws {
        for _ in 0..<10 {
            let folder = NSTemporaryDirectory() + "apiserver-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            var logger = Logger(label: "api-server")
            logger.logLevel = .critical
            let server = try APIServer(
                configuration: .init(port: 0, stateFolder: folder, serviceRange: "127.97.128.0/17"), logger: logger)
            let running = Task { try await server.run() }
            let port = try await server.listeningPort()
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        while !Task.isCancelled {
                            let client = try? RunningServer(server: server, port: port, token: nil).client
                            let answer = try? await client?.listAll(.pod)
                            try? await client?.shutdown()
                            if answer == nil, running.isCancelled { return }
                        }
                    }
                }
                try? await Task.sleep(for: .milliseconds(20))
                running.cancel()
                _ = await running.result
            }
        }
    }

    @Test func ofAGeneratedNameThatIsTakenTheClientIsToldToTryAgain() async throws {
        try await withServer { running in
            var object = configMap("same")
            object["metadata", "generateName"] = "sa-"
            try await running.client.create(.configMap, object)
            await expectRefusal({
                $0.status?.message
                    == "configmaps \"same\" already exists, the server was not able to generate a unique name for the "
                    + "object" && $0.status?.retryAfterSeconds == 1
            }) { try await running.client.create(.configMap, object) }
        }
    }

    @Test func anApplyThatCreatesNeedsAName() async throws {
        try await withServer { running in
            let client = running.client
            func apply(_ body: String) async throws -> UntypedObject {
                let request = APIRequest(
                    .PATCH, "/api/v1/namespaces/default/configmaps/named", query: [("fieldManager", "m")],
                    contentType: "application/apply-patch+yaml", body: Array(body.utf8))
                return UntypedObject(try await client.send(request).json())
            }
            let nameless = #"{"apiVersion":"v1","kind":"ConfigMap","data":{"a":"1"}}"#
            await expectRefusal({
                $0.status?.code == 400
                    && $0.status?.message
                        == "the name of the object (named based on URL) was undeterminable: name must be provided"
            }) { try await apply(nameless) }
            try await client.create(.configMap, configMap("named"))
            #expect(try await apply(nameless)["data"] == ["a": "1"])
            await expectRefusal({ $0.status?.message == "invalid object type: /, Kind=" }) { try await apply("") }
            await expectRefusal({
                $0.status?.message.hasSuffix(
                    "json: cannot unmarshal array into Go value of type map[string]interface {}") == true
            }) { try await apply("[]") }
        }
    }

    @Test(arguments: [
        ("bogus", #"time: invalid duration "bogus""#), ("5", #"time: missing unit in duration "5""#),
        ("5y", #"time: unknown unit "y" in duration "5y""#), ("1.5h2m3ms", nil), ("0", nil), ("-1s", nil), ("", nil),
        (".s", #"time: invalid duration ".s""#), ("9999999999h", #"time: invalid duration "9999999999h""#),
    ])
    func aLimitOfTimeIsADuration(limit: String, fault: String?) async throws {
        try await withServer { running in
            let request = APIRequest(.GET, "/api/v1/namespaces/default", query: [("timeout", limit)])
            guard let fault else {
                _ = try await running.client.send(request)
                return
            }
            await expectRefusal({
                $0.status?.code == 400
                    && $0.status?.message == "invalid timeout specified in the request URL - \(fault)"
            }) { try await running.client.send(request) }
        }
    }

    @Test func finalizersHoldADeletedObject() async throws {
        try await withServer { running in
            let client = running.client
            var object = configMap("held")
            object["metadata", "finalizers"] = ["example.com/hold"]
            try await client.create(.configMap, object)
            let held = try #require(try await client.delete(.configMap, "held", namespace: "default"))
            #expect(held["metadata", "deletionTimestamp"] != nil)
            try await client.patch(
                .configMap, "held", namespace: "default", .merge(["metadata": ["finalizers": .null]]))
            #expect(try await client.find(.configMap, "held", namespace: "default") == nil)
        }
    }

    @Test func aPortInUseIsToldClearly() async throws {
        try await withServer { running in
            let folder = NSTemporaryDirectory() + "apiserver-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let second = try APIServer(
                configuration: .init(port: running.port, stateFolder: folder, serviceRange: "127.98.128.0/17"),
                logger: .init(label: "second"))
            let error = await #expect(throws: APIServerError.self) { try await second.run() }
            #expect(error?.code == .cannotListen)
        }
    }
}

extension JSONValue {
    fileprivate func text(_ path: String...) -> String { self[path: path]?.stringValue ?? "" }
}
