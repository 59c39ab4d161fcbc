internal import HTTPTypes
internal import NIOCore

/// A request as the handlers need it: what its path means, its parameters, its body and who sent it.
struct APIRequest: Sendable {
    let method: HTTPRequest.Method
    let path: String
    let query: QueryParameters
    let headers: HTTPFields
    let body: [UInt8]
    let target: RequestTarget
    let user: UserInfo
    let channel: any Channel

    /// What managed fields are recorded under: the `fieldManager` parameter, or the user agent up to its version.
    var fieldManager: String {
        if let name = query["fieldManager"], !name.isEmpty { return name }
        let agent = headers[.userAgent] ?? ""
        let name = agent.prefix { $0 != "/" }.prefix(128)
        return name.isEmpty ? "unknown" : String(name)
    }

    var contentType: String {
        let value = headers[.contentType] ?? ""
        return value.prefix { $0 != ";" }.trimmed.lowercased()
    }
}

extension StringProtocol {
    var trimmed: String {
        var text = self[...]
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
