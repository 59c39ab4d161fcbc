import Foundation
import SystemPackage

#if canImport(Glibc)
    import Glibc
#endif

/// Holds a state folder for one process. The kernel lets go of the lock when the process ends, however it ends.
final class StateLock: Sendable {
    private let descriptor: FileDescriptor

    /// - Throws: `alreadyRunning` with the holder's pid.
    init(_ state: StateDirectory) throws(LocalClusterError) {
        do {
            descriptor = try FileDescriptor.open(
                state.lockFile, .readWrite, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
        } catch {
            throw LocalClusterError(.stateUnusable, "The file \(state.lockFile) cannot be opened.", cause: error)
        }
        guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            let holder = (try? String(contentsOfFile: state.lockFile, encoding: .utf8)) ?? ""
            try? descriptor.close()
            throw LocalClusterError(
                .alreadyRunning,
                "Another `storefront local` (pid \(holder.isEmpty ? "unknown" : holder)) is using \(state.path). "
                    + "Stop it, or choose another folder with --state.")
        }
        let text = Array(String(getpid()).utf8)
        _ = ftruncate(descriptor.rawValue, 0)
        _ = try? descriptor.writeAll(toAbsoluteOffset: 0, text)
    }

    deinit { try? descriptor.close() }
}
