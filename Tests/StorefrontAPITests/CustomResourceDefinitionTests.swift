import Foundation
import KubernetesClient
import Testing

@testable import StorefrontAPI

@Suite("The CustomResourceDefinition")
struct CustomResourceDefinitionTests {
    static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "crds/storefronts.yaml")

    @Test("is the one in crds/; after a change, STOREFRONT_RECORD=1 writes it anew, as `storefront crd` does")
    func fileIsUpToDate() throws {
        let text = CustomResourceDefinition.storefront().yaml()
        if ProcessInfo.processInfo.environment["STOREFRONT_RECORD"] != nil {
            try text.write(to: Self.file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: Self.file, encoding: .utf8) == text)
    }

    @Test("is the one that the chart brings along")
    func chart() throws {
        let copy = Self.file.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "charts/storefront-operator/files/storefronts.yaml")
        let text = CustomResourceDefinition.storefront().yaml()
        if ProcessInfo.processInfo.environment["STOREFRONT_RECORD"] != nil {
            try text.write(to: copy, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: copy, encoding: .utf8) == text)
    }

    @Test("is well below what an object in etcd and an apply annotation can hold")
    func size() {
        #expect(CustomResourceDefinition.storefront().yaml().utf8.count < 200_000)
    }

    @Test("shows Ready, Version, URL and Age, and answers to sf")
    func names() {
        let json = CustomResourceDefinition.storefront().json
        #expect(json[path: ["spec", "names", "shortNames"]] == ["sf"])
        #expect(json[path: ["spec", "names", "categories"]] == ["storefront"])
        let version = json[path: ["spec", "versions"]]?[0]
        let columns = version?["additionalPrinterColumns"]?.arrayValue ?? []
        let shown = columns.filter { $0["priority"] == nil }.compactMap { $0["name"]?.stringValue }
        #expect(shown == ["Ready", "Version", "URL", "Age"])
        #expect(version?["subresources"] == ["status": [:]])
    }

    @Test("has a list of conditions that several writers can share")
    func conditions() {
        let version = CustomResourceDefinition.storefront().json[path: ["spec", "versions"]]?[0]
        let conditions = version?[path: [
            "schema", "openAPIV3Schema", "properties", "status", "properties", "conditions",
        ]]
        #expect(conditions?["x-kubernetes-list-type"] == "map")
        #expect(conditions?["x-kubernetes-list-map-keys"] == ["type"])
    }

    @Test("never requires what has a default")
    func requiredHasNoDefault() {
        func check(_ json: JSONValue, _ place: String) {
            let properties = json["properties"]?.objectValue ?? [:]
            for name in json["required"]?.arrayValue ?? [] {
                #expect(properties[name.stringValue ?? ""]?["default"] == nil, "\(place).\(name)")
            }
            for (name, property) in properties { check(property, "\(place).\(name)") }
            if let items = json["items"] { check(items, "\(place)[]") }
        }
        check(StorefrontSpec.schema.json, "spec")
    }
}
