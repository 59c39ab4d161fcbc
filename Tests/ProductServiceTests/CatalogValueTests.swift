import Contracts
import Foundation
import Testing

@testable import ProductService

struct CatalogValueTests {
    @Test("A product's life goes forwards, and an archived one stays archived")
    func lifecycle() {
        let allowed: Set<[ProductStatus]> = [
            [.draft, .active], [.draft, .archived], [.active, .inactive], [.active, .archived], [.inactive, .active],
            [.inactive, .archived],
        ]
        for from in ProductStatus.allCases {
            for to in ProductStatus.allCases {
                #expect(from.canBecome(to) == (from == to || allowed.contains([from, to])), "\(from) to \(to)")
            }
        }
    }

    @Test(
        "Slugs are readable and safe in a URL",
        arguments: [
            ("Kiso Chef's Knife 20 cm", "kiso-chefs-knife-20-cm"), ("  Burr & Bean  ", "burr-bean"),
            ("Café Crème", "caf-crme"), ("100%", "100"),
        ])
    func slugs(name: String, slug: String) {
        #expect(Slug.of(name) == slug)
        #expect(Slug.isValid(slug))
    }

    @Test("What has no letter has no slug", arguments: ["", "—", "日本", "!!!"])
    func noSlug(name: String) { #expect(Slug.of(name) == nil) }

    @Test("Malformed slugs are refused", arguments: ["", "-a", "a-", "a--b", "A", "a/b", "a b", "ä"])
    func malformedSlugs(text: String) { #expect(!Slug.isValid(text)) }

    @Test("Alarms are raised when a line is crossed, once")
    func alarms() {
        func alarms(_ before: Int, _ after: Int, threshold: Int = 5) -> [EventType] {
            StockLevel(
                productID: UUID(), sku: "A", name: "A", available: after, availableBefore: before,
                reorderThreshold: threshold
            ).alarms
        }
        #expect(alarms(10, 6) == [])
        #expect(alarms(10, 5) == [.inventoryLowStock])
        #expect(alarms(5, 4) == [])
        #expect(alarms(4, 0) == [.productOutOfStock])
        #expect(alarms(10, 0) == [.inventoryLowStock, .productOutOfStock])
        #expect(alarms(0, 0) == [])
        #expect(alarms(0, 10) == [])
    }

    @Test("Categories become a forest, siblings in their order")
    func forest() {
        let root = Category(id: UUID(), name: "B", slug: "b", parentID: nil, description: nil, sortOrder: 1)
        let other = Category(id: UUID(), name: "A", slug: "a", parentID: nil, description: nil, sortOrder: 2)
        let late = Category(id: UUID(), name: "C", slug: "c", parentID: root.id, description: nil, sortOrder: 0)
        let early = Category(id: UUID(), name: "A", slug: "aa", parentID: root.id, description: nil, sortOrder: 0)
        let forest = CategoryNode.forest([late, other, early, root])
        #expect(forest.map(\.category.slug) == ["b", "a"])
        #expect(forest[0].children.map(\.category.slug) == ["aa", "c"])
    }

    @Test("The sample catalogue is consistent")
    func sample() {
        let slugs = Set(SampleCatalog.categories.map(\.slug))
        #expect(SampleCatalog.products.count >= 50)
        #expect(Set(SampleCatalog.products.map(\.sku)).count == SampleCatalog.products.count)
        #expect(Set(SampleCatalog.products.compactMap { Slug.of($0.name) }).count == SampleCatalog.products.count)
        #expect(SampleCatalog.products.allSatisfy { slugs.contains($0.category) && StockUnit.isValid($0.sku) })
        #expect(SampleCatalog.categories.allSatisfy { $0.parent.map(slugs.contains) ?? true })
        #expect(SampleCatalog.products.allSatisfy { $0.before ?? .max > $0.price && $0.price > 0 })
    }

    @Test("Lines are merged by SKU and sorted")
    func normalized() {
        let lines = [
            StockLine(sku: "b", quantity: 1), StockLine(sku: "A", quantity: 2), StockLine(sku: "b", quantity: 3),
        ]
        #expect(
            Reservations.normalized(lines) == [StockLine(sku: "A", quantity: 2), StockLine(sku: "b", quantity: 4)])
    }
}
