import Contracts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A node of the category tree.
struct Category: Encodable, Sendable, Equatable {
    var id: UUID
    var name: String
    var slug: String
    var parentID: UUID?
    var description: String?
    var sortOrder: Int

    enum CodingKeys: String, CodingKey {
        case id, name, slug, description, children
        case parentID = "parent_id"
        case sortOrder = "sort_order"
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try encodeMembers(into: &values)
    }

    fileprivate func encodeMembers(into values: inout KeyedEncodingContainer<CodingKeys>) throws {
        try values.encode(id.text, forKey: .id)
        try values.encode(name, forKey: .name)
        try values.encode(slug, forKey: .slug)
        try values.encode(parentID?.text, forKey: .parentID)
        try values.encode(description, forKey: .description)
        try values.encode(sortOrder, forKey: .sortOrder)
    }
}

/// A category with everything below it.
struct CategoryNode: Encodable, Sendable, Equatable {
    var category: Category
    var children: [CategoryNode]

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Category.CodingKeys.self)
        try category.encodeMembers(into: &values)
        try values.encode(children, forKey: .children)
    }

    /// The forest of a flat list; siblings by sort order, then name.
    static func forest(_ categories: [Category]) -> [CategoryNode] {
        let children = Dictionary(grouping: categories, by: \.parentID)
        func nodes(below parent: UUID?) -> [CategoryNode] {
            (children[parent] ?? [])
                .sorted { ($0.sortOrder, $0.name, $0.slug) < ($1.sortOrder, $1.name, $1.slug) }
                .map { CategoryNode(category: $0, children: nodes(below: $0.id)) }
        }
        return nodes(below: nil)
    }
}
