import Contracts
import KubernetesClient
import StorefrontAPI

extension Shop {
    /// The user's own Secrets that a service mounts, and the keys they must have.
    func userSecrets(of service: ServiceName) -> [(name: String, keys: [String])] {
        switch service {
        case .user: spec.admin.secretName.map { [($0, ["email", "password"])] } ?? []
        case .product, .order: [(spec.redis.secretName, ["url"])]
        case .payment: []
        case .notification:
            spec.notifications.smtp?.secretName.map { [($0, ["username", "password"])] } ?? []
        }
    }

    /// A pod template's spec: one container of the service's image, with everything the service reads mounted.
    ///
    /// - Parameter command: `serve` or `migrate`.
    func podSpec(_ service: ServiceName, command: String) -> JSONValue {
        let settings = settings(of: service)
        // A migration writes no mail, and a claim that one node holds would keep it from starting on another.
        let volumes = volumes(of: service).filter { command == "serve" || $0.name != "mailbox" }
        var container: JSONValue = [
            "name": .string(service.rawValue),
            "image": .string(image(of: service)),
            "imagePullPolicy": .string(spec.image.pullPolicy.rawValue),
            "command": [.string(service.executable)],
            "args": [.string(command)],
            "env": .array(environment(of: service)),
            "resources": resources(settings.resources),
            "securityContext": [
                "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "runAsNonRoot": true,
                "capabilities": ["drop": ["ALL"]],
            ],
            "volumeMounts": .array(volumes.map(\.mount)),
        ]
        if command == "serve" {
            container["ports"] = [
                ["name": "http", "containerPort": .init(PodLayout.publicPort), "protocol": "TCP"],
                ["name": "internal", "containerPort": .init(PodLayout.internalPort), "protocol": "TCP"],
                ["name": "management", "containerPort": .init(PodLayout.managementPort), "protocol": "TCP"],
            ]
            for (name, probe) in probes { container[name] = probe }
            // Endpoints and ingresses forget the pod while it still answers.
            container["lifecycle"] = ["preStop": ["sleep": ["seconds": 3]]]
        }
        var pod: JSONValue = [
            "serviceAccountName": .string(objectName(service)),
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "securityContext": [
                "runAsNonRoot": true, "runAsUser": 65_532, "runAsGroup": 65_532, "fsGroup": 65_532,
                "seccompProfile": ["type": "RuntimeDefault"],
            ],
            "containers": [container],
            "volumes": .array(volumes.map(\.volume)),
        ]
        if !spec.image.pullSecretNames.isEmpty {
            pod["imagePullSecrets"] = .array(spec.image.pullSecretNames.map { ["name": .string($0)] })
        }
        if !settings.nodeSelector.isEmpty { pod["nodeSelector"] = JSONValue(settings.nodeSelector) }
        if !settings.tolerations.isEmpty {
            pod["tolerations"] = (try? JSONValueEncoder().encode(settings.tolerations)) ?? []
        }
        pod["priorityClassName"] = settings.priorityClassName.map { .string($0) }
        return pod
    }

    /// `/health` says whether to restart, `/ready` whether to send requests; the first success of `/health` comes some
    /// tenths of a second after the start, so it is looked for every second.
    private var probes: [String: JSONValue] {
        func probe(_ path: String, period: Int, failures: Int, timeout: Int) -> JSONValue {
            [
                "httpGet": ["path": .string(path), "port": "management", "scheme": "HTTP"],
                "periodSeconds": .init(period), "failureThreshold": .init(failures),
                "timeoutSeconds": .init(timeout), "successThreshold": 1,
            ]
        }
        return [
            "startupProbe": probe("/health", period: 1, failures: 60, timeout: 1),
            "livenessProbe": probe("/health", period: 10, failures: 3, timeout: 3),
            "readinessProbe": probe("/ready", period: 2, failures: 2, timeout: 2),
        ]
    }

    private func environment(of service: ServiceName) -> [JSONValue] {
        func field(_ name: String, _ path: String) -> JSONValue {
            [
                "name": .string(name),
                "valueFrom": ["fieldRef": ["apiVersion": "v1", "fieldPath": .string(path)]],
            ]
        }
        return [
            field("POD_IP", "status.podIP"), field("POD_NAME", "metadata.name"),
            field("POD_NAMESPACE", "metadata.namespace"),
        ] + settings(of: service).env.map { ["name": .string($0.name), "value": .string($0.value)] }
    }

    private func resources(_ resources: ResourceRequirements) -> JSONValue {
        var json: JSONValue = [:]
        if !resources.requests.isEmpty { json["requests"] = JSONValue(resources.requests.mapValues(\.text)) }
        if !resources.limits.isEmpty { json["limits"] = JSONValue(resources.limits.mapValues(\.text)) }
        return json
    }
}
