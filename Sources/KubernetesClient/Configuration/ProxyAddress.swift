import AsyncHTTPClient

/// A proxy: `http://host:port` with an optional `name:password@`, by `CONNECT`, or `socks5://host:port`.
///
/// The description shows no password.
public struct ProxyAddress: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// How the proxy is spoken to.
    public enum Scheme: String, Sendable {
        case http
        case socks5
    }

    /// How the proxy is spoken to.
    public var scheme: Scheme
    /// A name or address, without brackets.
    public var host: String
    /// By default 80, and 1080 for SOCKS.
    public var port: Int
    /// Sent to the proxy as Basic authentication; `nil` for none.
    public var username: String?
    /// Belongs to ``username``.
    public var password: String?

    /// - Throws: ``KubernetesError/configuration(_:)`` for what is no such URL, for a proxy that is itself reached over
    ///   TLS (`https://`) and for SOCKS with a password, neither of which is supported.
    public init(_ url: String) throws(KubernetesError) {
        guard let separator = url.firstRange(of: "://") else {
            throw .configuration("a proxy's URL begins with http:// or socks5://")
        }
        switch url[..<separator.lowerBound].lowercased() {
        case "http": scheme = .http
        case "socks5", "socks5h": scheme = .socks5
        case "https": throw .configuration("a proxy that is reached over TLS (https://) is not supported")
        default: throw .configuration("a proxy's URL begins with http:// or socks5://")
        }
        var authority = url[separator.upperBound...].prefix { $0 != "/" && $0 != "?" }
        if let at = authority.lastIndex(of: "@") {
            let parts = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            username = PercentEncoding.decode(String(parts[0]))
            password = parts.count == 2 ? PercentEncoding.decode(String(parts[1])) : ""
            authority = authority[authority.index(after: at)...]
            guard scheme == .http else { throw .configuration("a SOCKS proxy with a password is not supported") }
        }
        let parts = Authority(authority)
        host = parts.host
        port = scheme == .http ? 80 : 1080
        if let text = parts.port {
            guard let number = UInt16(text) else { throw .configuration("the proxy's port is no number") }
            port = Int(number)
        }
        guard !host.isEmpty else { throw .configuration("the proxy's URL names no host") }
    }

    public var description: String {
        "\(scheme.rawValue)://\(username.map { "\($0)@" } ?? "")\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension ProxyAddress {
    var forHTTPClient: HTTPClient.Configuration.Proxy {
        switch scheme {
        case .socks5: .socksServer(host: host, port: port)
        case .http:
            .server(
                host: host, port: port,
                authorization: username.map { .basic(username: $0, password: password ?? "") })
        }
    }
}
