import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Where an API server listens.
struct APIServerPlace: Sendable, Hashable {
    var host: String
    var port: Int

    /// - Parameter server: `https://10.0.0.1:6443`
    init?(_ server: String) {
        guard let url = URLComponents(string: server), let host = url.host, !host.isEmpty else { return nil }
        self.host = host.trimmingCharacters(in: ["[", "]"])
        port = url.port ?? (url.scheme == "http" ? 80 : 443)
    }

    /// The IPv4 address this machine has toward the server, which no packet is sent to find.
    ///
    /// - Returns: `nil` when the server is on this machine, and when there is no way to it.
    func localAddress() -> String? {
        var hints = addrinfo()
        hints.ai_family = AF_INET
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let first = found else { return nil }
        defer { freeaddrinfo(found) }
        let socket = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard socket >= 0 else { return nil }
        defer { close(socket) }
        guard connect(socket, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 else { return nil }
        var own = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &own) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        guard result == 0 else { return nil }
        let value = UInt32(bigEndian: own.sin_addr.s_addr)
        let address = [24, 16, 8, 0].map { String(value >> $0 & 0xFF) }.joined(separator: ".")
        return address.hasPrefix("127.") ? nil : address
    }
}
