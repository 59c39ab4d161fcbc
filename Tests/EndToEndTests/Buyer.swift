import AsyncHTTPClient
import Foundation
import KubernetesClient
import NIOCore
import NIOHTTP1

/// One answer of the shop.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let bytes: [UInt8]

    var json: JSONValue { (try? JSONValue(parsing: bytes)) ?? .null }

    /// The answer's JSON if it has the expected status.
    func expect(_ status: Int) throws -> JSONValue {
        guard self.status == status else {
            throw Failure("expected \(status), got \(self.status): \(String(decoding: bytes, as: UTF8.self))")
        }
        return json
    }
}

/// Somebody with or without an account, who talks to the shop through its one URL.
struct Buyer: Sendable {
    let url: String
    var token: String?
    var refreshToken: String?
    var id = ""
    var email = ""
    var addressID = ""

    init(_ shop: RunningShop) { url = shop.url }

    func send(
        _ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil, key: String? = nil,
        timeout: TimeAmount = .seconds(60)
    ) async throws -> Answer {
        try await send(method, path, bytes: body?.bytes(), key: key, timeout: timeout)
    }

    func send(
        _ method: HTTPMethod, _ path: String, bytes: [UInt8]?, contentType: String = "application/json",
        key: String? = nil, timeout: TimeAmount = .seconds(60)
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let key { request.headers.add(name: "Idempotency-Key", value: key) }
        if let bytes {
            request.headers.add(name: "Content-Type", value: contentType)
            request.body = .bytes(bytes)
        }
        let response = try await HTTPClient.shared.execute(request, timeout: timeout)
        let body = try await response.body.collect(upTo: 8 << 20)
        return Answer(
            status: Int(response.status.code), headers: response.headers, bytes: Array(body.readableBytesView))
    }

    /// A new customer with an address.
    static func register(at shop: RunningShop) async throws -> Buyer {
        var buyer = Buyer(shop)
        buyer.email = "buyer-\(UUID().uuidString.lowercased())@example.com"
        let answer = try await buyer.send(
            .POST, "/api/v1/auth/register",
            [
                "email": .string(buyer.email), "password": "correct horse battery", "first_name": "Ada",
                "last_name": "Lovelace",
            ]
        ).expect(201)
        buyer.token = answer["access_token"]?.stringValue
        buyer.refreshToken = answer["refresh_token"]?.stringValue
        buyer.id = answer[path: ["user", "id"]]?.stringValue ?? ""
        let address = try await buyer.send(
            .POST, "/api/v1/users/\(buyer.id)/addresses",
            [
                "label": "home", "street_line_1": "12 St James's Square", "city": "London", "state": "London",
                "postal_code": "SW1Y 4JH", "country_code": "GB",
            ]
        ).expect(201)
        buyer.addressID = address["id"]?.stringValue ?? ""
        return buyer
    }

    /// The administrator, by the credentials in the Storefront's Secret.
    static func administrator(of shop: RunningShop, _ client: KubernetesClient) async throws -> Buyer {
        let secret = try await client.get(.secret, "acme-admin", namespace: "default")
        func value(_ key: String) -> String {
            let data = Data(base64Encoded: secret["data", key]?.stringValue ?? "") ?? Data()
            return String(decoding: data, as: UTF8.self)
        }
        var buyer = Buyer(shop)
        buyer.email = value("email")
        let answer = try await buyer.send(
            .POST, "/api/v1/auth/login", ["email": .string(buyer.email), "password": .string(value("password"))]
        ).expect(200)
        buyer.token = answer["access_token"]?.stringValue
        buyer.id = answer[path: ["user", "id"]]?.stringValue ?? ""
        return buyer
    }

    /// Orders so many pieces; the answer as it came.
    func order(_ sku: String, _ quantity: Int, token: String = "tok_visa", key: String? = nil) async throws -> Answer {
        try await send(
            .POST, "/api/v1/orders",
            [
                "address_id": .string(addressID), "payment": ["method": "credit_card", "token": .string(token)],
                "items": [["sku": .string(sku), "quantity": JSONValue(quantity)]],
            ], key: key ?? UUID().uuidString)
    }

    /// The order once it is no longer pending.
    func settled(_ id: String, limit: Duration = .seconds(60)) async throws -> JSONValue {
        try await poll(limit: limit, "order \(id) to be settled") {
            let answer = try await send(.GET, "/api/v1/orders/\(id)")
            guard answer.status == 200 else { return nil }
            return answer.json["status"] == "pending" ? nil : answer.json
        }
    }
}
