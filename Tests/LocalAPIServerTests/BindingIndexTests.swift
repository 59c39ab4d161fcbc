import APIMachinery
import Foundation
import KubernetesClient
import Testing

@testable import LocalAPIServer

@Suite struct BindingIndexTests {
    private static func binding(_ name: String, _ subjects: JSONValue) -> StoredObject {
        StoredObject(
            [
                "metadata": ["name": .string(name), "namespace": "shop"], "subjects": subjects,
                "roleRef": ["kind": "Role", "name": "reader"],
            ], revision: 1)
    }

    @Test func whoIsBoundSeveralTimesByOneBindingGetsItOnce() {
        let index = BindingIndex(
            [
                Self.binding("a", [["kind": "Group", "name": "staff"], ["kind": "User", "name": "ada"]]),
                Self.binding("b", [["kind": "User", "name": "bob"]]),
                Self.binding("c", [["kind": "ServiceAccount", "name": "op"]]),
            ][...])
        #expect(index.grants(to: UserInfo(name: "ada", groups: ["staff"])).map(\.binding) == ["a"])
        #expect(index.grants(to: UserInfo(name: "bob")).map(\.binding) == ["b"])
        #expect(index.grants(to: UserInfo(name: "eve")).isEmpty)
        // A ServiceAccount without a namespace is of the binding's own.
        let account = index.grants(to: UserInfo(name: "system:serviceaccount:shop:op"))
        #expect(
            account.map(\.description) == [
                "RoleBinding \"c/shop\" of Role \"reader\" to ServiceAccount \"op/shop\""
            ])
    }

    @Test func refusedGrantsAreListedByResource() {
        let parts = [
            AccessAttributes(verb: "get", resource: "secrets"), AccessAttributes(verb: "delete", resource: "secrets"),
            AccessAttributes(verb: "get", group: "apps", resource: "deployments", name: "web"),
            AccessAttributes(verb: "get", path: "/metrics"),
        ]
        #expect(
            parts.grantText == """
                {APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete"]}
                {APIGroups:["apps"], Resources:["deployments"], ResourceNames:["web"], Verbs:["get"]}
                {NonResourceURLs:["/metrics"], Verbs:["get"]}
                """)
    }
}
