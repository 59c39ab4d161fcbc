internal import APIMachinery
internal import KubernetesClient

/// What Kubernetes' ServiceAccount admission plugin does to a new pod: name its account, and mount the account's token,
/// the cluster's certificate and the namespace where clients look for them.
enum ServiceAccountAdmission {
    static let mountPath = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// The account a pod runs as.
    static func accountName(of pod: JSONValue) -> String {
        let spec = pod["spec"]
        let name = spec?["serviceAccountName"]?.stringValue ?? spec?["serviceAccount"]?.stringValue ?? ""
        return name.isEmpty ? "default" : name
    }

    /// The pod with its account and, unless the pod or else the account declines, the volume with the account's token.
    ///
    /// - Parameter suffix: five random characters for the volume's name.
    static func admit(_ pod: JSONValue, account: JSONValue, suffix: String) -> JSONValue {
        var pod = pod
        let name = accountName(of: pod)
        pod[path: ["spec", "serviceAccountName"]] = .string(name)
        pod[path: ["spec", "serviceAccount"]] = .string(name)
        let wanted =
            pod[path: ["spec", "automountServiceAccountToken"]]?.boolValue
            ?? account["automountServiceAccountToken"]?.boolValue ?? true
        guard wanted else { return pod }
        let volume = "kube-api-access-\(suffix)"
        var isMounted = false
        for list in ["initContainers", "containers"] {
            guard let containers = pod["spec"]?[list]?.arrayValue else { continue }
            pod[path: ["spec", list]] = .array(
                containers.map { container in
                    var container = container
                    var mounts = container["volumeMounts"]?.arrayValue ?? []
                    guard !mounts.contains(where: { $0["mountPath"]?.stringValue == mountPath }) else {
                        return container
                    }
                    mounts.append(["mountPath": .string(mountPath), "name": .string(volume), "readOnly": true])
                    container["volumeMounts"] = .array(mounts)
                    isMounted = true
                    return container
                })
        }
        guard isMounted else { return pod }
        let volumes = pod[path: ["spec", "volumes"]]?.arrayValue ?? []
        pod[path: ["spec", "volumes"]] = .array(volumes + [tokenVolume(named: volume)])
        return pod
    }

    private static func tokenVolume(named name: String) -> JSONValue {
        [
            "name": .string(name),
            "projected": [
                "defaultMode": 420,
                "sources": [
                    ["serviceAccountToken": ["expirationSeconds": 3607, "path": "token"]],
                    [
                        "configMap": [
                            "name": "kube-root-ca.crt", "items": [["key": "ca.crt", "path": "ca.crt"]],
                        ]
                    ],
                    [
                        "downwardAPI": [
                            "items": [
                                [
                                    "path": "namespace",
                                    "fieldRef": ["apiVersion": "v1", "fieldPath": "metadata.namespace"],
                                ]
                            ]
                        ]
                    ],
                ],
            ],
        ]
    }
}

extension APIHandler {
    /// A pod that comes directly after its namespace waits a moment for the account that pods have by default, which
    /// the namespace's controller makes.
    func awaitDefaultAccount(_ request: ObjectRequest) async throws {
        func isMissing() -> Bool {
            guard store.object("serviceaccounts", request.namespace, "default") == nil,
                let namespace = store.object("namespaces", "", request.namespace)
            else { return false }
            return namespace.value()[path: ["metadata", "deletionTimestamp"]] == nil
        }
        guard admitsServiceAccounts, request.definition.isPod, isMissing(),
            let pod = try? request.request.json(for: request.definition).value,
            ServiceAccountAdmission.accountName(of: pod) == "default"
        else { return }
        for _ in 0..<10 where isMissing() { try await Task.sleep(for: .milliseconds(150)) }
    }
}
