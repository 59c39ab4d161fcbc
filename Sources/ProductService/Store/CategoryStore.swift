import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// SQL of the categories.
struct CategoryStore: Sendable {
    func categories(in executor: some PostgresExecutor) async throws -> [Category] {
        try await executor.query("SELECT id, name, slug, parent_id, description, sort_order FROM categories")
            .map { row in
                Category(
                    id: try row["id"], name: try row["name"], slug: try row["slug"], parentID: try row["parent_id"],
                    description: try row["description"], sortOrder: try row["sort_order"])
            }
    }

    func insertion(of category: Category) -> SQL {
        """
        INSERT INTO categories (id, name, slug, parent_id, description, sort_order)
        VALUES (\(category.id), \(category.name), \(category.slug), \(category.parentID), \(category.description),
            \(category.sortOrder))
        """
    }
}
