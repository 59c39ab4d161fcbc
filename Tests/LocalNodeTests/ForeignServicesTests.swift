import KubernetesClient
import Testing

@testable import LocalNode

/// How a node finds Services of a cluster whose addresses are not this machine's.
@Suite struct ForeignServicesTests {
    private func service(_ name: String, _ address: String, _ port: JSONValue = ["port": 80]) -> UntypedObject {
        var service = UntypedObject(.service, name: name, namespace: "default")
        service.spec = ["clusterIP": .string(address), "selector": ["app": .string(name)], "ports": [port]]
        return service
    }

    private func pod(_ name: String, app: String, _ address: String, ready: Bool = true) -> UntypedObject {
        var pod = UntypedObject(.pod, name: name, namespace: "default", labels: ["app": app])
        pod.spec = ["containers": [["name": "c", "ports": [["name": "http", "containerPort": 8080]]]]]
        pod.status = [
            "podIP": .string(address), "phase": "Running",
            "conditions": [["type": "Ready", "status": ready ? "True" : "False"]],
        ]
        return pod
    }

    @Test func foreignAddressesGetLoopbackOnesAndOwnStay() {
        let addresses = ServiceAddresses(network: PodNetwork(prefix: "127.9"))
        let first = addresses.local(service("a", "10.96.4.5"))
        #expect(first == "127.9.132.5")
        #expect(addresses.local(service("b", "10.96.132.5")) == "127.9.132.6", "the place is taken")
        #expect(addresses.local(service("a", "10.96.4.5")) == first)
        #expect(addresses.local(service("c", "10.96.1.0")) == "127.9.129.1", "not a network's own address")
        #expect(addresses.local(service("d", "127.3.128.7")) == "127.3.128.7")
        #expect(addresses.local(service("e", "None")) == nil)
        #expect(addresses.local(service("f", "fd00::1"))?.hasPrefix("127.9.") == true)
    }

    @Test func podsThatNoSliceListsAreEndpoints() {
        let web = service("web", "10.96.0.9", ["port": 80, "targetPort": "http"])
        var listed = UntypedObject(
            .endpointSlice, name: "web-1", namespace: "default", labels: ["kubernetes.io/service-name": "web"])
        listed.json["ports"] = [["name": "", "port": 8080]]
        listed.json["endpoints"] = [["addresses": ["127.9.1.1"], "conditions": ["ready": true]]]
        let pods = [
            pod("one", app: "web", "127.9.1.1"), pod("two", app: "web", "127.9.1.2"),
            pod("three", app: "web", "127.9.1.3", ready: false), pod("other", app: "db", "127.9.1.4"),
            pod("elsewhere", app: "web", "10.1.0.7"),
        ]
        let slices = PodEndpoints.slices(services: [web], pods: pods, present: [listed])
        let routing = ServiceRouting(services: [web], slices: [listed] + slices)
        let port = routing.services[web.key]?.port(named: nil, number: 80)
        #expect(
            Set(port?.ready ?? []) == [
                .init(address: "127.9.1.1", port: 8080), .init(address: "127.9.1.2", port: 8080),
            ])
    }

    @Test func aSocketsOwnerIsFound() {
        let table = SocketTable(
            """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
              19: 0500D07F:280A 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2923487 1
             244: 0100007F:DFDC 0500D07F:280A 01 00000000:00000000 02:000002E4 00000000  1001        0 2935848 2
            """)
        #expect(table.listening == ["127.208.0.5"])
        let node = SocketTable.Place(address: "127.208.0.5", port: 10250)
        #expect(table.user(from: .init(address: "127.0.0.1", port: 57308), to: node) == 1001)
        #expect(table.user(from: .init(address: "127.0.0.1", port: 57309), to: node) == nil)
    }

    @Test(arguments: [
        (#"{"key":"team","operator":"Exists"}"#, true), (#"{"key":"team","value":"shop"}"#, true),
        (#"{"key":"team","value":"bank"}"#, false), (#"{"operator":"Exists"}"#, true),
        (#"{"key":"team","operator":"Exists","effect":"NoExecute"}"#, false),
    ])
    func aTaintKeepsAwayWhoDoesNotTolerateIt(toleration: String, fits: Bool) throws {
        var node = UntypedObject(.node, name: "n", labels: ["zone": "a"])
        node.spec = [
            "taints": [
                ["key": "team", "value": "shop", "effect": "NoSchedule"],
                ["key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"],
            ]
        ]
        var pod = UntypedObject(.pod, name: "p", namespace: "default")
        pod.spec = ["tolerations": [try JSONValue(parsing: Array(toleration.utf8))]]
        #expect((NodeFit.obstacle(pod, on: node) == nil) == fits)
    }

    @Test(arguments: [("In", ["a"], true), ("NotIn", ["a"], false), ("Exists", [], true), ("Gt", ["1"], false)])
    func affinityChoosesNodes(by test: String, values: [String], fits: Bool) {
        let node = UntypedObject(.node, name: "n", labels: ["zone": "a"])
        var pod = UntypedObject(.pod, name: "p", namespace: "default")
        pod["spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"] = [
            "nodeSelectorTerms": [
                ["matchExpressions": [["key": "zone", "operator": .string(test), "values": JSONValue(values)]]]
            ]
        ]
        #expect((NodeFit.obstacle(pod, on: node) == nil) == fits)
    }

    @Test func aSchedulersLeaseAgesLikeAnyOther() {
        let now = Timestamp.now
        var lease = UntypedObject(.lease, name: "kube-scheduler", namespace: "kube-system")
        lease.spec = ["holderIdentity": "s", "leaseDurationSeconds": 15, "renewTime": .string(now.micro)]
        #expect(PodBinder.isFresh(lease, now: now + .seconds(10)))
        #expect(!PodBinder.isFresh(lease, now: now + .seconds(20)))
        lease["spec", "holderIdentity"] = ""
        #expect(!PodBinder.isFresh(lease, now: now))
        #expect(!PodBinder.isFresh(nil, now: now))
    }
}
