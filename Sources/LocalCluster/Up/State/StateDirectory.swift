import Foundation

/// The folder that holds everything a local cluster keeps: removing it removes the cluster.
public struct StateDirectory: Sendable {
    public let path: String

    /// - Parameter path: absolute or relative to the working directory; made absolute.
    public init(path: String) {
        self.path = URL(fileURLWithPath: path).standardizedFileURL.path
    }

    public var kubeconfig: String { "\(path)/kubeconfig" }
    public var apiServer: String { "\(path)/apiserver" }
    public var node: String { "\(path)/node" }
    public var volumes: String { "\(path)/volumes" }
    public var logs: String { "\(path)/logs" }
    public var settings: String { "\(path)/cluster.json" }
    public var lockFile: String { "\(path)/lock" }
    public var processes: String { "\(path)/processes" }
    public func server(_ name: String) -> String { "\(path)/\(name)" }

    /// Makes the folder and those in it. Others may pass through it (the servers run as their own users when started
    /// as root) but not list it.
    public func prepare() throws(LocalClusterError) {
        try make([path, apiServer, node, volumes, logs, processes])
    }

    /// As ``prepare()``, for what a node alone keeps.
    func prepareNode() throws(LocalClusterError) { try make([path, logs]) }

    private func make(_ folders: [String]) throws(LocalClusterError) {
        for folder in folders {
            do {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
            } catch {
                throw LocalClusterError(
                    .stateUnusable,
                    "The state folder \(folder) cannot be made or written. Choose another with --state DIR.",
                    cause: error)
            }
        }
        let probe = "\(path)/.probe"
        guard FileManager.default.createFile(atPath: probe, contents: Data()) else {
            throw LocalClusterError(
                .stateUnusable, "The state folder \(path) is not writable. Choose another with --state DIR.")
        }
        try? FileManager.default.removeItem(atPath: probe)
    }

    /// A file that only its owner may read: the given account when we may give it away.
    func write(
        _ text: String, to file: String, owner: Account? = nil, permissions: Int = 0o600
    ) throws(LocalClusterError) {
        let written = FileManager.default.createFile(
            atPath: file, contents: Data(text.utf8), attributes: [.posixPermissions: permissions])
        guard written else { throw LocalClusterError(.stateUnusable, "\(file) cannot be written.") }
        try give(file, to: owner)
    }

    private func give(_ path: String, to owner: Account?) throws(LocalClusterError) {
        guard let owner else { return }
        do {
            try FileManager.default.setAttributes(
                [.ownerAccountID: Int(owner.userID), .groupOwnerAccountID: Int(owner.groupID)], ofItemAtPath: path)
        } catch {
            throw LocalClusterError(.stateUnusable, "\(path) cannot be given to its server.", cause: error)
        }
    }

    /// A folder of the cluster, owned by the given account when we may give it away.
    func makeFolder(_ folder: String, owner: Account?, permissions: Int = 0o700) throws(LocalClusterError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: permissions])
        } catch {
            throw LocalClusterError(.stateUnusable, "The folder \(folder) cannot be made.", cause: error)
        }
        try give(folder, to: owner)
    }
}
