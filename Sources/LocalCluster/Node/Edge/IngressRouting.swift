import KubernetesClient

/// Which Service a request's host and path belong to, by all Ingresses; a value.
struct IngressRouting: Sendable, Equatable {
    struct Backend: Sendable, Equatable {
        var service: ObjectKey
        var portName: String?
        var portNumber: Int?
    }

    private struct Rule: Sendable, Equatable {
        var path: String
        /// `path` without a closing slash, which a Prefix means element by element.
        var prefix: String
        var isExact: Bool
        var backend: Backend
    }

    /// Rules by host, longest path first and exact ones before prefixes; "" is every host, `*.example.com` a wildcard.
    private var hosts: [String: [Rule]] = [:]
    private var fallback: Backend?

    init(_ ingresses: [UntypedObject] = []) {
        for ingress in ingresses.sorted(by: { $0.key < $1.key }) where !ingress.isBeingDeleted {
            if fallback == nil { fallback = Self.backend(ingress["spec", "defaultBackend"], ingress) }
            for rule in ingress["spec", "rules"]?.arrayValue ?? [] {
                let host = rule["host"]?.stringValue?.lowercased() ?? ""
                for path in rule[path: ["http", "paths"]]?.arrayValue ?? [] {
                    guard let backend = Self.backend(path["backend"], ingress) else { continue }
                    var text = path["path"]?.stringValue ?? "/"
                    if text.isEmpty { text = "/" }
                    let isExact = path["pathType"]?.stringValue == "Exact"
                    hosts[host, default: []].append(
                        Rule(
                            path: text, prefix: text.hasSuffix("/") && !isExact ? String(text.dropLast()) : text,
                            isExact: isExact, backend: backend))
                }
            }
        }
        for host in hosts.keys {
            hosts[host]?.sort { left, right in
                left.prefix.utf8.count != right.prefix.utf8.count
                    ? left.prefix.utf8.count > right.prefix.utf8.count : left.isExact && !right.isExact
            }
        }
    }

    private static func backend(_ json: JSONValue?, _ ingress: UntypedObject) -> Backend? {
        guard let service = json?["service"], let name = service["name"]?.stringValue else { return nil }
        return Backend(
            service: ObjectKey(namespace: ingress.namespace, name: name),
            portName: service[path: ["port", "name"]]?.stringValue,
            portNumber: service[path: ["port", "number"]]?.intValue)
    }

    /// - Parameters:
    ///   - host: the `Host` header, with or without a port.
    ///   - path: without the query.
    func backend(host: String, path: some StringProtocol) -> Backend? {
        let name = Self.hostName(host)
        if let rules = hosts[name], let backend = Self.match(rules, path) { return backend }
        if let dot = name.firstIndex(of: "."), let rules = hosts["*" + name[dot...]],
            let backend = Self.match(rules, path)
        {
            return backend
        }
        if let rules = hosts[""], let backend = Self.match(rules, path) { return backend }
        // One machine has one edge: an address or localhost stands for any host, as a port-forward would.
        if Self.isLocal(name) {
            for host in hosts.keys.sorted() {
                if let backend = Self.match(hosts[host] ?? [], path) { return backend }
            }
        }
        return fallback
    }

    private static func match(_ rules: [Rule], _ path: some StringProtocol) -> Backend? {
        for rule in rules {
            if rule.isExact {
                if path == rule.path { return rule.backend }
            } else if path.hasPrefix(rule.prefix) {
                let rest = path.utf8.dropFirst(rule.prefix.utf8.count)
                if rest.isEmpty || rest.first == UInt8(ascii: "/") { return rule.backend }
            }
        }
        return nil
    }

    private static func hostName(_ host: String) -> String {
        guard !host.hasPrefix("["), let colon = host.lastIndex(of: ":") else { return host.lowercased() }
        return host[..<colon].lowercased()
    }

    private static func isLocal(_ name: String) -> Bool {
        name == "localhost" || name.isEmpty
            || name.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (48...57).contains($0) }
    }
}
