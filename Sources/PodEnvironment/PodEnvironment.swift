#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What a process can know of the pod it runs in: where its volumes are, which address is its own, which names it can
/// resolve.
///
/// In a container all of this is the default. A node that runs pods as plain processes of a machine (the local cluster,
/// as Windows host-process containers do) cannot mount volumes at absolute paths and has no cluster DNS; it sets
/// `CONTAINER_SANDBOX_MOUNT_POINT` to a folder that plays the container's root.
public struct PodEnvironment: Sendable {
    /// The folder that stands for `/` when looking up a mounted path; empty in a real container.
    public let root: String
    /// The pod's own address, from the downward API variable `POD_IP`.
    public let address: String?

    public init(root: String, address: String?) {
        self.root = root
        self.address = address
    }

    public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        var root = environment["CONTAINER_SANDBOX_MOUNT_POINT"] ?? ""
        while root.hasSuffix("/") { root.removeLast() }
        self.init(root: root, address: environment["POD_IP"].flatMap { $0.isEmpty ? nil : $0 })
    }

    public static let current = PodEnvironment()

    /// Where an absolute path of the pod (`/etc/storefront/config`) is on this machine.
    public func path(_ path: String) -> String { root + path }

    /// The address to listen on: every interface of a container, but only the pod's own address where several pods
    /// share one machine's network.
    public var listenAddress: String { root.isEmpty ? "0.0.0.0" : address ?? "0.0.0.0" }

    /// The address of a host name in the pod's `etc/hosts`, read anew each time since Services come and go. `nil` in a
    /// real container, where the system's resolver is right, and for names that are not listed.
    public func hostAddress(_ name: String) -> String? {
        guard !root.isEmpty, let text = try? String(contentsOfFile: path("/etc/hosts"), encoding: .utf8) else {
            return nil
        }
        return HostsFile(text).addresses[name.lowercased()]
    }
}
