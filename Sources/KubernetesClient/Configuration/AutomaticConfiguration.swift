public import PodEnvironment

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension ClientConfiguration {
    /// The configuration a program would expect: the given kubeconfig, that of `KUBECONFIG` (several paths are merged),
    /// the pod's ServiceAccount when run in a cluster, then `~/.kube/config`.
    ///
    /// Where it names no proxy, that of the environment is used (`HTTPS_PROXY`, `NO_PROXY`).
    ///
    /// - Parameters:
    ///   - kubeconfig: a path that wins over everything, as `--kubeconfig`.
    ///   - context: a context of the kubeconfig to use instead of its current one.
    /// - Throws: ``KubernetesError/configuration(_:)``.
    public static func automatic(
        kubeconfig: String? = nil, context: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment, pod: PodEnvironment = .current
    ) throws(KubernetesError) -> ClientConfiguration {
        try find(kubeconfig, context, environment, pod).throughProxy(of: environment)
    }

    private static func find(
        _ kubeconfig: String?, _ context: String?, _ environment: [String: String], _ pod: PodEnvironment
    ) throws(KubernetesError) -> ClientConfiguration {
        if let kubeconfig, !kubeconfig.isEmpty {
            return try Kubeconfig(path: kubeconfig).configuration(context: context)
        }
        if let paths = environment["KUBECONFIG"], !paths.isEmpty {
            return try Kubeconfig(searching: paths.split(separator: ":").map(String.init))
                .configuration(context: context)
        }
        if context == nil, environment["KUBERNETES_SERVICE_HOST"] != nil {
            return try inCluster(environment: environment, pod: pod)
        }
        let path = (environment["HOME"] ?? "") + "/.kube/config"
        guard FileManager.default.fileExists(atPath: path) else {
            throw .configuration(
                "no Kubernetes cluster is known: set KUBECONFIG, give --kubeconfig, or write ~/.kube/config")
        }
        return try Kubeconfig(path: path).configuration(context: context)
    }

    private func throughProxy(of environment: [String: String]) throws(KubernetesError) -> ClientConfiguration {
        guard proxy == nil else { return self }
        var configuration = self
        configuration.proxy = try EnvironmentProxy(environment: environment).proxy(for: server)
        return configuration
    }

    /// The configuration of a pod: its ServiceAccount's token, CA and namespace, `KUBERNETES_SERVICE_HOST/PORT`, and
    /// the proxy of its environment.
    ///
    /// - Throws: ``KubernetesError/configuration(_:)`` when this is no pod or the token is not mounted.
    public static func inCluster(
        environment: [String: String] = ProcessInfo.processInfo.environment, pod: PodEnvironment = .current
    ) throws(KubernetesError) -> ClientConfiguration {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty else {
            throw .configuration("KUBERNETES_SERVICE_HOST is not set: this is not a pod")
        }
        let port = environment["KUBERNETES_SERVICE_PORT"] ?? "443"
        let folder = pod.path("/var/run/secrets/kubernetes.io/serviceaccount")
        guard FileManager.default.fileExists(atPath: folder + "/token") else {
            throw .configuration("no ServiceAccount token at \(folder)/token")
        }
        let namespace = try? String(contentsOfFile: folder + "/namespace", encoding: .utf8)
            .trimmingPrefix { $0.isWhitespace }.prefix { !$0.isWhitespace }
        let authority = folder + "/ca.crt"
        let configuration = ClientConfiguration(
            server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)",
            certificateAuthority: FileManager.default.fileExists(atPath: authority) ? .file(authority) : nil,
            token: .file(folder + "/token"), namespace: namespace.map { String($0) } ?? "default")
        return try configuration.throughProxy(of: environment)
    }
}
