#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The proxy that a program's environment names: `HTTPS_PROXY` or `HTTP_PROXY`, by the server's scheme, and the
/// exceptions of `NO_PROXY`, also in lower case. Read as kubectl and other Go programs read them.
struct EnvironmentProxy {
    let environment: [String: String]

    /// - Returns: `nil` for a server to be reached directly.
    /// - Throws: ``KubernetesError/configuration(_:)``, which names the variable.
    func proxy(for server: String) throws(KubernetesError) -> ProxyAddress? {
        guard let separator = server.firstRange(of: "://") else { return nil }
        let isSecure = server[..<separator.lowerBound] == "https"
        let name = isSecure ? "HTTPS_PROXY" : "HTTP_PROXY"
        let authority = Authority(server[separator.upperBound...].prefix { $0 != "/" })
        guard let url = value(name),
            !isExcepted(authority.host.lowercased(), port: String(authority.port ?? (isSecure ? "443" : "80")))
        else { return nil }
        do throws(KubernetesError) {
            return try ProxyAddress(url.contains("://") ? url : "http://\(url)")
        } catch {
            throw .configuration("\(name): \(error)")
        }
    }

    private func value(_ name: String) -> String? {
        [name, name.lowercased()].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }

    private func isExcepted(_ host: String, port: String) -> Bool {
        let address = Address(host)
        // To a proxy that would be itself.
        if host == "localhost" || address?.isLoopback == true { return true }
        return (value("NO_PROXY") ?? "").split(separator: ",").contains { entry in
            let entry = entry.filter { !$0.isWhitespace }.lowercased()
            if entry == "*" { return true }
            let network = entry.split(separator: "/", maxSplits: 1).map { String($0) }
            if network.count == 2, let base = Address(network[0]), let bits = Int(network[1]) {
                return address?.isIn(base, bits: bits) == true
            }
            let excepted = Authority(entry)
            guard excepted.port.map({ $0 == port }) ?? true, !excepted.host.isEmpty else { return false }
            if let other = Address(excepted.host) { return other == address }
            // `.example.com` and `*.example.com` mean what is below, `example.com` itself, too.
            let domain = excepted.host.trimmingPrefix("*")
            return domain.hasPrefix(".") ? host.hasSuffix(domain) : host == domain || host.hasSuffix(".\(domain)")
        }
    }
}

/// An address of four or sixteen bytes.
private struct Address: Hashable {
    let bytes: [UInt8]

    init?(_ text: String) {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            guard inet_pton(family, text, &bytes) == 1 else { continue }
            self.bytes = bytes
            return
        }
        return nil
    }

    var isLoopback: Bool { bytes.count == 4 ? bytes[0] == 127 : bytes == Array(repeating: 0, count: 15) + [1] }

    /// Whether the first so many bits are those of a network.
    func isIn(_ network: Address, bits: Int) -> Bool {
        guard bytes.count == network.bytes.count, (0...bytes.count * 8).contains(bits) else { return false }
        return bytes.indices.allSatisfy { index in
            let mask = UInt8(truncatingIfNeeded: 0xFF00 >> min(max(bits - index * 8, 0), 8))
            return bytes[index] & mask == network.bytes[index] & mask
        }
    }
}
