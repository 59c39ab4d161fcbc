import Foundation
import LocalNode

#if canImport(Glibc)
    import Glibc
#endif

/// A user of this machine that a server runs as.
struct Account: Sendable, Hashable {
    let name: String
    let userID: UInt32
    let groupID: UInt32

    /// How a program is started as this user.
    var change: UserChange { UserChange(user: userID, group: groupID) }

    /// The account to drop to when we are root; `nil` when we are not and servers simply run as ourselves.
    static func whenRoot(_ name: String) throws(LocalClusterError) -> Account? {
        guard geteuid() == 0 else { return nil }
        guard let account = named(name) else {
            throw LocalClusterError(
                .missingPackages,
                "The user \(name) does not exist on this machine, and servers are not run as root. "
                    + "Debian's package of the server makes it.")
        }
        return account
    }

    private static func named(_ name: String) -> Account? {
        var entry = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &result) == 0, result != nil else { return nil }
        return Account(name: name, userID: entry.pw_uid, groupID: entry.pw_gid)
    }
}
