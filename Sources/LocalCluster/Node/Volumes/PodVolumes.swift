import Foundation
import KubernetesClient

#if canImport(Glibc)
    import Glibc
#endif

/// The folders of a pod on this machine: its volumes, and for each container a folder that plays its root.
struct PodVolumes: Sendable {
    let spec: PodSpec
    let pod: PodIdentity
    /// `<state>/pods/<uid>`
    let folder: String
    let claims: ClaimVolumes
    /// Where the data of the pod's claims is, once that was asked.
    private var claimPaths: [String: String] = [:]

    init(spec: PodSpec, pod: PodIdentity, folder: String, claims: ClaimVolumes) {
        self.spec = spec
        self.pod = pod
        self.folder = folder
        self.claims = claims
    }

    func root(_ container: String) -> String { "\(folder)/\(container)/root" }

    /// Makes the volumes be there with their present content.
    ///
    /// - Throws: ``NodeError`` naming the volume, in the kubelet's words.
    mutating func refresh(_ sources: PodSources) async throws {
        for volume in spec.volumes {
            let name = volume["name"]?.stringValue ?? ""
            do {
                if let files = try await ProjectedFiles.files(of: volume, sources) {
                    try AtomicFolder(path: path(of: volume), group: fileSystemGroup).write(files)
                } else {
                    if let claim = claimName(volume), claimPaths[claim] == nil {
                        claimPaths[claim] = try await claims.path(of: claim, namespace: pod.namespace)
                    }
                    try make(volume)
                }
            } catch let error as NodeError {
                throw NodeError(error.code, "MountVolume.SetUp failed for volume \"\(name)\" : \(error.message)")
            }
        }
    }

    /// Puts the volumes into a container's root as links.
    ///
    /// What `subPath` takes of a volume that follows its ConfigMap or Secret is a copy: as in Kubernetes it stays what
    /// it is while the container runs.
    ///
    /// - Parameter variables: the container's, for `subPathExpr`.
    func mount(_ container: ContainerSpec, variables: [String: String]) throws {
        let manager = FileManager.default
        let root = root(container.name)
        do {
            for folder in ["", "/etc", "/tmp"] {
                try manager.createDirectory(atPath: root + folder, withIntermediateDirectories: true)
            }
            chmod(root + "/tmp", 0o1777)
            for mount in container.volumeMounts.sorted(by: { Self.place($0) < Self.place($1) }) {
                guard let volume = spec.volumes.first(where: { $0["name"] == mount["name"] }) else { continue }
                let target = try target(of: mount, in: volume, variables)
                let link = root + Self.place(mount)
                try manager.createDirectory(
                    atPath: (link as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
                if (try? manager.destinationOfSymbolicLink(atPath: link)) == target { continue }
                try? manager.removeItem(atPath: link)
                if target != path(of: volume), isProjected(volume) {
                    try manager.copyItem(atPath: try Self.resolved(target), toPath: link)
                } else {
                    try manager.createSymbolicLink(atPath: link, withDestinationPath: target)
                }
            }
            let message = root + container.terminationMessagePath
            try manager.createDirectory(
                atPath: (message as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            _ = manager.createFile(atPath: message, contents: nil, attributes: [.posixPermissions: 0o666])
            if let folder = container.workingDirectory {
                try manager.createDirectory(atPath: root + folder, withIntermediateDirectories: true)
            }
        } catch let error as NodeError {
            throw error
        } catch {
            throw NodeError(.fileSystem, "the folders of container \(container.name) cannot be made", cause: error)
        }
    }

    /// Where on this machine a mount leads; the folder that a `subPath` names is made when it is not there.
    private func target(of mount: JSONValue, in volume: JSONValue, _ variables: [String: String]) throws -> String {
        let inner =
            mount["subPathExpr"]?.stringValue.map { VariableExpansion.expand($0, variables) }
            ?? mount["subPath"]?.stringValue ?? ""
        guard !inner.isEmpty else { return path(of: volume) }
        guard !inner.hasPrefix("/"), !inner.contains("$("), !inner.split(separator: "/").contains("..") else {
            let name = mount["name"]?.stringValue ?? ""
            throw NodeError(
                .missingConfiguration, "failed to prepare subPath for volumeMount \"\(name)\": \(inner) is not allowed")
        }
        let target = "\(path(of: volume))/\(inner)"
        if !FileManager.default.fileExists(atPath: target) {
            try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
            chmod(target, 0o777)
            if let group = fileSystemGroup { _ = chown(target, uid_t.max, group) }
        }
        return target
    }

    /// The path without symbolic links.
    static func resolved(_ path: String) throws -> String {
        guard let resolved = realpath(path, nil) else { throw NodeError(.fileSystem, "\(path) is not there") }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private func isProjected(_ volume: JSONValue) -> Bool {
        ["configMap", "secret", "downwardAPI", "projected"].contains { volume[$0] != nil }
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    private static func place(_ mount: JSONValue) -> String {
        var path = mount["mountPath"]?.stringValue ?? "/"
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path.hasPrefix("/") ? path : "/" + path
    }

    /// A generic ephemeral volume's claim is named after its pod, by the cluster's controller.
    private func claimName(_ volume: JSONValue) -> String? {
        if volume["ephemeral"] != nil { return "\(pod.name)-\(volume["name"]?.stringValue ?? "")" }
        return volume[path: ["persistentVolumeClaim", "claimName"]]?.stringValue
    }

    private func path(of volume: JSONValue) -> String {
        if let claim = claimName(volume), let path = claimPaths[claim] { return path }
        if let path = volume[path: ["hostPath", "path"]]?.stringValue { return path }
        return "\(folder)/volumes/\(volume["name"]?.stringValue ?? "")"
    }

    private var fileSystemGroup: UInt32? {
        getuid() == 0 ? spec.containers.first?.user.fileSystemGroup : nil
    }

    private func make(_ volume: JSONValue) throws {
        guard volume["hostPath"] == nil else { return }
        let known = ["emptyDir", "persistentVolumeClaim", "ephemeral"]
        guard known.contains(where: { volume[$0] != nil }) else {
            throw NodeError(.fileSystem, "volumes of this type are not known to the local node")
        }
        let path = path(of: volume)
        guard !FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw NodeError(.fileSystem, "\(path) cannot be made", cause: error)
        }
        // As hostPath provisioners do: the folder is for whomever the containers run as.
        chmod(path, 0o777)
        if let group = fileSystemGroup { _ = chown(path, uid_t.max, group) }
    }
}
