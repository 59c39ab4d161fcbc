import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Whether another user could use files of this machine.
///
/// A state folder or a build under a home folder is closed to the users that pods ask for; such pods run as the agent's
/// own user instead of not at all.
enum UserAccess {
    static func canReach(_ paths: [String], user: UInt32) -> Bool {
        paths.allSatisfy { path in
            var folder = (path as NSString).standardizingPath
            while folder != "/" && !folder.isEmpty {
                var info = stat()
                guard stat(folder, &info) == 0 else { return false }
                let bits = info.st_uid == user ? info.st_mode >> 6 : info.st_mode
                if bits & 0o1 == 0 { return false }
                folder = (folder as NSString).deletingLastPathComponent
            }
            return true
        }
    }
}
