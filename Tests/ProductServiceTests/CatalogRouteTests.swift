import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PostgreSQL
import Redis
import ServiceFoundation
import TestServers
import Testing

@testable import ProductService

struct CatalogRouteTests {
    @Test("An admin creates a product; everybody finds it by id, slug and words")
    func create() async throws {
        try await Shop.with { shop in
            let admin = try await shop.token(.admin)
            try await shop.publicly { client in
                let body = ByteBuffer(
                    string: """
                        {"sku":"LMP-1","name":"Brass Desk Lamp","price_cents":4900,"brand":"Lumen",
                        "description":"A lamp for reading at night.","quantity_on_hand":7}
                        """)
                let created = try await client.execute(
                    uri: "/api/v1/products", method: .post, headers: admin, body: body)
                #expect(created.status == .created)
                let id = try #require(try created.json["id"] as? String)
                #expect(id == id.lowercased())
                #expect(try created.json["is_active"] as? Bool == true)
                let byID = try await client.execute(uri: "/api/v1/products/\(id)", method: .get)
                #expect(byID.body == created.body)
                let bySlug = try await client.execute(uri: "/api/v1/products/brass-desk-lamp-lmp-1", method: .get)
                #expect(bySlug.body == created.body)
                for words in ["lamps", "reading", "lumen", "%22desk+lamp%22"] {
                    let found = try await client.execute(uri: "/api/v1/products?q=\(words)", method: .get)
                    #expect(try found.items.count == 1, "\(words)")
                }
                #expect(try await client.execute(uri: "/api/v1/products?q=chair", method: .get).items.isEmpty)
                let stock = try await client.execute(uri: "/api/v1/products/\(id)/inventory", method: .get)
                #expect(try stock.json["available"] as? Int == 7)
                let again = try await client.execute(
                    uri: "/api/v1/products", method: .post, headers: admin, body: body)
                #expect(again.status == .conflict)
                #expect(try again.json["code"] as? String == "sku_taken")
            }
            #expect(try await shop.events(.productCreated) == 1)
        }
    }

    @Test("Only admins and sellers may write, and sellers only what is theirs")
    func permissions() async throws {
        try await Shop.with { shop in
            let id = try await shop.product("A", stock: 1).text
            let new = ByteBuffer(string: #"{"sku":"S-1","name":"Mine","price_cents":100,"status":"draft"}"#)
            let change = ByteBuffer(string: #"{"name":"Changed"}"#)
            let customer = try await shop.token(.customer)
            let seller = try await shop.token(.seller)
            let rival = try await shop.token(.seller)
            try await shop.publicly { client in
                let anonymous = try await client.execute(
                    uri: "/api/v1/products", method: .post, headers: [.contentType: "application/json"], body: new)
                #expect(anonymous.status == .unauthorized)
                let refused = try await client.execute(
                    uri: "/api/v1/products", method: .post, headers: customer, body: new)
                #expect(refused.status == .forbidden)
                let made = try await client.execute(
                    uri: "/api/v1/products", method: .post, headers: seller, body: new)
                #expect(made.status == .created)
                let mine = try #require(try made.json["id"] as? String)
                let hidden = try await client.execute(uri: "/api/v1/products/\(mine)", method: .get)
                #expect(hidden.status == .notFound)
                let seen = try await client.execute(uri: "/api/v1/products/\(mine)", method: .get, headers: seller)
                #expect(seen.status == .ok)
                for (headers, product) in [(rival, mine), (seller, id)] {
                    let other = try await client.execute(
                        uri: "/api/v1/products/\(product)", method: .put, headers: headers, body: change)
                    #expect(other.status == .notFound)
                }
                let own = try await client.execute(
                    uri: "/api/v1/products/\(mine)", method: .put, headers: seller,
                    body: ByteBuffer(string: #"{"name":"Changed","status":"active","price_cents":200}"#))
                #expect(own.status == .ok)
                let published = try await client.execute(uri: "/api/v1/products/\(mine)", method: .get)
                #expect(try published.json["name"] as? String == "Changed")
            }
            #expect(try await shop.events(.productPriceChanged) == 1)
            #expect(try await shop.events(.productActivated) == 1)
        }
    }

    @Test("Every sort order pages through everything once", arguments: ["price", "-price", "newest", "name"])
    func paging(sort: String) async throws {
        try await Shop.with { shop in
            for index in 0..<11 { try await shop.product("P\(index)", stock: 1, price: Int64(index % 3) * 100) }
            try await shop.publicly { client in
                var seen: [String] = []
                var prices: [Int] = []
                var created: [String] = []
                var cursor = ""
                repeat {
                    let page = try await client.execute(
                        uri: "/api/v1/products?limit=4&sort=\(sort)&cursor=\(cursor)", method: .get)
                    #expect(page.status == .ok)
                    seen += try page.items.compactMap { $0["sku"] as? String }
                    prices += try page.items.compactMap { $0["price_cents"] as? Int }
                    created += try page.items.compactMap { $0["created_at"] as? String }
                    cursor = try page.json["next_cursor"] as? String ?? ""
                } while !cursor.isEmpty && seen.count < 50
                #expect(seen.count == 11)
                #expect(Set(seen).count == 11)
                if sort == "price" { #expect(prices == prices.sorted()) }
                if sort == "-price" { #expect(prices == prices.sorted(by: >)) }
                if sort == "newest" { #expect(created == created.sorted(by: >)) }
            }
        }
    }

    @Test("The sample catalogue is seeded once, with a tree whose branches filter lists")
    func sample() async throws {
        try await Shop.with { shop in
            let currency = try #require(Shop.currency)
            #expect(try await SampleCatalog(currency: currency).seed(shop.pool, shop.runtime.outbox))
            #expect(try await !SampleCatalog(currency: currency).seed(shop.pool, shop.runtime.outbox))
            try await shop.publicly { client in
                let tree = try await client.execute(uri: "/api/v1/categories", method: .get)
                #expect(try tree.items.count == 5)
                func count(_ query: String) async throws -> Int {
                    try await client.execute(uri: "/api/v1/products?limit=100&\(query)", method: .get).items.count
                }
                #expect(try await count("") == SampleCatalog.products.count)
                let audio = try await count("category=audio")
                let electronics = try await count("category=electronics")
                #expect(audio == SampleCatalog.products.filter { $0.category == "audio" }.count)
                #expect(electronics > audio)
                #expect(try await count("category=nowhere") == 0)
                #expect(
                    try await count("min_price=10000&max_price=20000")
                        == SampleCatalog.products.filter { (10000...20000).contains($0.price) }.count)
                let found = try await client.execute(uri: "/api/v1/products?q=headphones", method: .get)
                #expect(try found.items.first?["sku"] as? String == "AUD-HP-700")
                var ranked: [String] = []
                var cursor = ""
                repeat {
                    let page = try await client.execute(
                        uri: "/api/v1/products?q=with&limit=3&sort=relevance&cursor=\(cursor)", method: .get)
                    ranked += try page.items.compactMap { $0["sku"] as? String }
                    cursor = try page.json["next_cursor"] as? String ?? ""
                } while !cursor.isEmpty && ranked.count < 100
                #expect(Set(ranked).count == ranked.count)
            }
        }
    }

    @Test(
        "What does not fit is a problem that names the parameter",
        arguments: [
            "limit=0", "limit=101", "limit=x", "sort=best", "min_price=-1", "min_price=1.5", "cursor=zzz",
            "status=gone",
        ])
    func badQuery(query: String) async throws {
        try await Shop.with { shop in
            try await shop.publicly { client in
                let answer = try await client.execute(uri: "/api/v1/products?\(query)", method: .get)
                #expect(answer.status == .badRequest)
                #expect(answer.headers[.contentType]?.hasPrefix("application/problem+json") == true)
            }
        }
    }

    @Test(
        "Bad products are refused with the member's pointer",
        arguments: [
            (#"{"name":"A","price_cents":1}"#, "/sku"), (#"{"sku":"a b","name":"A","price_cents":1}"#, "/sku"),
            (#"{"sku":"A","price_cents":1}"#, "/name"), (#"{"sku":"A","name":"A"}"#, "/price_cents"),
            (#"{"sku":"A","name":"A","price_cents":-1}"#, "/price_cents"),
            (#"{"sku":"A","name":"A","price_cents":"1"}"#, "/price_cents"),
            (#"{"sku":"A","name":"A","price_cents":1,"currency":"EUR"}"#, "/currency"),
            (#"{"sku":"A","name":"A","price_cents":1,"slug":"Not A Slug"}"#, "/slug"),
            (
                #"{"sku":"A","name":"A","price_cents":1,"category_id":"0190a000-0000-7000-8000-000000000000"}"#,
                "/category_id"
            ),
            (#"{"sku":"A","name":"A","price_cents":1,"status":"archived"}"#, "/status"),
            (#"{"sku":"A","name":"A","price_cents":1,"quantity_on_hand":-5}"#, "/quantity_on_hand"),
        ])
    func badProducts(body: String, pointer: String) async throws {
        try await Shop.with { shop in
            let admin = try await shop.token(.admin)
            try await shop.publicly { client in
                let answer = try await client.execute(
                    uri: "/api/v1/products", method: .post, headers: admin, body: ByteBuffer(string: body))
                #expect(answer.status == .unprocessableContent)
                let errors = try #require(try answer.json["errors"] as? [[String: Any]])
                #expect(errors.contains { $0["pointer"] as? String == pointer })
            }
        }
    }

    @Test("Stock is set against the version that was read, and never below what is promised")
    func inventory() async throws {
        try await Shop.with { shop in
            let id = try await shop.product("A", stock: 5, threshold: 2)
            let admin = try await shop.token(.admin)
            _ = try await shop.reservations.reserve(
                ReservationRequest(orderID: .v7(), lines: [StockLine(sku: "A", quantity: 2)]))
            try await shop.publicly { client in
                func put(_ body: String, _ extra: HTTPFields = [:]) async throws -> TestResponse {
                    try await client.execute(
                        uri: "/api/v1/products/\(id.text)/inventory", method: .put, headers: admin + extra,
                        body: ByteBuffer(string: body))
                }
                #expect(try await put(#"{"quantity_on_hand":9,"version":7}"#).status == .conflict)
                #expect(
                    try await put(#"{"quantity_on_hand":1,"version":1}"#).json["code"] as? String == "below_reserved")
                let set = try await put(#"{"quantity_on_hand":9,"version":1,"warehouse_location":"B2"}"#)
                #expect(set.status == .ok)
                #expect(try set.json["available"] as? Int == 7)
                #expect(set.headers[.eTag] == "\"2\"")
                #expect(try await put(#"{"quantity_on_hand":3}"#, [.ifMatch: "\"1\""]).status == .preconditionFailed)
                #expect(try await put(#"{"quantity_on_hand":3}"#, [.ifMatch: "\"2\""]).status == .ok)
                #expect(try await put(#"{"warehouse_location":null}"#).json["version"] as? Int == 4)
            }
            #expect(try await shop.stock("A") == [3, 2])
            #expect(try await shop.events(.inventoryLowStock) == 1)
        }
    }

    @Test("A change shows at once, from Redis too, and other replicas follow within a second")
    func cache() async throws {
        let redis = try await TestServers.redis()
        let url = redis.url()
        let client = RedisClient(url: { url })
        try await Shop.with(redis: client) { shop in
            let id = try await shop.product("A", stock: 1)
            let other = try Catalog(shop.runtime)
            let admin = try await shop.token(.admin)
            func name(_ catalog: Catalog) async throws -> String? {
                let body = try #require(try await catalog.reader.product(id.text))
                let product = try ContractsJSON.decoder().decode(Product.self, from: Data(body.readableBytesView))
                return product.name
            }
            #expect(try await name(shop.catalog) == "Product A")
            #expect(try await client.get("product:\(id.text)")?.contains("Product A") == true)
            #expect(try await name(other) == "Product A")
            try await shop.publicly { http in
                let answer = try await http.execute(
                    uri: "/api/v1/products/\(id.text)", method: .put, headers: admin,
                    body: ByteBuffer(string: #"{"name":"New"}"#))
                #expect(answer.status == .ok)
            }
            #expect(try await name(shop.catalog) == "New")
            let deadline = ContinuousClock.now + .seconds(2)
            while try await name(other) != "New", ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await name(other) == "New")
        }
        await client.close()
    }

    @Test("Without Redis a read still succeeds")
    func noRedis() async throws {
        let client = RedisClient(
            commandTimeout: .milliseconds(200), connectTimeout: .milliseconds(200), url: { "redis://127.0.0.1:1/0" })
        try await Shop.with(redis: client) { shop in
            let id = try await shop.product("A", stock: 1)
            #expect(try await shop.catalog.reader.product(id.text) != nil)
            #expect(try await shop.catalog.reader.product("a") != nil)
        }
        await client.close()
    }

    @Test("The internal listener serves the order service and nobody else")
    func internalRoutes() async throws {
        try await Shop.with { shop in
            try await shop.product("A", stock: 3)
            let order = UUID.v7()
            let json: HTTPFields = [.contentType: "application/json"]
            let reserve = ByteBuffer(string: #"{"order_id":"\#(order.text)","lines":[{"sku":"A","quantity":2}]}"#)
            let lookup = ByteBuffer(string: #"{"skus":["A","B"]}"#)
            try await shop.internally { client in
                let found = try await client.execute(
                    uri: "/internal/v1/products/lookup", method: .post, headers: json, body: lookup)
                let answer = try ContractsJSON.decoder().decode(
                    ProductLookupResponse.self, from: Data(found.body.readableBytesView))
                #expect(answer.items.map(\.sku) == ["A"])
                #expect(answer.items.first?.available == 3)
                let uri = "/internal/v1/reservations"
                let first = try await client.execute(uri: uri, method: .post, headers: json, body: reserve)
                #expect(first.status == .created)
                let second = try await client.execute(uri: uri, method: .post, headers: json, body: reserve)
                #expect(second.status == .ok)
                let short = ByteBuffer(string: #"{"order_id":"\#(UUID.v7().text)","lines":[{"sku":"A","quantity":2}]}"#)
                let refused = try await client.execute(uri: uri, method: .post, headers: json, body: short)
                #expect(refused.status == .conflict)
                #expect(try refused.json["code"] as? String == "insufficient_stock")
                #expect(
                    refused.body.getString(at: 0, length: refused.body.readableBytes)?.contains("A: only 1 left")
                        == true)
                let commit = try await client.execute(uri: "\(uri)/\(order.text)/commit", method: .post)
                #expect(try commit.json["status"] as? String == "committed")
                let unknown = try await client.execute(uri: "\(uri)/\(UUID.v7().text)/commit", method: .post)
                #expect(try unknown.json["code"] as? String == "reservation_not_found")
            }
            for caller in [ServiceName.user, .payment, nil] {
                try await shop.internally(as: caller) { client in
                    let refused = try await client.execute(
                        uri: "/internal/v1/products/lookup", method: .post, headers: json, body: lookup)
                    #expect(refused.status == .forbidden || refused.status == .unauthorized)
                }
            }
        }
    }
}

private func + (left: HTTPFields, right: HTTPFields) -> HTTPFields {
    var sum = left
    for field in right { sum[field.name] = field.value }
    return sum
}
