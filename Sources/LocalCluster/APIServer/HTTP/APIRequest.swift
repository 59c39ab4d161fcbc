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
        return String(agent.prefix { $0 != "/" }.prefix(128))
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

    /// The text with `%XX` decoded, and `+` where that means a space.
    func percentDecoded(plusIsSpace: Bool = false) -> String {
        guard utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return String(self) }
        var bytes: [UInt8] = []
        var rest = Array(utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let decoded = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(decoded)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
