import Foundation
import KubernetesClient
import TestOperator
import Testing

/// The operator's permissions, which are written down three times.
@Suite("The operator's permissions")
struct PermissionTests {
    @Test("are the same cluster-wide, in one namespace, and in the chart")
    func same() throws {
        let chart = try String(
            contentsOf: Repository.root.appending(path: "charts/storefront-operator/files/rules.yaml"),
            encoding: .utf8)
        let rules = try JSONValue(yaml: chart)
        #expect(rules.arrayValue?.isEmpty == false)
        for overlay in ["cluster-wide", "single-namespace"] {
            let role = try Repository.objects("manifests/overlays/\(overlay)/rbac.yaml").first
            #expect(role?["rules"] == rules, "\(overlay)")
        }
    }

    @Test("name no wildcard")
    func wildcards() throws {
        for overlay in ["cluster-wide", "single-namespace"] {
            for document in try Repository.objects("manifests/overlays/\(overlay)/rbac.yaml") {
                #expect(!document.json.text().contains("\"*\""))
            }
        }
    }
}
