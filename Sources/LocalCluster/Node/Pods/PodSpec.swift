import KubernetesClient

/// What a node needs of a pod's spec, with Kubernetes' defaults.
struct PodSpec: Sendable, Equatable {
    enum RestartPolicy: String, Sendable {
        case always = "Always"
        case onFailure = "OnFailure"
        case never = "Never"
    }

    var initContainers: [ContainerSpec]
    var containers: [ContainerSpec]
    var restartPolicy: RestartPolicy
    var terminationGracePeriod: Duration
    var activeDeadline: Duration?
    var volumes: [JSONValue]
    var serviceAccount: String
    var hostname: String
    var usesHostNetwork: Bool
    var hasServiceLinks: Bool
    var hostAliases: [JSONValue]

    init(_ pod: UntypedObject) {
        let spec = pod.spec ?? .emptyObject
        let security = spec["securityContext"] ?? .emptyObject
        initContainers = (spec["initContainers"]?.arrayValue ?? []).map {
            ContainerSpec($0, pod: security, isInit: true)
        }
        containers = (spec["containers"]?.arrayValue ?? []).map { ContainerSpec($0, pod: security, isInit: false) }
        restartPolicy = spec["restartPolicy"]?.stringValue.flatMap(RestartPolicy.init) ?? .always
        terminationGracePeriod = .seconds(spec["terminationGracePeriodSeconds"]?.intValue ?? 30)
        activeDeadline = Self.activeDeadline(pod)
        volumes = spec["volumes"]?.arrayValue ?? []
        serviceAccount = spec["serviceAccountName"]?.stringValue ?? "default"
        hostname = spec["hostname"]?.stringValue ?? pod.name
        usesHostNetwork = spec["hostNetwork"]?.boolValue ?? false
        hasServiceLinks = spec["enableServiceLinks"]?.boolValue ?? true
        hostAliases = spec["hostAliases"]?.arrayValue ?? []
    }

    static func activeDeadline(_ pod: UntypedObject) -> Duration? {
        pod["spec", "activeDeadlineSeconds"]?.intValue.map { .seconds($0) }
    }

    static func readinessGates(_ pod: UntypedObject) -> [(type: String, status: String?)] {
        (pod["spec", "readinessGates"]?.arrayValue ?? []).compactMap { gate in
            guard let type = gate["conditionType"]?.stringValue else { return nil }
            let condition = pod["status", "conditions"]?.arrayValue?.first { $0["type"]?.stringValue == type }
            return (type, condition?["status"]?.stringValue)
        }
    }

    var allContainers: [ContainerSpec] { initContainers + containers }
}

/// One container of a pod.
struct ContainerSpec: Sendable, Equatable {
    var json: JSONValue
    var name: String
    var image: String
    var command: [String]
    var arguments: [String]
    var isInit: Bool
    /// An init container with `restartPolicy: Always`, which keeps running beside the others.
    var isSidecar: Bool
    var probes: [ProbeKind: ProbeSpec]
    var postStart: ProbeAction?
    var preStop: ProbeAction?
    var volumeMounts: [JSONValue]
    var workingDirectory: String?
    var terminationMessagePath: String
    /// Whether the end of the log stands in for a termination message that is not there.
    var explainsByLog: Bool
    var user: UserIdentity

    init(_ json: JSONValue, pod security: JSONValue, isInit: Bool) {
        self.json = json
        self.isInit = isInit
        name = json["name"]?.stringValue ?? ""
        image = json["image"]?.stringValue ?? ""
        command = json["command"]?.arrayValue?.compactMap(\.stringValue) ?? []
        arguments = json["args"]?.arrayValue?.compactMap(\.stringValue) ?? []
        isSidecar = isInit && json["restartPolicy"]?.stringValue == "Always"
        probes = [:]
        for kind in ProbeKind.allCases {
            probes[kind] = json[kind.field].flatMap { ProbeSpec($0, container: json) }
        }
        postStart = json[path: ["lifecycle", "postStart"]].flatMap { ProbeAction($0, container: json) }
        preStop = json[path: ["lifecycle", "preStop"]].flatMap { ProbeAction($0, container: json) }
        volumeMounts = json["volumeMounts"]?.arrayValue ?? []
        workingDirectory = json["workingDir"]?.stringValue
        terminationMessagePath = json["terminationMessagePath"]?.stringValue ?? "/dev/termination-log"
        explainsByLog = json["terminationMessagePolicy"]?.stringValue == "FallbackToLogsOnError"
        user = UserIdentity(pod: security, container: json["securityContext"] ?? .emptyObject)
    }
}

/// As whom a container runs, where its pod says.
struct UserIdentity: Sendable, Equatable {
    var user: UInt32?
    var group: UInt32?
    var fileSystemGroup: UInt32?
    var supplementaryGroups: [UInt32]
    var mustNotBeRoot: Bool

    init(pod: JSONValue, container: JSONValue) {
        func id(_ json: JSONValue?) -> UInt32? { json?.integerValue.flatMap { UInt32(exactly: $0) } }
        user = id(container["runAsUser"]) ?? id(pod["runAsUser"])
        group = id(container["runAsGroup"]) ?? id(pod["runAsGroup"])
        fileSystemGroup = id(pod["fsGroup"])
        mustNotBeRoot = (container["runAsNonRoot"] ?? pod["runAsNonRoot"])?.boolValue ?? false
        supplementaryGroups = (pod["supplementalGroups"]?.arrayValue ?? []).compactMap { id($0) }
    }
}
