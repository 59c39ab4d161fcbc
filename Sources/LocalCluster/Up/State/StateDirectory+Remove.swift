import Foundation
import LocalNode

extension StateDirectory {
    /// Removes the folder, after ending what a crashed run may have left running in it.
    ///
    /// - Returns: whether there was one.
    /// - Throws: `alreadyRunning` when a cluster is using it, `stateUnusable` for a folder that is no cluster's.
    public func remove() async throws -> Bool {
        guard FileManager.default.fileExists(atPath: path) else { return false }
        let contents = try FileManager.default.contentsOfDirectory(atPath: path)
        guard contents.isEmpty || contents.contains("cluster.json") || contents.contains("lock") else {
            throw LocalClusterError(
                .stateUnusable, "\(path) is not the state folder of a local cluster; nothing was removed.")
        }
        let lock = try StateLock(self)
        defer { withExtendedLifetime(lock) {} }
        await endLeftovers()
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw LocalClusterError(.stateUnusable, "\(path) cannot be removed.", cause: error)
        }
        return true
    }

    /// Ends the containers and servers whose records a crashed run left behind.
    func endLeftovers() async {
        await (try? ProcessRecords(node: path))?.endLeftovers()
        for name in (try? FileManager.default.contentsOfDirectory(atPath: processes)) ?? [] {
            await ProcessRecord(file: "\(processes)/\(name)")?.end()
        }
    }
}
