/// `host:port` or `[address]:port`, as in URLs.
struct Authority {
    /// Without brackets.
    var host: String
    /// What follows the host's colon; `nil` without one.
    var port: Substring?

    init(_ text: some StringProtocol) {
        var host = Substring(text)
        let colons = host.count { $0 == ":" }
        if let colon = host.lastIndex(of: ":"), host.first == "[" ? !host[colon...].contains("]") : colons == 1 {
            port = host[host.index(after: colon)...]
            host = host[..<colon]
        }
        self.host = String(host.filter { $0 != "[" && $0 != "]" })
    }
}
