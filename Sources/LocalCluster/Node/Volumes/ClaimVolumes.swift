import Foundation
import KubernetesClient
import KubernetesRuntime

/// Where the data of PersistentVolumeClaims is on this machine: in the folder that their PersistentVolume names, else
/// in a folder of the node's own.
///
/// The embedded cluster binds claims by itself. In another one, a claim that no storage class serves is given a
/// PersistentVolume here, to which that cluster's own controller binds it; both go together.
struct ClaimVolumes: Sendable {
    let client: KubernetesClient
    let node: String
    /// `<state>/volumes`
    let folder: String
    let isForeign: Bool

    private static let provisioner = "storefront.dev/local-node"
    private static let provisionedBy = "pv.kubernetes.io/provisioned-by"

    /// - Throws: ``NodeError`` when the claim is not there or its volume is of a type that the node does not know.
    func path(of name: String, namespace: String) async throws -> String {
        let own = "\(folder)/\(namespace)/\(name)"
        do throws(KubernetesError) {
            guard let claim = try await client.find(.persistentVolumeClaim, name, namespace: namespace) else {
                throw KubernetesError.unexpectedAnswer("persistentvolumeclaim \"\(name)\" not found")
            }
            guard let volumeName = claim["spec", "volumeName"]?.stringValue, !volumeName.isEmpty else {
                if isForeign { try await provide(claim, own) }
                return own
            }
            let spec = try await client.get(.persistentVolume, volumeName).spec
            for type in ["hostPath", "local"] {
                if let path = spec?[type]?["path"]?.stringValue { return path }
            }
        } catch {
            if case .unexpectedAnswer(let text) = error { throw NodeError(.missingConfiguration, text) }
            throw NodeError(.missingConfiguration, "the claim \(name) cannot be read", cause: error)
        }
        throw NodeError(.fileSystem, "volumes of this type are not known to the local node")
    }

    private func provide(_ claim: UntypedObject, _ path: String) async throws(KubernetesError) {
        let storageClass = claim["spec", "storageClassName"]?.stringValue ?? ""
        if !storageClass.isEmpty {
            let provisioner = try await client.find(.storageClass, storageClass)?.json["provisioner"]?.stringValue
            guard provisioner == nil || provisioner == "kubernetes.io/no-provisioner" else { return }
        }
        var volume = UntypedObject(
            .persistentVolume, name: "pvc-\(claim.uid)", annotations: [Self.provisionedBy: Self.provisioner])
        volume.spec = [
            "capacity": ["storage": claim["spec", "resources", "requests", "storage"] ?? "1Gi"],
            "accessModes": claim["spec", "accessModes"] ?? ["ReadWriteOnce"],
            "storageClassName": .string(storageClass), "persistentVolumeReclaimPolicy": "Delete",
            "hostPath": ["path": .string(path), "type": "DirectoryOrCreate"],
            "claimRef": [
                "apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": .string(claim.namespace ?? ""),
                "name": .string(claim.name), "uid": .string(claim.uid),
            ],
            "nodeAffinity": [
                "required": [
                    "nodeSelectorTerms": [
                        [
                            "matchExpressions": [
                                ["key": "kubernetes.io/hostname", "operator": "In", "values": [.string(node)]]
                            ]
                        ]
                    ]
                ]
            ],
        ]
        do throws(KubernetesError) {
            try await client.create(.persistentVolume, volume)
        } catch {
            if !error.isAlreadyExists { throw error }
        }
    }

    /// Removes the volumes whose claims are gone, until cancelled.
    func run() async {
        guard isForeign else { return }
        let volumes = Informer(client, .persistentVolume)
        let released = AsyncStream.makeStream(of: UntypedObject.self)
        volumes.onEvent { event in
            if Self.isReleased(event.object, folder) { released.continuation.yield(event.object) }
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await volumes.run() }
            for await volume in released.stream {
                if let path = volume["spec", "hostPath", "path"]?.stringValue {
                    try? FileManager.default.removeItem(atPath: path)
                }
                _ = try? await client.delete(.persistentVolume, volume.name)
            }
            group.cancelAll()
        }
    }

    private static func isReleased(_ volume: UntypedObject, _ folder: String) -> Bool {
        volume.annotations[provisionedBy] == provisioner && volume["status", "phase"]?.stringValue == "Released"
            && !volume.isBeingDeleted
            && volume["spec", "hostPath", "path"]?.stringValue?.hasPrefix(folder + "/") == true
    }
}
