import KubernetesClient
import StorefrontAPI
import TestOperator
import TestServers
import Testing

extension InCluster {
    @Suite("A Storefront's end, and operators in turn", .serialized)
    struct LifecycleTests {
        /// A shop whose databases and broker are there; no need for pods.
        private func withShop(
            _ name: String, deletionPolicy: String = "Retain", _ body: (ShopScene, OperatorProcess) async throws -> Void
        ) async throws {
            let cluster = try currentCluster()
            let namespace = try await cluster.newNamespace(name)
            let scene = try await ShopScene.apply(cluster.cluster, namespace: namespace) {
                $0[path: ["spec", "deletionPolicy"]] = .string(deletionPolicy)
            }
            // An operator that lives in a namespace ends with it, so this one has another.
            let configuration = try await cluster.newOperator(in: nil)
            try await OperatorProcess.with(configuration, namespaces: [namespace]) { process in
                try await eventually(within: .seconds(90), "databases and broker") {
                    let status = try await cluster.cluster.storefront("acme", in: namespace).status()
                    return status[.databasesReady]?.status == .true && status[.messagingReady]?.status == .true
                }
                try await body(scene, process)
            }
        }

        @Test("takes what runs and leaves the data, by default")
        func retain() async throws {
            try await withShop("retain") { scene, _ in
                try await scene.client.delete(Storefront.resourceKind, "acme", namespace: scene.namespace)
                try await scene.waitUntilGone()
                try await eventually(within: .seconds(90), "the end of what ran") {
                    let deployment = try await scene.object(.deployment, "acme-user")
                    let service = try await scene.object(.service, "acme-user")
                    let pods = try await scene.client.listAll(.pod, namespace: scene.namespace).items
                    return deployment == nil && service == nil && pods.isEmpty
                }
                #expect(try await ShopServers.databases(of: scene.namespace).count == 5)
                // Without its password a database would be lost.
                #expect(try await scene.object(.secret, "acme-user-database") != nil)
                #expect(try await scene.object(.persistentVolumeClaim, "acme-mailbox") != nil)
            }
        }

        @Test("takes the data too when told to")
        func delete() async throws {
            try await withShop("delete", deletionPolicy: "Delete") { scene, _ in
                try await scene.client.delete(Storefront.resourceKind, "acme", namespace: scene.namespace)
                try await scene.waitUntilGone(within: .seconds(90))
                #expect(try await ShopServers.databases(of: scene.namespace) == [])
                try await eventually(within: .seconds(90), "the end of everything") {
                    try await scene.cluster.children(in: scene.namespace).isEmpty
                }
            }
        }

        @Test("waits for what it owns when deleted in the foreground")
        func foreground() async throws {
            try await withShop("foreground") { scene, _ in
                try await scene.client.delete(
                    Storefront.resourceKind, "acme", namespace: scene.namespace,
                    options: DeleteOptions(propagation: .foreground))
                try await scene.waitUntilGone(within: .seconds(120))
                #expect(try await scene.object(.service, "acme-user") == nil)
                #expect(try await scene.object(.networkPolicy, "acme-user") == nil)
            }
        }

        @Test("does not hold up the end of its namespace")
        func namespace() async throws {
            try await withShop("ending", deletionPolicy: "Delete") { scene, _ in
                try await scene.client.delete(.namespace, scene.namespace)
                try await eventually(within: .seconds(180), "the namespace's end") {
                    try await scene.client.find(.namespace, scene.namespace) == nil
                }
            }
        }

        @Test("is one operator's business at a time, and another's when that one ends or dies")
        func twoOperators() async throws {
            let cluster = try currentCluster()
            let namespace = try await cluster.newNamespace("turns")
            let scene = try await ShopScene.apply(cluster.cluster, namespace: namespace, secrets: false)
            let configuration = try await cluster.newOperator(in: namespace)
            func holder() async throws -> String? {
                try await scene.object(.lease, "storefront-operator")?["spec", "holderIdentity"]?.stringValue
            }
            let operators = try (0..<3).map { _ in try OperatorProcess(configuration, namespaces: [namespace]) }
            defer { for process in operators { process.remove() } }
            try operators[0].start()
            try await eventually(within: .seconds(30), "a leader") { operators[0].isLeading }
            try operators[1].start()
            let first = try await holder()

            // Asked to end, it hands over at once.
            var begin = ContinuousClock.now
            operators[0].terminate()
            try await eventually(within: .seconds(10), "the second leader") { operators[1].isLeading }
            #expect(.now - begin < .seconds(4))
            #expect(try await holder() != first)

            // Killed, its Lease has to run out.
            try operators[2].start()
            try await eventually(within: .seconds(30), "the third operator's look at the Lease") {
                (try? await operators[2].metrics()) != nil
            }
            #expect(!operators[2].isLeading)
            begin = .now
            operators[1].kill()
            try await eventually(within: .seconds(30), "the third leader") { operators[2].isLeading }
            #expect(.now - begin < .seconds(20))
            try await scene.patch(["logLevel": "Debug"])
            try await eventually(within: .seconds(30), "work by the third operator") {
                let storefront = try await cluster.cluster.storefront("acme", in: namespace)
                return try storefront.status().observedGeneration == storefront.generation
            }
        }

        @Test("is looked after by one operator for all namespaces, with the ClusterRole of the manifests")
        func clusterWide() async throws {
            let cluster = try currentCluster()
            let configuration = try await cluster.newOperator(in: nil)
            let scenes = [
                try await ShopScene.apply(cluster.cluster, namespace: try await cluster.newNamespace("one")),
                try await ShopScene.apply(cluster.cluster, namespace: try await cluster.newNamespace("two")),
            ]
            // All namespaces are watched; Storefronts that are somebody else's would be worked on, too.
            let all = try await cluster.cluster.administrator.listAll(Storefront.resourceKind).items
            let known = Set(try await cluster.namespaces())
            let isAlone = all.allSatisfy { known.contains($0.namespace ?? "") }
            try await OperatorProcess.with(configuration, namespaces: isAlone ? [] : scenes.map(\.namespace)) {
                process in
                for scene in scenes {
                    try await eventually(within: .seconds(90), "databases and broker") {
                        let status = try await cluster.cluster.storefront("acme", in: scene.namespace).status()
                        return status[.databasesReady]?.status == .true && status[.messagingReady]?.status == .true
                    }
                }
                #expect(!process.log.contains("Forbidden"))
            }
        }
    }
}
