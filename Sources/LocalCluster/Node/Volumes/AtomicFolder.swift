import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A folder whose files change all at once: they live in a dated folder, `..data` is a link to it, and every visible
/// name is a link through `..data` (kubelet's AtomicWriter). A reader sees all of the old or all of the new.
struct AtomicFolder {
    let path: String
    /// Whom the files are given to besides their owner, as `fsGroup` asks.
    var group: UInt32?

    /// Makes the folder's content be these files; does nothing when it is.
    ///
    /// - Returns: whether something changed.
    @discardableResult
    func write(_ files: [String: VolumeFile]) throws -> Bool {
        let manager = FileManager.default
        do {
            try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
            let current = try? manager.destinationOfSymbolicLink(atPath: "\(path)/..data")
            if let current, holds(files, in: "\(path)/\(current)") { return false }
            let fresh = "..\(UInt64(Date().timeIntervalSince1970 * 1000)).\(UInt32.random(in: 0...UInt32.max))"
            try fill("\(path)/\(fresh)", files)
            try manager.createSymbolicLink(atPath: "\(path)/..data_tmp", withDestinationPath: fresh)
            guard rename("\(path)/..data_tmp", "\(path)/..data") == 0 else {
                throw NodeError(.fileSystem, "\(path)/..data: \(String(cString: strerror(errno)))")
            }
            try link(Set(files.keys.compactMap { $0.split(separator: "/").first.map(String.init) }))
            if let current { try? manager.removeItem(atPath: "\(path)/\(current)") }
            return true
        } catch let error as NodeError {
            throw error
        } catch {
            throw NodeError(.fileSystem, "\(path) cannot be written", cause: error)
        }
    }

    private func fill(_ folder: String, _ files: [String: VolumeFile]) throws {
        let manager = FileManager.default
        try manager.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        for (name, file) in files {
            let path = "\(folder)/\(name)"
            if name.contains("/") {
                try manager.createDirectory(
                    atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            }
            let mode = group == nil ? file.mode : file.mode | (file.mode >> 3 & 0o040) | 0o040
            guard
                manager.createFile(
                    atPath: path, contents: Data(file.bytes), attributes: [.posixPermissions: Int(mode)])
            else { throw NodeError(.fileSystem, "\(path) cannot be written") }
            if let group { _ = chown(path, uid_t.max, group) }
        }
    }

    private func link(_ names: Set<String>) throws {
        let manager = FileManager.default
        let present = try manager.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix("..") }
        for name in present where !names.contains(name) {
            let target = try? manager.destinationOfSymbolicLink(atPath: "\(path)/\(name)")
            if target == "..data/\(name)" { try manager.removeItem(atPath: "\(path)/\(name)") }
        }
        for name in names where !present.contains(name) {
            try manager.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: "..data/\(name)")
        }
    }

    private func holds(_ files: [String: VolumeFile], in folder: String) -> Bool {
        guard let names = FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] else { return false }
        var count = 0
        for name in names {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder),
                !isFolder.boolValue
            else { continue }
            count += 1
            guard let file = files[name], FileManager.default.contents(atPath: "\(folder)/\(name)") == Data(file.bytes)
            else { return false }
        }
        return count == files.count
    }
}
