import KubernetesClient
import Testing

@testable import LocalControllers

@Suite struct EndpointSliceTests {
    func pod(_ name: String, _ address: String, ready: Bool, deleting: Bool = false, port: Int = 8080) -> UntypedObject
    {
        var pod = UntypedObject(.pod, name: name, namespace: "default")
        pod["metadata", "uid"] = .string(name)
        pod["spec", "containers"] = [["name": "c", "ports": [["name": "http", "containerPort": JSONValue(port)]]]]
        pod.status = [
            "podIP": .string(address), "phase": "Running",
            "conditions": [["type": "Ready", "status": ready ? "True" : "False"]],
        ]
        if deleting { pod["metadata", "deletionTimestamp"] = "2026-01-01T00:00:00Z" }
        return pod
    }

    var service: UntypedObject {
        var service = UntypedObject(.service, name: "web", namespace: "default")
        service["metadata", "uid"] = "s"
        service.spec = [
            "selector": ["app": "web"], "clusterIP": "127.9.128.1",
            "ports": [["name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"]],
        ]
        return service
    }

    @Test func conditionsTellWhoServesAndWhoLeaves() {
        let slices = made([
            pod("a", "127.9.1.1", ready: true), pod("b", "127.9.1.2", ready: false),
            pod("c", "127.9.1.3", ready: true, deleting: true),
        ])
        #expect(slices.count == 1)
        let conditions = slices[0].json["endpoints"]?.arrayValue?.map { $0["conditions"] }
        #expect(
            conditions == [
                ["ready": true, "serving": true, "terminating": false],
                ["ready": false, "serving": false, "terminating": false],
                ["ready": false, "serving": true, "terminating": true],
            ])
        #expect(slices[0].json["ports"] == [["name": "http", "port": 8080, "protocol": "TCP"]])
    }

    @Test func podsThatMeanOtherPortsGetTheirOwnSlice() {
        let slices = made([pod("a", "127.9.1.1", ready: true), pod("b", "127.9.1.2", ready: true, port: 9090)])
        #expect(Set(slices.map { $0.json["ports"]?[0]?["port"] }) == [8080, 9090])
        #expect(slices.count == 2)
    }

    @Test func hundredAndOneEndpointsAreTwoSlices() {
        let pods = (0...100).map { pod("p\($0)", "127.9.1.\($0)", ready: true) }
        #expect(made(pods).map(count) == [100, 1])
    }

    @Test func aFullSliceStaysWhenAnotherPodComes() {
        var pods = (0..<100).map { pod("p\($0)", "127.9.1.\($0)", ready: true) }
        let full = stored(made(pods)[0], "full")
        pods.append(pod("a", "127.9.2.1", ready: true))
        let slices = EndpointSlices(service, pods: pods, present: [full])
        #expect(slices.update.isEmpty && slices.delete.isEmpty)
        #expect(slices.create.map(count) == [1])
    }

    @Test func newPodsGoWhereOthersHaveLeft() {
        let two = [pod("a", "127.9.1.1", ready: true), pod("b", "127.9.1.2", ready: true)]
        let slice = stored(made(two)[0], "s")
        let changed = EndpointSlices(
            service, pods: [two[1], pod("c", "127.9.1.3", ready: true)], present: [slice])
        #expect(changed.create.isEmpty && changed.delete.isEmpty)
        let addresses = changed.update.first?.json["endpoints"]?.arrayValue?.compactMap { $0["addresses"]?[0] }
        #expect(addresses == ["127.9.1.2", "127.9.1.3"])
        #expect(EndpointSlices(service, pods: two, present: [slice]).update.isEmpty, "nothing is written at rest")
    }

    @Test func aServiceWithoutPodsKeepsOneEmptySlice() {
        let placeholder = made([])
        #expect(placeholder.map { $0.json["ports"] } == [[]])
        #expect(placeholder[0].generateName == "web-" && placeholder[0].name.isEmpty)
        let empty = stored(placeholder[0], "e")
        let still = EndpointSlices(service, pods: [], present: [empty])
        #expect(still.create.isEmpty && still.update.isEmpty && still.delete.isEmpty)
        let filled = EndpointSlices(service, pods: [pod("a", "127.9.1.1", ready: true)], present: [empty])
        #expect(filled.update.map(\.name) == ["e"] && filled.create.isEmpty, "the empty slice is used again")
    }

    @Test func aPodOfAHeadlessServiceIsKnownByItsHostName() {
        var named = pod("db-0", "127.9.1.1", ready: true)
        named["spec", "hostname"] = "db-0"
        named["spec", "subdomain"] = "web"
        #expect(made([named])[0].json["endpoints"]?[0]?["hostname"] == "db-0")
        named["spec", "subdomain"] = "other"
        #expect(made([named])[0].json["endpoints"]?[0]?["hostname"] == nil)
    }

    private func made(_ pods: [UntypedObject]) -> [UntypedObject] {
        EndpointSlices(service, pods: pods, present: []).create
    }

    private func count(_ slice: UntypedObject) -> Int? { slice.json["endpoints"]?.arrayValue?.count }

    private func stored(_ slice: UntypedObject, _ name: String) -> UntypedObject {
        var slice = slice
        slice.name = name
        return slice
    }
}
