import Foundation
import KubernetesClient
import Testing

@testable import LocalCluster

struct ManifestReaderTests {
    @Test func documentsListsAndEmptyOnesAreRead() throws {
        let objects = try ManifestReader.objects(
            yaml: """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: one, namespace: shop}
                data: {port: "8080", on: "yes"}
                ---
                # nothing
                ---
                apiVersion: v1
                kind: List
                items:
                - {apiVersion: v1, kind: Secret, metadata: {name: two}}
                """, name: "test")
        #expect(objects.map(\.name) == ["one", "two"])
        #expect(objects[0]["data", "port"] == "8080")
        #expect(objects[0]["data", "on"] == "yes")
    }

    @Test func numbersBooleansAndTextsKeepTheirTypes() throws {
        let object = try #require(
            try ManifestReader.objects(
                yaml: "{apiVersion: v1, kind: X, metadata: {name: x}, a: 3, b: 2.5, c: true, d: '3', e: null}",
                name: "t"
            ).first)
        #expect(object["a"] == 3)
        #expect(object["b"] == 2.5)
        #expect(object["c"] == true)
        #expect(object["d"] == "3")
        #expect(object["e"] == .null)
    }

    @Test(arguments: ["kind: X\nmetadata: {name: x}", "apiVersion: v1\nkind: X", "a: [", "- 1"])
    func whatIsNoObjectIsRefusedByName(yaml: String) {
        let error = #expect(throws: LocalClusterError.self) {
            try ManifestReader.objects(yaml: yaml, name: "my.yaml")
        }
        #expect(error?.code == .manifestInvalid)
        #expect(error?.message.contains("my.yaml") == true)
    }

    @Test func kustomizationsGatherAndRefuseWhatTheyCannotDo() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(
            at: folder.appending(path: "more"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        try write("kustomization.yaml", "resources: [a.yaml, more]")
        try write("a.yaml", "{apiVersion: v1, kind: Secret, metadata: {name: a}}")
        try write("more/kustomization.yaml", "resources: [b.yaml]")
        try write("more/b.yaml", "{apiVersion: v1, kind: Secret, metadata: {name: b}}")
        #expect(try ManifestReader.objects(kustomization: folder.path).map(\.name) == ["a", "b"])

        try write("kustomization.yaml", "resources: [a.yaml]\nnamePrefix: x-")
        #expect(throws: LocalClusterError.self) { try ManifestReader.objects(kustomization: folder.path) }
        try write("kustomization.yaml", "resources: [missing.yaml]")
        #expect(throws: LocalClusterError.self) { try ManifestReader.objects(kustomization: folder.path) }
    }
}
