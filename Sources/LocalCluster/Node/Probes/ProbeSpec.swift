import KubernetesClient

enum ProbeKind: String, Sendable, CaseIterable {
    case startup = "Startup"
    case readiness = "Readiness"
    case liveness = "Liveness"

    var field: String { rawValue.lowercased() + "Probe" }
}

/// How to look at, or tell something to, a container from outside.
enum ProbeAction: Sendable, Equatable {
    case exec([String])
    case http(scheme: String, host: String?, port: Int, path: String, headers: [Header])
    case tcp(host: String?, port: Int)
    /// A gRPC health check: never a success, and its events say why.
    case grpc
    /// Of hooks only.
    case sleep(Duration)

    struct Header: Sendable, Equatable {
        var name: String
        var value: String
    }

    /// - Parameter container: whose named ports the action may use.
    init?(_ json: JSONValue, container: JSONValue) {
        /// A port that is named and not there is 0, where nothing ever answers.
        func port(_ value: JSONValue?) -> Int {
            if let number = value?.intValue { return number }
            guard let name = value?.stringValue else { return 0 }
            if let number = Int(name) { return number }
            let ports = container["ports"]?.arrayValue ?? []
            return ports.first { $0["name"]?.stringValue == name }?["containerPort"]?.intValue ?? 0
        }
        if let command = json[path: ["exec", "command"]]?.arrayValue {
            self = .exec(command.compactMap(\.stringValue))
        } else if let http = json["httpGet"] {
            let headers = (http["httpHeaders"]?.arrayValue ?? []).compactMap { header -> Header? in
                guard let name = header["name"]?.stringValue else { return nil }
                return Header(name: name, value: header["value"]?.stringValue ?? "")
            }
            let path = http["path"]?.stringValue ?? "/"
            self = .http(
                scheme: (http["scheme"]?.stringValue ?? "HTTP").lowercased(), host: http["host"]?.stringValue,
                port: port(http["port"]), path: path.hasPrefix("/") ? path : "/" + path, headers: headers)
        } else if let tcp = json["tcpSocket"] {
            self = .tcp(host: tcp["host"]?.stringValue, port: port(tcp["port"]))
        } else if json["grpc"] != nil {
            self = .grpc
        } else if let seconds = json[path: ["sleep", "seconds"]]?.intValue {
            self = .sleep(.seconds(seconds))
        } else {
            return nil
        }
    }
}

/// A probe of a container, with Kubernetes' defaults.
struct ProbeSpec: Sendable, Equatable {
    var action: ProbeAction
    var initialDelay: Duration
    var period: Duration
    var timeout: Duration
    var successThreshold: Int
    var failureThreshold: Int
    /// Overrides the pod's grace when a liveness or startup probe kills.
    var terminationGrace: Duration?

    init?(_ json: JSONValue, container: JSONValue) {
        guard let action = ProbeAction(json, container: container) else { return nil }
        self.action = action
        initialDelay = .seconds(json["initialDelaySeconds"]?.intValue ?? 0)
        period = .seconds(max(1, json["periodSeconds"]?.intValue ?? 10))
        timeout = .seconds(max(1, json["timeoutSeconds"]?.intValue ?? 1))
        successThreshold = json["successThreshold"]?.intValue ?? 1
        failureThreshold = json["failureThreshold"]?.intValue ?? 3
        terminationGrace = json["terminationGracePeriodSeconds"]?.intValue.map { .seconds($0) }
    }
}
