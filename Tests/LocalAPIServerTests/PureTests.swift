import APIMachinery
import HTTPTypes
import KubernetesClient
import Testing

@testable import LocalAPIServer

@Suite struct ServiceAllocatorTests {
    private func service(_ name: String, _ spec: JSONValue = ["ports": [["port": 80, "protocol": "TCP"]]]) -> JSONValue
    {
        ["metadata": ["name": .string(name), "namespace": "shop"], "spec": spec]
    }

    private func allocator() throws -> ServiceAllocator {
        ServiceAllocator(range: try #require(AddressRange("127.77.128.0/17")))
    }

    private func address(_ service: JSONValue) -> String { service.text("spec", "clusterIP") }

    @Test func aServiceCreatedAgainHasItsAddressAgain() throws {
        let one = try allocator()
        let first = try one.allocate(service("web"), old: nil).0
        one.release(first)
        #expect(try one.allocate(service("web"), old: nil).0 == first)
        #expect(try address(allocator().allocate(service("web"), old: nil).0) == address(first))
    }

    @Test func noTwoServicesShareAnAddressAndAllAreInTheRange() throws {
        let allocator = ServiceAllocator(range: try #require(AddressRange("127.77.128.0/24")))
        let range = try #require(AddressRange("127.77.128.0/24"))
        var addresses: Set<String> = []
        for index in 0..<254 { addresses.insert(address(try allocator.allocate(service("s\(index)"), old: nil).0)) }
        #expect(addresses.count == 254)
        #expect(addresses.allSatisfy { range.contains($0) })
        #expect(throws: StatusError.self) { try allocator.allocate(service("one-too-many"), old: nil) }
    }

    @Test func anAddressInUseIsRefusedAndAFailedWriteGivesBackItsOwn() throws {
        let allocator = try allocator()
        let taken = address(try allocator.allocate(service("web"), old: nil).0)
        #expect(throws: StatusError.self) {
            try allocator.allocate(service("other", ["clusterIP": .string(taken)]), old: nil)
        }
        let (_, reservation) = try allocator.allocate(service("third", ["clusterIP": "127.77.200.7"]), old: nil)
        allocator.release(reservation)
        _ = try allocator.allocate(service("fourth", ["clusterIP": "127.77.200.7"]), old: nil)
    }

    @Test func nodePortsAreGivenAndKept() throws {
        let allocator = try allocator()
        let spec: JSONValue = ["type": "NodePort", "ports": [["port": 80, "protocol": "TCP"]]]
        let first = try allocator.allocate(service("web", spec), old: nil).0
        let port = try #require(first[path: ["spec", "ports"]]?[0]?["nodePort"]?.intValue)
        #expect((30000...32767).contains(port))
        let again = try allocator.allocate(service("web", spec), old: first).0
        #expect(again == first)
    }
}

@Suite struct RuleTests {
    private func rule(_ json: JSONValue) -> PolicyRule { PolicyRule(json) }

    @Test func rulesMatchVerbsGroupsResourcesAndNames() {
        let rule = rule([
            "verbs": ["get"], "apiGroups": ["apps"], "resources": ["deployments"], "resourceNames": ["web"],
        ])
        func access(_ verb: String, _ group: String, _ resource: String, _ name: String) -> AccessAttributes {
            AccessAttributes(verb: verb, group: group, resource: resource, name: name)
        }
        #expect(rule.allows(access("get", "apps", "deployments", "web")))
        #expect(!rule.allows(access("list", "apps", "deployments", "web")))
        #expect(!rule.allows(access("get", "", "deployments", "web")))
        #expect(!rule.allows(access("get", "apps", "deployments/status", "web")))
        #expect(!rule.allows(access("get", "apps", "deployments", "other")))
        #expect(!rule.allows(access("get", "apps", "deployments", "")))
    }

    @Test func starsMatchAllAndSubresourcesOfAll() {
        let all = rule(["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]])
        #expect(all.allows(AccessAttributes(verb: "patch", group: "x", resource: "y/status")))
        #expect(!all.allows(AccessAttributes(verb: "get", path: "/metrics")))
        let statuses = rule(["verbs": ["get"], "apiGroups": [""], "resources": ["*/status"]])
        #expect(statuses.allows(AccessAttributes(verb: "get", resource: "pods/status")))
        #expect(!statuses.allows(AccessAttributes(verb: "get", resource: "pods")))
        let paths = rule(["verbs": ["get"], "nonResourceURLs": ["/api/*"]])
        #expect(paths.allows(AccessAttributes(verb: "get", path: "/api/v1")))
        #expect(!paths.allows(AccessAttributes(verb: "get", path: "/apis")))
    }
}

@Suite struct RequestTargetTests {
    private func target(_ method: String, _ path: String, _ query: String = "") -> ResourceTarget? {
        guard let method = HTTPRequest.Method(method),
            case .resource(let target) = RequestTarget(method: method, path: path, query: QueryParameters(query))
        else { return nil }
        return target
    }

    @Test func pathsSayWhatIsAskedFor() throws {
        let log = try #require(target("GET", "/api/v1/namespaces/shop/pods/web-1/log"))
        #expect([log.verb, log.group, log.version, log.namespace] == ["get", "", "v1", "shop"])
        #expect([log.resource, log.name, log.subresource] == ["pods", "web-1", "log"])
        let watch = try #require(
            target("GET", "/apis/apps/v1/deployments", "watch=true&fieldSelector=metadata.name%3Dweb"))
        #expect([watch.verb, watch.group, watch.resource, watch.namespace] == ["watch", "apps", "deployments", ""])
        #expect(watch.selectedName == "web")
        let namespace = try #require(target("PUT", "/api/v1/namespaces/shop/finalize"))
        #expect([namespace.resource, namespace.name, namespace.subresource] == ["namespaces", "shop", "finalize"])
        #expect(namespace.namespace == "shop")
        #expect(target("DELETE", "/api/v1/namespaces/shop/secrets")?.verb == "deletecollection")
        #expect(target("GET", "/apis/apps/v1") == nil)
    }
}

@Suite struct PresentationTests {
    @Test(arguments: [
        (0.0, "0s"), (119, "119s"), (120, "2m"), (125, "2m5s"), (599, "9m59s"), (600, "10m"), (10_799, "179m"),
        (10_800, "3h"), (12_000, "3h20m"), (86_400, "24h"), (172_800, "2d"), (180_000, "2d2h"), (691_200, "8d"),
        (63_072_000, "2y"), (-10, "<invalid>"),
    ])
    func agesAreShownAsKubectlDoes(_ seconds: Double, _ text: String) {
        #expect(HumanDuration.text(seconds) == text)
    }

    @Test func stableVersionsComeFirst() {
        let sorted = ["v1alpha1", "v10", "v1", "v2beta1", "v2", "foo"].sorted { APIVersion($0) > APIVersion($1) }
        #expect(sorted == ["v10", "v2", "v1", "v2beta1", "v1alpha1", "foo"])
    }

    @Test func acceptHeadersChooseTheForm() throws {
        #expect(try Representation.negotiate("application/json;as=Table;v=v1;g=meta.k8s.io,application/json") == .table)
        #expect(try Representation.negotiate("application/json;as=Poem;v=v1;g=meta.k8s.io,application/json") == .full)
        #expect(try Representation.negotiate(nil) == .full)
        #expect(throws: StatusError.self) { try Representation.negotiate("text/html") }
    }
}
