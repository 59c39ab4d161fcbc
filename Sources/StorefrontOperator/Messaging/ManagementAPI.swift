import AsyncHTTPClient
import KubernetesClient
import NIOCore
import NIOHTTP1
import PodEnvironment

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// RabbitMQ's management HTTP API, as an administrator.
struct ManagementAPI: Sendable {
    var host: String
    var port: Int
    var tls: Bool
    var username: String
    var password: String
    var client: HTTPClient
    var environment = PodEnvironment.current

    static let deadline = TimeAmount.seconds(10)
    private static let largestAnswer = 8 << 20

    /// The answer of a GET; `nil` for 404.
    func get(_ path: [String], query: String = "") async throws -> JSONValue? {
        try await send("GET", path, query: query)
    }

    func put(_ path: [String], _ body: JSONValue) async throws { _ = try await send("PUT", path, body: body) }

    func post(_ path: [String], _ body: JSONValue) async throws { _ = try await send("POST", path, body: body) }

    /// Deletes; that it is gone already is fine.
    func delete(_ path: [String], query: String = "", within time: TimeAmount = Self.deadline) async throws {
        _ = try await send("DELETE", path, query: query, within: time)
    }

    /// - Throws: ``BrokerFailure``.
    private func send(
        _ method: String, _ path: [String], query: String = "", body: JSONValue? = nil,
        within time: TimeAmount = Self.deadline
    ) async throws -> JSONValue? {
        let address = environment.hostAddress(host) ?? host
        let authority = address.contains(":") ? "[\(address)]" : address
        let segments = path.map(Self.escaped).joined(separator: "/")
        var request = HTTPClientRequest(
            url: "\(tls ? "https" : "http")://\(authority):\(port)/api/\(segments)" + (query.isEmpty ? "" : "?\(query)")
        )
        request.method = .init(rawValue: method)
        request.setBasicAuth(username: username, password: password)
        request.headers.add(name: "accept", value: "application/json")
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body.bytes()))
        }
        let status: UInt
        let content: ByteBuffer
        do {
            let response = try await client.execute(request, deadline: .now() + time)
            status = response.status.code
            content = try await response.body.collect(upTo: Self.largestAnswer)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw BrokerFailure(.unreachable, Self.words(error))
        }
        switch status {
        case 200..<300:
            return content.readableBytes == 0 ? .null : try? JSONValue(parsing: content.readableBytesView)
        case 404: return nil
        case 401, 403: throw BrokerFailure(.unauthorized, "the server answers \(status)")
        default:
            let answer = try? JSONValue(parsing: content.readableBytesView)
            let reason = answer?["reason"]?.stringValue ?? answer?["error"]?.stringValue ?? ""
            throw BrokerFailure(
                status >= 500 ? .unreachable : .failed,
                "\(method) \(path.joined(separator: "/")): \(status)" + (reason.isEmpty ? "" : " \(reason)"))
        }
    }

    /// One segment of a path: everything that is not unreserved is escaped, the slash of a name included.
    static func escaped(_ segment: String) -> String {
        var text = ""
        for byte in segment.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = Array("0123456789ABCDEF")
                text += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
        return text
    }

    private static func words(_ error: any Error) -> String {
        if let error = error as? HTTPClientError {
            if error == .deadlineExceeded || error == .connectTimeout || error == .readTimeout {
                return "no answer in time"
            }
            return error.shortDescription
        }
        let text = "\(error)"
        if text.contains("ECONNREFUSED") || text.contains("Connection refused") || text.contains("errno: 111") {
            return "connection refused"
        }
        return String(text.prefix(200))
    }
}
