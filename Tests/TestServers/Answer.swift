public import Foundation
public import HTTPTypes
import Hummingbird
public import HummingbirdTesting
import NIOCore

/// An HTTP answer; JSON members are found by path, `user.id` or `items.0.label`.
public struct Answer {
    public let status: Int
    public let headers: HTTPFields
    public let body: Data

    public func value(_ path: String) -> Any? {
        var value: Any? = try? JSONSerialization.jsonObject(with: body)
        for step in path.split(separator: ".") {
            if let index = Int(step), let list = value as? [Any] {
                value = list.indices.contains(index) ? list[index] : nil
            } else {
                value = (value as? [String: Any])?[String(step)]
            }
        }
        return value is NSNull ? nil : value
    }

    public func text(_ path: String) -> String { value(path) as? String ?? "" }
    public func number(_ path: String) -> Int { value(path) as? Int ?? -1 }
    public func flag(_ path: String) -> Bool? { value(path) as? Bool }
    public func count(_ path: String) -> Int { (value(path) as? [Any])?.count ?? -1 }
    public func texts(_ path: String, _ member: String) -> [String] {
        (value(path) as? [[String: Any]] ?? []).compactMap { $0[member] as? String }
    }
}

extension TestClientProtocol {
    /// Sends a request with a JSON body.
    public func call(
        _ method: HTTPRequest.Method, _ path: String, _ body: [String: Any]? = nil, token: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = headers
        if let token { headers[.authorization] = "Bearer " + token }
        var buffer: ByteBuffer?
        if let body {
            headers[.contentType] = "application/json"
            buffer = ByteBuffer(bytes: try JSONSerialization.data(withJSONObject: body, options: .sortedKeys))
        }
        return try await execute(uri: path, method: method, headers: headers, body: buffer) { response in
            Answer(
                status: response.status.code, headers: response.headers,
                body: Data(Array(response.body.readableBytesView)))
        }
    }
}
