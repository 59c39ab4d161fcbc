import APIMachinery
import Foundation
import KubernetesClient
import Testing

@testable import LocalAPIServer

/// What a Kubernetes 1.36 prints of objects whose columns are not their fields.
@Suite struct TableTests {
    private func cells(_ plural: String, _ group: String, _ object: JSONValue) throws -> [JSONValue] {
        let definition = try #require(BuiltinKinds.find(group: group, version: "v1", plural: plural))
        var named = object
        named["metadata"] = ["name": "x", "creationTimestamp": "2024-01-01T00:00:00Z"]
        let now = try Date("2024-01-01T00:00:05Z", strategy: .iso8601)
        return TableLayout.layout(of: definition).cells(named, now)
    }

    @Test func quotasShowWhatIsUsedOfRequestsAndLimits() throws {
        let status: JSONValue = [
            "hard": ["pods": "5", "requests.cpu": "1", "limits.cpu": "2"], "used": ["pods": "3", "limits.cpu": "1"],
        ]
        #expect(
            try cells("resourcequotas", "", ["status": status])
                == ["x", "pods: 3/5, requests.cpu: 0/1", "limits.cpu: 1/2", "5s"])
    }

    @Test func kindsWithoutColumnsShowWhenTheyWereMade() throws {
        #expect(try cells("limitranges", "", [:]) == ["x", "2024-01-01T00:00:00Z"])
    }

    @Test func portsWithoutANumberAreNamed() throws {
        let ports: JSONValue = [["port": 80], ["name": "q"], [:], ["port": 90]]
        #expect(
            try cells("endpointslices", "discovery.k8s.io", ["addressType": "IPv4", "ports": ports])
                == ["x", "IPv4", "80,q,* + 1 more...", "<unset>", "5s"])
    }

    @Test func webhooksAreCounted() throws {
        #expect(
            try cells("validatingwebhookconfigurations", "admissionregistration.k8s.io", ["webhooks": [[:], [:]]])
                == ["x", 2, "5s"])
    }
}
