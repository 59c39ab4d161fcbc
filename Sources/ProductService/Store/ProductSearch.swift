import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Lists and full-text search in PostgreSQL, paged by key.
struct ProductSearch: Sendable {
    /// Up to `limit` products after the position, in the query's order.
    func products(
        _ query: ProductQuery, after position: ProductPosition?, limit: Int, in executor: some PostgresExecutor
    ) async throws -> [FoundProduct] {
        var conditions: [SQL] = ["p.status = \(query.status)"]
        if query.text != nil { conditions.append("p.search @@ q.words") }
        if let category = query.category { conditions.append("p.category_id IN (\(subtree(of: category)))") }
        if let minimum = query.minimumPrice { conditions.append("p.price_cents >= \(minimum)") }
        if let maximum = query.maximumPrice { conditions.append("p.price_cents <= \(maximum)") }
        if let brand = query.brand { conditions.append("lower(p.brand) = lower(\(brand))") }
        if let seller = query.sellerID { conditions.append("p.seller_id = \(seller)") }
        if let position { conditions.append(self.after(position)) }
        let source: SQL
        if let text = query.text {
            source = "products p CROSS JOIN websearch_to_tsquery('english', \(text)) AS q (words)"
        } else {
            source = "products p"
        }
        let rows = try await executor.query(
            """
            SELECT \(ProductStore.columns), \(number(query.sort)) AS number
            FROM \(source) WHERE \(conditions.joined(by: " AND "))
            ORDER BY \(order(query.sort)) LIMIT \(limit)
            """)
        return try rows.map { row in
            let product = try Product(row: row)
            let position = ProductPosition(
                sort: query.sort, number: try row["number"], text: query.sort == .name ? product.name : nil,
                id: product.id)
            return FoundProduct(product: product, position: position)
        }
    }

    /// The ids of a category, named by id or slug, and of all below it.
    private func subtree(of category: String) -> SQL {
        let root: SQL =
            UUID(uuidString: category).map { "id = \($0)" } ?? "slug = \(category)"
        return """
            WITH RECURSIVE subtree AS (
                SELECT id FROM categories WHERE \(root)
                UNION SELECT c.id FROM categories c JOIN subtree s ON c.parent_id = s.id)
            SELECT id FROM subtree
            """
    }

    // A whole number, so that a position survives its way through JSON exactly.
    private static let score: SQL = "(ts_rank_cd(p.search, q.words) * 1000000)::bigint"
    private static let microseconds: SQL = "(extract(epoch FROM p.created_at) * 1000000)::bigint"

    private func number(_ sort: ProductSort) -> SQL {
        switch sort {
        case .relevance: Self.score
        case .price, .priceDescending: "p.price_cents"
        case .newest: Self.microseconds
        case .name: "NULL::bigint"
        }
    }

    private func order(_ sort: ProductSort) -> SQL {
        switch sort {
        case .relevance: "number DESC, p.id DESC"
        case .price: "p.price_cents, p.id"
        case .priceDescending: "p.price_cents DESC, p.id DESC"
        case .newest: "p.created_at DESC, p.id DESC"
        case .name: "p.name, p.id"
        }
    }

    private func after(_ position: ProductPosition) -> SQL {
        let number = position.number ?? 0
        switch position.sort {
        case .relevance: return "(\(Self.score), p.id) < (\(number)::bigint, \(position.id)::uuid)"
        case .price: return "(p.price_cents, p.id) > (\(number)::bigint, \(position.id)::uuid)"
        case .priceDescending: return "(p.price_cents, p.id) < (\(number)::bigint, \(position.id)::uuid)"
        case .newest:
            return """
                (p.created_at, p.id) < (timestamptz 'epoch' + \(number)::bigint * interval '1 microsecond',
                    \(position.id)::uuid)
                """
        case .name: return "(p.name, p.id) > (\(position.text ?? ""), \(position.id)::uuid)"
        }
    }
}
