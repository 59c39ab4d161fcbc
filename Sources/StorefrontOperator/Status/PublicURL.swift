import KubernetesClient
import StorefrontAPI

extension Shop {
    /// Where the shop is: the host of its spec, or else the address that the Ingress was given, with its port where
    /// that is not the scheme's own.
    func publicURL(of ingress: UntypedObject) -> String? {
        let entry = ingress["status", "loadBalancer", "ingress"]?[0]
        let address = entry?["ip"]?.stringValue ?? entry?["hostname"]?.stringValue
        guard let host = spec.host ?? address else { return nil }
        let ports = entry?["ports"]?.arrayValue?.compactMap { $0["port"]?.intValue } ?? []
        let standard = scheme == "https" ? 443 : 80
        let port = ports.isEmpty || ports.contains(standard) ? "" : ":\(ports[0])"
        return "\(scheme)://\(host.contains(":") ? "[\(host)]" : host)\(port)"
    }
}
