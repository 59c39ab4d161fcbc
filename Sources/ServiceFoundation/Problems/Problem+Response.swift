import Contracts
import HTTPTypes
import Hummingbird
import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Problem {
    /// The members of RFC 9457 with our extensions `code` and `errors`.
    struct Document: Codable {
        var type: String?
        var title: String?
        var status: Int?
        var detail: String?
        var instance: String?
        var code: String?
        var errors: [FieldError]?
    }

    func response(instance: String) -> Response {
        let document = Document(
            type: "about:blank", title: title, status: status, detail: detail, instance: instance, code: code,
            errors: errors.isEmpty ? nil : errors)
        let body = (try? ContractsJSON.encoder().encode(document)) ?? Data()
        var fields: HTTPFields = [
            .contentType: "application/problem+json", .contentLength: String(body.count), .cacheControl: "no-store",
        ]
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return Response(
            status: .init(code: status, reasonPhrase: title), headers: fields,
            body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }

    /// Reads a problem that another service answered; anything else becomes one with the code `unknown`.
    init(status: Int, body: [UInt8]) {
        let document = try? ContractsJSON.decoder().decode(Document.self, from: Data(body))
        self.init(
            status: status, code: document?.code ?? "unknown", title: document?.title ?? "Error",
            detail: document?.detail, errors: document?.errors ?? [])
    }
}
